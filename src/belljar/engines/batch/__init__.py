"""One task over columns of data."""
