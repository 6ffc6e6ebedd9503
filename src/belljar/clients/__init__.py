"""What reads the table of commands for people: the command line and the terminal."""
