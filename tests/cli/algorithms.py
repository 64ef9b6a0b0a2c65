"""A small honest algorithm, and data that it can learn from."""

from __future__ import annotations

import random
from pathlib import Path

MANIFEST = """[algorithm]
name = "slope"
version = "1.0"
task = "tabular-regression"
entry_point = "algorithm:Slope"
runtime = "scikit-learn"
licence = "Apache-2.0"
origin = "Written for this test; no weights from elsewhere."
"""
PROGRAM = """
class Slope:
    def __init__(self, task):
        self.target = task["target"]

    def fit(self, train):
        a, y = train["a"].to_pylist(), train[self.target].to_pylist()
        self.mean, self.about = sum(y) / len(y), sum(a) / len(a)
        above = sum((p - self.about) * (q - self.mean) for p, q in zip(a, y))
        self.slope = above / sum((p - self.about) ** 2 for p in a)

    def predict(self, features):
        return [self.mean + self.slope * (p - self.about) for p in features["a"].to_pylist()]
"""


def write(folder: Path) -> tuple[Path, Path]:
    """Write the algorithm's folder and a CSV file; return both."""
    algorithm, data = folder / "slope", folder / "toy.csv"
    algorithm.mkdir()
    (algorithm / "algorithm.toml").write_text(MANIFEST)
    (algorithm / "algorithm.py").write_text(PROGRAM)
    draw = random.Random(7)
    rows = []
    for _ in range(600):
        a, b = draw.random(), draw.random()
        rows.append(f"{a:.4f},{b:.4f},{3 * a + b + draw.gauss(0, 0.1):.4f}")
    data.write_text("a,b,y\n" + "\n".join(rows) + "\n")
    return algorithm, data
