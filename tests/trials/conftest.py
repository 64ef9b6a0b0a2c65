"""Two small houses: Alpha's developer submits, Bravo's operator has data and a benchmark."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.assets import Asset
from dure.trials import benchmark, run, submission
from dure.trials.definition import Definition
from dure.trials.tasks import TaskType
from tests.trials.house import ALPHA, BRAVO, TrialHouse

DEMO = Path(__file__).resolve().parents[2] / "demo/algorithms"
ROWS = 400
FEATURES = ("carrier", "origin", "dest", "distance")


def flights(rows: int = ROWS, seed: int = 11) -> bytes:
    rng = np.random.default_rng(seed)
    carrier = rng.integers(0, 3, rows)
    table = pa.table(
        {
            "carrier": [("AA", "BB", "CC")[n] for n in carrier],
            "origin": ["JFK"] * rows,
            "dest": ["LAX"] * rows,
            "distance": rng.integers(100, 3000, rows),
            "arr_delay": [
                None if n % 50 == 0 else float(v)
                for n, v in enumerate(carrier * 20 + rng.normal(0, 5, rows))
            ],
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def definition(**changes: Any) -> Definition:
    parts: dict[str, Any] = {
        "name": "arrival-delay",
        "task": TaskType.REGRESSION,
        "target": "arr_delay",
        "features": FEATURES,
        "budget": 100,
    }
    return Definition(**(parts | changes))


@dataclass
class World:
    alpha: TrialHouse
    bravo: TrialHouse
    dataset: Asset
    benchmark: benchmark.Benchmark
    folder: Path

    def variant(self, name: str, **changes: str) -> Path:
        """Copy one of the demo's algorithms and change lines of its algorithm.toml."""
        folder = self.folder / f"{name}-{abs(hash(tuple(sorted(changes.items()))))}"
        shutil.copytree(DEMO / name, folder, dirs_exist_ok=True)
        lines = (folder / "algorithm.toml").read_text().splitlines()
        left = dict(changes)
        for number, line in enumerate(lines):
            key = line.partition("=")[0].strip()
            if key in left:
                lines[number] = f"{key} = {left.pop(key)}"
        lines += [f"{key} = {value}" for key, value in left.items()]
        (folder / "algorithm.toml").write_text("\n".join(lines) + "\n")
        return folder

    def fresh(self, **changes: Any) -> benchmark.Benchmark:
        """A benchmark of rows that no other has, so with a budget of its own."""
        dataset = self.bravo.dataset(flights(seed=int.from_bytes(self.bravo.random(4))))
        return benchmark.prepare(self.bravo, dataset.id, definition(**changes))

    def send(self, folder: Path) -> Asset:
        sent = submission.submit(self.alpha, folder, to=BRAVO)
        return submission.receive_submission(self.bravo, sent.payload, ALPHA)

    def trial(self, name: str, **changes: str) -> run.Trial:
        algorithm = self.send(self.variant(name, **changes))
        return run.run(self.bravo, algorithm.id, self.benchmark.asset.id)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("trials")
    alpha = TrialHouse(folder / "alpha", ALPHA, "alpha.developer")
    bravo = TrialHouse(folder / "bravo")
    dataset = bravo.dataset(flights())
    made = benchmark.prepare(bravo, dataset.id, definition())
    return World(alpha, bravo, dataset, made, folder / "algorithms")


@pytest.fixture(scope="module")
def baseline(world: World) -> run.Trial:
    """One honest trial, shared by the tests that only look at it."""
    return world.trial("baseline")


@pytest.fixture
def house(tmp_path: Path) -> TrialHouse:
    return TrialHouse(tmp_path / "bravo")


@pytest.fixture
def developer(tmp_path: Path) -> TrialHouse:
    return TrialHouse(tmp_path / "alpha", ALPHA, "alpha.developer")


@pytest.fixture
def algorithm(tmp_path: Path) -> Callable[..., Path]:
    def write(files: dict[str, bytes] | None = None) -> Path:
        folder = tmp_path / "algorithm"
        shutil.copytree(DEMO / "baseline", folder, dirs_exist_ok=True)
        for name, content in (files or {}).items():
            (folder / name).write_bytes(content)
        return folder

    return write
