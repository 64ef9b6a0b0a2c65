"""The room that tests an algorithm against sealed data."""
