"""A fuzz target for every parser that reads bytes of others: ``python -m fuzz PARSER --seconds N``."""
