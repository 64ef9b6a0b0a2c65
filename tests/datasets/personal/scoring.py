"""Recall and precision of a scan on labelled texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from dure.datasets.personal.kinds import Kind
from dure.datasets.personal.scan import Scanner
from tests.datasets.personal.corpus import Case


def found(scanner: Scanner, labelled: Sequence[Case]) -> list[frozenset[tuple[int, int, Kind]]]:
    """Return what a scan finds in each text."""
    hits: list[set[tuple[int, int, Kind]]] = [set() for _ in labelled]
    for hit in scanner.scan(pa.table({"note": [case.text for case in labelled]})):
        hits[hit.row].add((hit.start, hit.end, hit.kind))
    return [frozenset(each) for each in hits]


def scores(scanner: Scanner, labelled: Sequence[Case]) -> dict[Kind, tuple[float, float]]:
    """Return recall and precision of each kind; right is what has kind, start and end right."""
    right: Counter[Kind] = Counter()
    claimed: Counter[Kind] = Counter()
    true: Counter[Kind] = Counter()
    for case, hits in zip(labelled, found(scanner, labelled), strict=True):
        right.update(kind for _, _, kind in hits & case.truth)
        claimed.update(kind for _, _, kind in hits)
        true.update(kind for _, _, kind in case.truth)
    return {
        kind: (
            right[kind] / true[kind] if true[kind] else 1.0,
            right[kind] / claimed[kind] if claimed[kind] else 1.0,
        )
        for kind in claimed | true
    }
