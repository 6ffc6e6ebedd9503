"""The command table that every client shares."""
