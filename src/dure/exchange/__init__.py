"""Envelopes: the only thing that nodes share."""
