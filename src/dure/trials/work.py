"""A trial under way, and what comes of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from dure.core.assets import Asset
from dure.core.reports import Report
from dure.governance.house import House
from dure.sandbox.tasks import Outcome
from dure.trials.benchmark import Benchmark
from dure.trials.kin import Relative
from dure.trials.manifest import Manifest
from dure.trials.outcomes import OutcomeClass


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of an algorithm on a benchmark, and what came out.

    Parameters
    ----------
    id
        The run.
    outcome
        Its class.
    report
        The gated report; when it was sealed before a crash, without its findings, which are in the
        sealed one.
    asset
        The sealed report.
    diagnosis
        Id of the sealed diagnosis, for the owner's operator.
    """

    id: str
    outcome: OutcomeClass
    report: Report
    asset: Asset
    diagnosis: str


@dataclass(frozen=True, slots=True)
class Work:
    """A run under way: what it is made of, and who is told."""

    house: House
    id: str
    submission: RowMapping
    manifest: Manifest
    algorithm: Asset
    benchmark: Benchmark
    seed: int
    tier: str
    progress: Callable[[str], None]
    ending: Callable[[Connection], None]
    claimant: str
    others: tuple[Relative, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """How the run on the perturbed part ended, its class, and its predictions."""

    ended: Outcome
    outcome: OutcomeClass
    predictions: bytes | None


@dataclass(frozen=True, slots=True)
class Scored:
    """What a run came to before the gates.

    Parameters
    ----------
    algorithm
        How the algorithm's sandbox ended.
    extra
        Names of files it left that nobody asked for.
    outcome
        Its class so far.
    data
        What scoring wrote.
    scoring
        What the operator may know of scoring.
    swept
        How the run on the perturbed part ended; None when there was none.
    """

    algorithm: Outcome
    extra: tuple[str, ...]
    outcome: OutcomeClass
    data: bytes
    scoring: Mapping[str, str]
    swept: Swept | None = None
