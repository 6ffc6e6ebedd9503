"""The door for programs that embed Belljar."""
