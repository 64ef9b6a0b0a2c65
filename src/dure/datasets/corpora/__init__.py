"""A corpus of texts with span annotations: inspected, imported as two tables, used and exported."""
