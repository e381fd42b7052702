"""The question search: a small, pure library. Knows no chat, no pack, no clock."""
