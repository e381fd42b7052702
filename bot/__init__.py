"""Madoguchi's server: a city's chat desk. Start reading at `wiring.py`; the README has the map."""
