"""The batch workloads: one module each, with its columns and the same rule in every peer's own words."""
