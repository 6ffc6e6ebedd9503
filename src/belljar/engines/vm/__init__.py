"""The register VM, written in C."""
