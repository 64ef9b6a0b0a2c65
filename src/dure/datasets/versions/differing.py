"""Diff: how one version differs from another, in columns, in rows, and in how values are spread.

Nothing is changed by it: in the ledger stand the two reads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from dure.core.findings import Finding
from dure.datasets.catalogue import table_of
from dure.datasets.drift.judging import judge
from dure.datasets.drift.statistics import Comparison, Retyped
from dure.datasets.import_ import any_purpose
from dure.datasets.spec import DIFF
from dure.datasets.versions.comparing import Compared, Moved, Rows
from dure.datasets.versions.errors import VersionError
from dure.datasets.versions.sandboxed import compare_tables
from dure.governance.house import House


@dataclass(frozen=True, slots=True)
class Diff:
    """How a second version differs from a first.

    Parameters
    ----------
    first, second
        The two data sets.
    by
        ``key`` when rows were told apart by key columns; ``row`` when as a whole, and then a row
        that changed counts as one removed and one added.
    added, removed, retyped
        Columns.
    rows
        How many rows came, went, changed and stayed.
    columns
        Of each column that both have: how far its values moved, and in how many rows.
    """

    first: str
    second: str
    by: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[Retyped, ...]
    rows: Rows
    columns: tuple[Moved, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        rows = self.rows
        schema = self.added or self.removed or self.retyped
        return not (schema or rows.added or rows.removed or rows.changed)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be said about how columns and values moved, the gravest first."""
        found = Comparison(
            self.rows.first, self.added, self.removed, self.retyped, tuple(self.columns)
        )
        return judge(found, self.second)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return plain values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        told = [one.to_dict(language) for one in self.findings]
        return {**plain, "empty": self.empty, "findings": told}


def diff(
    house: House, first_id: str, second_id: str, *, keys: Sequence[str] = (), purpose: str = ""
) -> Diff:
    """Compare two data sets, which need not be of one series; both are reads in the ledger.

    Parameters
    ----------
    house
        The node.
    first_id, second_id
        The data sets.
    keys
        Columns that name a row together; none compares rows as a whole.
    purpose
        Purpose of the reads; "" means any that the principal and the label have in common.

    Raises
    ------
    VersionError
        ``versions.diff`` when the key does not name rows.
    DatasetError
        ``datasets.not-dataset``.
    GovernanceError
        ``governance.denied``.
    """
    tables = [table_of(house, each) for each in (first_id, second_id)]
    assets = [house.assets.get(each).asset for each in (first_id, second_id)]
    purposes = [purpose or any_purpose(house, asset.label) for asset in assets]
    for asset, what_for in zip(assets, purposes, strict=True):
        house.require(DIFF.name, asset.label, purpose=what_for, owner=asset.owner)
    with (
        _streamed(house, tables[0], purposes[0]) as first,
        _streamed(house, tables[1], purposes[1]) as second,
    ):
        found = compare_tables(first, second, keys)
    if found.fault:
        raise VersionError("versions.diff", name=found.fault_name, reason=found.fault)
    return _said(first_id, second_id, found)


def _said(first_id: str, second_id: str, found: Compared) -> Diff:
    parts: Mapping[str, Any] = {
        name: getattr(found, name)
        for name in ("by", "added", "removed", "retyped", "rows", "columns")
    }
    return Diff(first_id, second_id, **parts)


@contextmanager
def _streamed(house: House, table_id: str, purpose: str) -> Iterator[int]:
    stream = house.open(table_id, purpose=purpose, run="")
    try:
        yield stream.fd
    finally:
        os.close(stream.fd)
