"""Names of the parts of a benchmark, and of what stands in its answer key."""

from __future__ import annotations

PARTS = ("train.parquet", "features.parquet", "answers.parquet")
ANSWER = "answer"
ROW = "row"
SUBGROUP = "subgroup"
PERTURBED = "perturbed.parquet"
PLACE = "perturbed-place"
CELL = "perturbed-cell"
BASELINE_KEY = b"dure.baseline"
LEAST_ROWS = 20
