"""The room that seals technology for another agency and opens what came sealed."""
