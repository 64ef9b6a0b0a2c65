"""Quantiles for each row of a forecast."""
