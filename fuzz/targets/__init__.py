"""One small module for each parser, or for a few that read the same form."""
