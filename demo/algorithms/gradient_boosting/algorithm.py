"""Histogram gradient boosting (Ke et al. 2017, LightGBM) as scikit-learn has it.

Texts become category numbers learnt from the training rows; a value never seen there counts as
missing, which the trees can handle.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.ensemble import HistGradientBoostingRegressor


class Boosting:
    """Gradient boosting on numbers and categories."""

    def __init__(self, task):
        self.task = task
        self.categories = {}

    def fit(self, train):
        """Grow the trees."""
        parameters = self.task["parameters"]
        names = self.task["features"]
        for name in names:
            if not _is_number(train[name].type):
                common = pc.value_counts(train[name]).to_pylist()
                common.sort(key=lambda row: (-row["counts"], str(row["values"])))
                kept = [row["values"] for row in common if row["values"] is not None]
                self.categories[name] = pa.array(kept[: parameters["most_categories"]])
        self.model = HistGradientBoostingRegressor(
            max_iter=parameters["iterations"],
            max_leaf_nodes=parameters["leaves"],
            learning_rate=parameters["learning_rate"],
            categorical_features=[name in self.categories for name in names],
            early_stopping=False,
            random_state=self.task["seed"],
        )
        self.model.fit(self._matrix(train), train[self.task["target"]].to_numpy())

    def predict(self, features):
        """Return one number for each row."""
        return self.model.predict(self._matrix(features))

    def _matrix(self, table):
        names = self.task["features"]
        matrix = np.empty((table.num_rows, len(names)), dtype=np.float32)
        for position, name in enumerate(names):
            column = table[name]
            if name in self.categories:
                column = pc.index_in(column, value_set=self.categories[name])
            matrix[:, position] = pc.fill_null(pc.cast(column, pa.float32()), float("nan"))
        return matrix


def _is_number(kind):
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
