"""Submissions to begin with, one for each kind of task; they are copied, never imported here."""
