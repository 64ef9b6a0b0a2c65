"""Drift: how far the values of a table's columns moved from those of an earlier table."""
