"""The answer key of tracks: of each moment of the test what was there, and what the nearest would say.

Figures are summed over stretches of moments. A stretch is a whole sequence where there are enough of them;
else each sequence is cut into as many stretches as it takes, and no track is followed across a cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from dure.trials.kinds.parts import ANSWER, COUNTS, ROW
from dure.trials.kinds.target import SplitRefused
from dure.trials.kinds.tracks.linking import nearest
from dure.trials.kinds.tracks.moments import Ints, Objects
from dure.trials.kinds.tracks.rows import NOTHING, Rows
from dure.trials.overlap import DIGEST_BYTES
from dure.trials.refusals import LEAST_CELL

TRUE, USUAL, OBSERVED = "true", "usual", "observed"
SEQUENCE, STRETCH = "sequence", "stretch"
LEAST_SEQUENCES = 10
"""So many sequences at least are drawn again whole."""
STRETCHES = 20
"""Of fewer there shall be as many stretches."""


def answer_columns(
    rows: Rows, moments: Sequence[Ints], groups: Ints, cutoff: float
) -> dict[str, Any]:
    """Return the columns of the answer key, a row for each moment.

    Parameters
    ----------
    rows
        The test's, by sequence and time.
    moments
        The numbers of each moment's rows.
    groups
        Each moment's subgroup, which is its sequence's.
    cutoff
        From this distance on two can't be the same object.

    Raises
    ------
    SplitRefused
        ``object-twice``, ``too-few-objects``.
    """
    true = [_truths(rows, moment) for moment in moments]
    sequence = rows.sequence[[moment[0] for moment in moments]]
    begun = _begun(rows, true)
    if sum(map(len, begun)) < LEAST_CELL:
        raise SplitRefused("too-few-objects")
    seen = [rows.observed[moment[rows.seen[moment]]] for moment in moments]
    usual: list[Objects] = []
    for one in np.unique(sequence):
        usual += nearest((seen[number] for number in np.flatnonzero(sequence == one)), cutoff)
    return {
        ANSWER: pa.array([rows.object[one] for one in true]),
        TRUE: pa.array([rows.true[one].ravel() for one in true]),
        USUAL: pa.array([one.ids for one in usual]),
        OBSERVED: pa.array([one.ravel() for one in seen]),
        SEQUENCE: pa.array(sequence),
        STRETCH: pa.array(stretches(sequence, groups)),
        COUNTS: pa.array([len(one) for one in begun]),
        ROW: pa.array(begun, pa.list_(pa.binary(DIGEST_BYTES))),
    }


def _truths(rows: Rows, moment: Ints) -> Ints:
    """Return the numbers of a moment's truths; one that was observed twice is there once."""
    there = moment[rows.object[moment] != NOTHING]
    known, first, each = np.unique(rows.object[there], return_index=True, return_inverse=True)
    if len(known) < len(there) and np.any(
        rows.true[there] != rows.true[there[first[each.ravel()]]]
    ):
        raise SplitRefused("object-twice")
    once: Ints = there[first]
    return once


def _begun(rows: Rows, true: Sequence[Ints]) -> list[list[bytes]]:
    """Return of each moment the digests of the objects that begin there: of all that is true of each."""
    whole = np.concatenate(true)
    begun: list[list[bytes]] = [[] for _ in true]
    moment = np.repeat(np.arange(len(true)), [len(one) for one in true])
    for one in np.unique(rows.object[whole]):
        mine = rows.object[whole] == one
        told = rows.time[whole[mine]].tobytes() + rows.true[whole[mine]].tobytes()
        begun[moment[mine][0]].append(hashlib.blake2b(told, digest_size=DIGEST_BYTES).digest())
    return begun


def stretches(sequence: Ints, groups: Ints) -> Ints:
    """Return the number of each moment's stretch.

    Parameters
    ----------
    sequence, groups
        Each moment's sequence and subgroup, moments of a sequence beside one another.

    Source
    ------
    Carlstein (1986), The use of subseries values for estimating the variance of a general statistic from a
    stationary sequence, Annals of Statistics 14: stretches that don't overlap stand for independent ones.

    Examples
    --------
    >>> stretches(np.array([4, 4, 4, 4]), np.zeros(4, dtype=int)).tolist()
    [0, 1, 2, 3]
    """
    fewest = min(len(np.unique(sequence[groups == one])) for one in np.unique(groups))
    each = 1 if fewest >= LEAST_SEQUENCES else -(-STRETCHES // fewest)
    starts = np.flatnonzero(np.r_[True, sequence[1:] != sequence[:-1]])
    parts = [
        part
        for moments in np.split(np.arange(len(sequence)), starts[1:])
        for part in np.array_split(moments, each)
        if len(part)
    ]
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])
