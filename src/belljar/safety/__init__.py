"""Limits, capabilities, integrity of state, inspection."""
