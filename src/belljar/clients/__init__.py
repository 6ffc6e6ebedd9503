"""Faces over the command table: command line, shell, screen, web."""
