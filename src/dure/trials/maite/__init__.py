"""Models written to the protocols of MAITE, as they are; parts of a benchmark as its data sets.

The protocols are structural, so nothing here imports the package; a test holds both sides to it.

Source
------
MAITE (Modular AI Trustworthy Engineering) 0.10, ``maite.protocols``: what its data sets, models and
metrics of a task look like.
"""
