"""The crash-safe volume: checksummed records in segments."""
