"""Rows made worse on purpose: noise, missing values, mistaken units, drift, typing errors."""
