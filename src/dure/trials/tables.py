"""Tables of the room: what was submitted, what it is tried on, and what was run."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from dure.storage.database import NAMING

METADATA = MetaData(naming_convention=NAMING)

_HANDLE = String(64)
_DIGEST = String(71)
_NAME = String(128)
_TIME = String(20)


def _both_or_neither(first: str, second: str) -> CheckConstraint:
    return CheckConstraint(f"({first} IS NULL) = ({second} IS NULL)", name=f"{first}_{second}")


SUBMISSIONS = Table(
    "trials_submissions",
    METADATA,
    Column("asset_id", _HANDLE, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("version", _NAME, nullable=False),
    Column("task", _NAME, nullable=False),
    Column("digest", _DIGEST, nullable=False),
    Column("agency", _NAME, nullable=False),
    Column("destination", _NAME, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
    Column("recorded_by", _NAME, nullable=False),
    Column("developer", _NAME),
)
"""``agency`` made it, ``destination`` tries it; ``developer`` submitted it, as the agency's node says."""

BENCHMARKS = Table(
    "trials_benchmarks",
    METADATA,
    Column("asset_id", _HANDLE, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("dataset_id", _HANDLE, nullable=False),
    Column("train_id", _HANDLE, nullable=False),
    Column("features_id", _HANDLE, nullable=False),
    Column("answers_id", _HANDLE, nullable=False),
    Column("definition", Text, nullable=False),
    Column("budget", Integer, nullable=False),
    Column("prepared_at", _TIME, nullable=False),
    Column("prepared_by", _NAME, nullable=False),
    Column("version", Integer, nullable=False),
    Column("dummy_id", _HANDLE),
    Column("closed_reason", Text),
    Column("closed_at", _TIME),
    Column("closed_by", _NAME),
    CheckConstraint("budget > 0", name="budget_positive"),
    CheckConstraint("version > 0", name="version_positive"),
    UniqueConstraint("name", "version"),
    _both_or_neither("closed_at", "closed_by"),
    _both_or_neither("closed_at", "closed_reason"),
)
"""Those of one name are versions of one benchmark; nothing new is run on one that is closed."""

RUNS = Table(
    "trials_runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("submission_id", ForeignKey("trials_submissions.asset_id"), nullable=False),
    Column("benchmark_id", ForeignKey("trials_benchmarks.asset_id"), nullable=False),
    Column("agency", _NAME, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("outcome", String(32)),
    Column("report_id", _HANDLE),
    Column("report_digest", _DIGEST),
    Column("result_digest", _DIGEST),
    Column("evidence_digest", _DIGEST),
    Column("diagnosis_id", _HANDLE),
    Column("begun_at", _TIME, nullable=False),
    Column("begun_by", _NAME, nullable=False),
    Column("claimant", Text, nullable=False),
    Column("lease_ends_at", _TIME, nullable=False),
    Column("ended_at", _TIME),
    CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
    CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("(status = 'done') = (report_id IS NOT NULL)", name="reported"),
    _both_or_neither("report_id", "report_digest"),
    _both_or_neither("report_id", "result_digest"),
    _both_or_neither("report_id", "evidence_digest"),
    _both_or_neither("report_id", "outcome"),
)

RELEASES = Table(
    "trials_releases",
    METADATA,
    Column("request_id", _NAME, primary_key=True),
    Column("run_id", ForeignKey("trials_runs.id"), nullable=False),
    Column("agency", _NAME, nullable=False),
    Column("requested_at", _TIME, nullable=False),
    Column("requested_by", _NAME, nullable=False),
    Column("released_id", _HANDLE),
    Column("released_at", _TIME),
    Column("released_by", _NAME),
    _both_or_neither("released_at", "released_by"),
    _both_or_neither("released_at", "released_id"),
)
"""``agency`` is whom the report is for."""

APPEALS = Table(
    "trials_appeals",
    METADATA,
    Column("run_id", ForeignKey("trials_runs.id"), primary_key=True),
    Column("agency", _NAME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("asked_by", _NAME, nullable=False),
    Column("ruling", String(16)),
    Column("words", Text),
    Column("answered_at", _TIME),
    Column("answered_by", _NAME),
    CheckConstraint("ruling IN ('stands', 'again')", name="ruling"),
    _both_or_neither("ruling", "words"),
    _both_or_neither("ruling", "answered_at"),
    _both_or_neither("ruling", "answered_by"),
)
"""A developer asks that a run be looked at again; ``again`` takes the run out of the budget."""

RECEIVED = Table(
    "trials_received",
    METADATA,
    Column("asset_id", _HANDLE, primary_key=True),
    Column("agency", _NAME, nullable=False),
    Column("request_id", _NAME, nullable=False),
    Column("algorithm_digest", _DIGEST, nullable=False),
    Column("received_at", _TIME, nullable=False),
    Column("received_by", _NAME, nullable=False),
    UniqueConstraint("agency", "request_id"),
)
"""Released reports that came back from another agency."""
