"""Forecast quantiles for the time after the training rows; what comes then is never seen."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Learner:
    """The last values of each series, and how far values strayed from there in the past."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.target, self.time, self.series = task["target"], task["time"], task["series"]
        self.levels = task["levels"]  # 0.1, 0.5 and 0.9
        self.recent = int(task["parameters"].get("recent", 30))

    def fit(self, train: pa.Table) -> None:
        """Learn from features and targets."""
        train = train.sort_by(self.time)
        self.usual = self.quantiles(train)
        self.known = {}
        if self.series:
            for name in train[self.series].unique().to_pylist():
                self.known[name] = self.quantiles(train.filter(pc.field(self.series) == name))

    def quantiles(self, rows: pa.Table) -> Any:
        """Return the quantiles of the latest rows."""
        return np.quantile(rows[self.target].to_numpy()[-self.recent :], self.levels)

    def predict(self, features: pa.Table) -> Any:
        """Return one row of quantiles for each row, at the levels."""
        if not self.series:
            return np.tile(self.usual, (features.num_rows, 1))
        names = features[self.series].to_pylist()
        return np.array([self.known.get(name, self.usual) for name in names])
