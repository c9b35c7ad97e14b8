"""Measurements, each a command `python -m benchmarks.<name>` that prints a table; docs/benchmarks.md keeps them."""
