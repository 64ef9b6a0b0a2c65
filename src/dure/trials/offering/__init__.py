"""What a developer of another agency gets to know of a benchmark: its card, with dummy rows."""
