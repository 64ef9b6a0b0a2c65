"""Benchmarks of images: their pixels become a column of the parts, and nothing else of them does."""
