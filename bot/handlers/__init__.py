"""What the desk decides, one dialogue a file. Pure: no I/O, no clock, no randomness, no wording."""
