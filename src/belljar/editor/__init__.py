"""What editors ask for: formatting, and what a text at rest or half typed means at a place. The language server speaks for it."""
