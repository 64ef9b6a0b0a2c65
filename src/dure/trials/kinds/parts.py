"""Names of the parts of a benchmark, and of what stands in its answer key."""

from __future__ import annotations

PARTS = ("train.parquet", "features.parquet", "answers.parquet")
ANSWER = "answer"
ROW = "row"
WHOLE = "whole"
"""Digests of the test rows: of features and target, and of all columns of the data set."""
SUBGROUP = "subgroup"
PERTURBED = "perturbed.parquet"
PLACE = "perturbed-place"
CELL = "perturbed-cell"
COUNTS = "counts"
"""As how many rows each row of the answer key counts, where not one: of tracks, objects that begin."""
BASELINE_KEY = b"dure.baseline"
LEAST_ROWS = 20
