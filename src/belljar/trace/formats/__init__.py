"""Traces in files: JSON lines, which is ours and exact both ways, and what the viewers of others read."""
