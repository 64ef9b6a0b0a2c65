"""Learn from the training rows, predict the test rows; the test rows' targets are never seen."""

from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


class Learner:
    """Gradient boosting on all features; missing values stay missing."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.target = task["target"]
        self.features = task["features"]
        regression = task["task"] == "tabular-regression"
        made = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
        self.model = made(random_state=task["seed"])

    def fit(self, train: pa.Table) -> None:
        """Learn from features and targets."""
        self.places = {
            name: {value: place for place, value in enumerate(train[name].unique().to_pylist())}
            for name in self.features
            if not is_number(train[name].type)
        }
        self.model.fit(self.matrix(train), train[self.target].to_pylist())

    def predict(self, features: pa.Table) -> Any:
        """Return one number or class for each row."""
        return self.model.predict(self.matrix(features))

    def matrix(self, table: pa.Table) -> Any:
        """Return the features as numbers; anything else as its place among the values learnt."""
        return np.column_stack([self.numbers(name, table[name]) for name in self.features])

    def numbers(self, name: str, column: pa.ChunkedArray) -> Any:
        """Return one feature as numbers."""
        if name in self.places:
            return [self.places[name].get(value, -1) for value in column.to_pylist()]
        if pa.types.is_temporal(column.type):
            zone = getattr(column.type, "tz", None)
            column = column.cast(pa.timestamp("us", zone)).cast(pa.int64())
        return column.cast(pa.float64(), safe=False).to_numpy()


def is_number(kind: pa.DataType) -> bool:
    """Return whether a column counts or measures something."""
    time = pa.types.is_date(kind) or pa.types.is_timestamp(kind)
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or time)
