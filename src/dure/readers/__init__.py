"""Untrusted bytes become typed tables, parsed inside the sandbox."""
