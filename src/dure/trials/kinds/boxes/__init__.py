"""Boxes: what a detector answers for an image."""
