"""What happened in a run, as events: recorded, explained, replayed."""
