"""The counter PC's program. It knows nothing of `bot`."""
