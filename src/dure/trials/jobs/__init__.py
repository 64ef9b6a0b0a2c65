"""Trials as jobs: queued at the owner's node, run by workers of it or on a cluster."""
