"""Tracking on real ships: the positions that they told, seen through made-up errors, gaps and clutter."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from dure.trials.definition import told_of_order
from dure.trials.developing.starters.tracks import Learner
from dure.trials.places import Places
from dure.trials.split import split
from tests.trials.test_tracking import definition, scored

METRES = 111_320.0
WINDOW_S, STEP_S = 300, 10


def ships() -> pa.Table:
    """The file that DURE_TEST_AIS names: columns Time, MMSI, Latitude_degrees and Longitude_degrees."""
    place = os.environ.get("DURE_TEST_AIS")
    if not place:
        pytest.skip("DURE_TEST_AIS names no file of ships' positions")
    return pyarrow.csv.read_csv(Path(place))


def scenes(told: pa.Table) -> pa.Table:
    rng = np.random.default_rng(1)
    at = told["Time"].cast(pa.timestamp("ms")).cast(pa.int64()).to_numpy() / 1000.0
    north, east = (told[f"{name}_degrees"].to_numpy() for name in ("Latitude", "Longitude"))
    place = np.column_stack([east * np.cos(np.radians(north.mean())), north]) * METRES
    place -= place.mean(axis=0)
    step = ((at - at.min()) // STEP_S).astype(int)
    rows = []
    last = {
        (one, name): n
        for n, (one, name) in enumerate(zip(step, told["MMSI"].to_pylist(), strict=True))
    }
    for (one, name), n in sorted(last.items()):
        seen = place[n] + rng.normal(0, 20, 2) if rng.random() > 0.1 else (None, None)
        rows.append((one, str(name), *seen, *place[n]))
    for one in np.unique(step):
        for _ in range(rng.poisson(3)):
            rows.append((one, None, *rng.uniform(place.min(axis=0), place.max(axis=0)), None, None))
    step, name, *places = zip(*rows, strict=True)
    windows = [f"w{one * STEP_S // WINDOW_S:02}" for one in step]
    columns = ("sequence", "moment", "object", "x", "y", "true_x", "true_y")
    return pa.table(dict(zip(columns, (windows, step, name, *places), strict=True)))


@pytest.mark.third_party_data
@pytest.mark.slow
def test_ships_are_followed_better_than_by_the_nearest() -> None:
    asked = definition(places=Places(("x", "y"), ("true_x", "true_y"), "150"), test_permille=600)
    parts = split(scenes(ships()), asked)
    made = Learner({**told_of_order(asked), "target": "object", "parameters": {}})
    made.fit(parts.train)
    found = scored(made.predict(parts.features), parts.answers)
    figures = {one.metric: one for one in found.comparisons}
    assert found.rows > 300
    for name in ("hota", "idf1", "mota"):
        assert 0.3 < figures[name].baseline.value < figures[name].algorithm.value < 0.95
        assert figures[name].difference.lower > 0
