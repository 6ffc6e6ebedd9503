"""Bell source to typed IR: bounds, syntax, names and control flow, inference, lowering (ARCHITECTURE.md, "lang")."""
