"""Follow things through a sequence by what is observed of them; which is which is never told of the test.

For surveillance alone: it says what is where, and nothing more.
"""

from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.optimize import linear_sum_assignment


class Learner:
    """Each observation goes on with the track that was to be nearest; tracks outlive short gaps."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.target, self.time, self.series = task["target"], task["time"], task["series"]
        self.observed, self.true = task["observed"], task["true"]
        self.tracks: dict[str, Any] = {}
        self.patience = int(task["parameters"].get("patience", 3))

    def fit(self, train: pa.Table) -> None:
        """Learn how far things move from one moment to the next, and how far off they are observed."""
        rows = train.sort_by(
            [(self.series, "ascending"), (self.target, "ascending"), (self.time, "ascending")]
        )
        names = list(zip(rows[self.series].to_pylist(), rows[self.target].to_pylist(), strict=True))
        true, seen = places(rows, self.true), places(rows, self.observed)
        same = [one == other and None not in one for one, other in pairwise(names)]
        steps = np.linalg.norm(np.diff(true, axis=0), axis=1)[same]
        errors = np.linalg.norm(seen - true, axis=1)
        self.reach = 3.0 * sum(np.nanpercentile(one, 90) for one in (steps, errors))

    def predict(self, features: pa.Table) -> list[dict[str, list[float]]]:
        """Return for each moment, in order, where each track is: id -> place."""
        found = []
        moments = zip(
            features[self.series].to_pylist(), features[self.time].to_pylist(), strict=True
        )
        seen, start, sequence = places(features, self.observed), 0, object()
        for (name, _), rows in groupby(moments):
            end = start + len(list(rows))
            if name != sequence:
                sequence, self.tracks, self.following = name, {}, 0
            found.append(self.follow(seen[start:end][~np.isnan(seen[start:end, 0])]))
            start = end
        return found

    def follow(self, seen: Any) -> dict[str, list[float]]:
        """Take up what is seen at one moment: id -> (place, step, moments since it was seen)."""
        names = list(self.tracks)
        ahead = np.array([place + step for place, step, _ in self.tracks.values()])
        now = {}
        if names and len(seen):
            gaps = np.linalg.norm(ahead[:, None] - seen[None], axis=2)
            for old, new in zip(*linear_sum_assignment(np.minimum(gaps, self.reach)), strict=True):
                if gaps[old, new] < self.reach:
                    place, step, unseen = self.tracks[names[old]]
                    moved = (seen[new] - place) / (unseen + 1)
                    now[names[old]] = (seen[new], 0.5 * (step + moved), 0)
        taken = {tuple(place) for place, _, _ in now.values()}
        said = {name: place.tolist() for name, (place, _, _) in now.items()}
        for name in set(names) - set(now):
            place, step, unseen = self.tracks[name]
            if unseen < self.patience:
                now[name] = (place + step, step, unseen + 1)
        for place in seen:
            if tuple(place) not in taken:
                self.following += 1
                now[str(self.following)] = (place, np.zeros_like(place), 0)
                said[str(self.following)] = place.tolist()
        self.tracks = now
        return said


def places(table: pa.Table, columns: list[str]) -> Any:
    """Return places as a matrix; of a row without one NaN."""
    return np.column_stack([table[name].to_numpy().astype(float) for name in columns])
