"""The commands: one table that the CLI, completion and the documentation derive from."""
