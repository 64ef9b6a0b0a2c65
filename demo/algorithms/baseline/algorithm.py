"""Predict the mean of the targets in the group a row belongs to, shrunk towards the overall mean.

A group of n rows gets ``(n * its mean + k * overall mean) / (n + k)``: a route with a handful of
flights says little about itself.
"""

import pyarrow as pa
import pyarrow.compute as pc


class MeanByGroup:
    """The mean by group."""

    def __init__(self, task):
        self.target = task["target"]
        self.keys = str(task["parameters"]["group"]).split(",")
        self.prior_rows = float(task["parameters"]["prior_rows"])

    def fit(self, train):
        """Learn the mean of each group."""
        self.overall = pc.mean(train[self.target]).as_py()
        groups = train.group_by(self.keys).aggregate([(self.target, "sum"), (self.target, "count")])
        count = pc.cast(groups[f"{self.target}_count"], pa.float64())
        total = pc.add(groups[f"{self.target}_sum"], self.prior_rows * self.overall)
        means = pc.divide(total, pc.add(count, self.prior_rows))
        columns = [groups[key] for key in self.keys]
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        self.means = dict(zip(rows, means.to_pylist(), strict=True))

    def predict(self, features):
        """Return one number for each row."""
        rows = zip(*(features[key].to_pylist() for key in self.keys), strict=True)
        return [self.means.get(row, self.overall) for row in rows]
