"""Benchmarks: each measures a floor or a peer in the same run and prints the ratio. `script/bench` runs them all."""
