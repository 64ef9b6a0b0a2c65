"""Learn which words go with which class, predict the classes of other texts."""

from typing import Any

import pyarrow as pa
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


class Learner:
    """Logistic regression on pieces of words, which suits Korean as well as English."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.target = task["target"]
        self.features = task["features"]
        words = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), min_df=2)
        self.model = make_pipeline(words, LogisticRegression(max_iter=1000))

    def fit(self, train: pa.Table) -> None:
        """Learn from texts and classes."""
        self.model.fit(self.texts(train), train[self.target].to_pylist())

    def predict_scores(self, features: pa.Table) -> tuple[list[str], Any]:
        """Return the classes, and for each row a score for each of them."""
        return list(self.model.classes_), self.model.predict_proba(self.texts(features))

    def texts(self, table: pa.Table) -> list[str]:
        """Return one text for each row."""
        columns = [table[name].to_pylist() for name in self.features]
        return [" ".join(value or "" for value in row) for row in zip(*columns, strict=True)]
