"""Belljar: run programs you did not write, at native speed, bounded and repeatable."""

__version__ = "0.1.0"
