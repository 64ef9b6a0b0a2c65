"""Inspect a table: statistics, findings and one readiness report, with no node at all."""
