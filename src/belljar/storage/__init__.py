"""What is kept on disk between processes: the cache of programs and machine code, and the bytes of plain values."""
