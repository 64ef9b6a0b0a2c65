"""The command line: a door without rules of its own."""
