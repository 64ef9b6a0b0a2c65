"""Multi-object tracking, for surveillance: which observations of which times are the same object.

Strictly for knowing what is there: nothing here chooses, aims at or engages anything.
"""
