"""A queue of its own on each engine in turn, with a clock that a test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from dure.governance.jobs import tables
from dure.governance.jobs.fairness import Bounds
from dure.governance.jobs.job import Draft, Job
from dure.governance.jobs.queue import Queue
from dure.storage.database import Database, open_database

START = 1_790_000_000
LEASE_S = 60


@dataclass
class World:
    """One store, its clock, and what people put."""

    db: Database
    now_s: int = START
    drawn: int = 0

    def random(self, n: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(n, "big")

    def queue(self, **bounds: int) -> Queue:
        return Queue(self.db, lambda: self.now_s, self.random, Bounds(**bounds))

    def put(self, agency: str = "alpha", key: str = "") -> Job:
        key = key or f"key {self.drawn}"
        return self.queue().put(Draft("trial.run", key, agency, {"seed": 1}), f"{agency}.developer")


@pytest.fixture
def make(store_url: str) -> Iterator[Callable[[], World]]:
    db = open_database(store_url)
    tables.METADATA.create_all(db.engine)
    yield lambda: World(db)
    db.close()


@pytest.fixture
def world(make: Callable[[], World]) -> World:
    return make()
