"""Bell source to IR: guard, syntax, resolve, infer, lower."""
