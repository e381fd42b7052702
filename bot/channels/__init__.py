"""The channels: thin adapters between a platform's events and `Incoming`, `Rendered` and its messages."""
