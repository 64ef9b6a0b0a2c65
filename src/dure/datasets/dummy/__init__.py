"""Dummy data: made-up rows for a developer who may not see the real ones."""
