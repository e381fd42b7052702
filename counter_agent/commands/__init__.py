"""What each command of `counter-agent` does. A command knows no other."""
