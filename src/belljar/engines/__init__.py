"""What executes IR: reference, vm, jit, batch."""
