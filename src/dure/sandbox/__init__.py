"""Untrusted code runs here and nowhere else."""
