"""Divide a data set of tracks: whole sequences for training and for the test, and what was there apart.

The test's features are its observations alone, those of a moment in an order that tells nothing; a moment in
which nothing was observed is a row of its own without a place. The answer key has a row for each moment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dure.trials.definition import SPLIT_PARTS, Definition
from dure.trials.kinds.parts import BASELINE_KEY, LEAST_ROWS, SUBGROUP
from dure.trials.kinds.target import SplitRefused
from dure.trials.kinds.tracks.answers import answer_columns
from dure.trials.kinds.tracks.moments import Ints
from dure.trials.kinds.tracks.rows import Rows, rows_of
from dure.trials.overlap import Repeated, repeated, row_digests


def divide(
    table: pa.Table, definition: Definition
) -> tuple[pa.Table, pa.Table, pa.Table, Repeated]:
    """Return train, features and answer key of a data set of tracks, and what test and train share.

    Parameters
    ----------
    table
        The columns that the definition names.
    definition
        What the benchmark is; of tracking.

    Raises
    ------
    SplitRefused, ClockRefused
        With one of `dure.trials.split.REFUSALS`.
    """
    places = definition.places
    assert places is not None  # noqa: S101 (a definition of tracking has them)
    rows = rows_of(table, definition, places)
    tested = np.isin(rows.sequence, _tested(rows, definition))
    known = [*definition.features, definition.target, *places.true]
    train, test = rows.of(~tested), _in_order(rows.of(tested), known)
    moments = test.moments()
    if min(len(train.sequence), len(moments)) < LEAST_ROWS:
        raise SplitRefused("too-few-rows")
    groups = _subgroups(test, moments, definition)
    answers = answer_columns(test, moments, groups, places.distance)
    if definition.subgroup:
        answers[SUBGROUP] = pa.array(groups)
    # A sequence that is there twice under two names is the same.
    told = [name for name in known if name != definition.series]
    return (
        train.table.select(known).replace_schema_metadata(None),
        _features(test, moments, definition).replace_schema_metadata(None),
        pa.table(answers).replace_schema_metadata(
            {BASELINE_KEY: json.dumps({"cutoff": places.distance}).encode()}
        ),
        repeated(*(part.of(part.seen).table.select(told) for part in (train, test))),
    )


def _tested(rows: Rows, definition: Definition) -> Ints:
    """Return the sequences of the test: the latest to begin, where times are dates; else drawn."""
    known = np.unique(rows.sequence)
    count = len(known) * definition.test_permille // SPLIT_PARTS
    if not 0 < count < len(known):
        raise SplitRefused("too-few-sequences")
    if pa.types.is_temporal(rows.table.schema.field(definition.time).type):
        begun = [rows.time[rows.sequence == one].min() for one in known]
        latest: Ints = known[np.argsort(begun, kind="stable")[-count:]]
        return latest
    drawn: Ints = np.random.default_rng(definition.seed).permutation(known)[:count]
    return drawn


def _in_order(test: Rows, known: Sequence[str]) -> Rows:
    """Return rows by sequence and time; those of a moment in an order that tells nothing of their objects.

    It is drawn from the rows themselves, truths included: the split's own seed may be guessed.
    """
    digests = b"".join(row_digests(test.table.select(list(known))).to_pylist())
    drawn = int.from_bytes(hashlib.blake2b(digests, digest_size=32).digest())
    mixed = np.random.default_rng(drawn).permutation(len(test.sequence))
    return test.of(mixed[np.lexsort((test.time[mixed], test.sequence[mixed]))])


def _features(test: Rows, moments: Sequence[Ints], definition: Definition) -> pa.Table:
    """Return the observations; of a moment without any a row that has its sequence and time alone."""
    empty = np.zeros(len(test.sequence), dtype=bool)
    empty[[moment[0] for moment in moments if not test.seen[moment].any()]] = True
    kept, blank = test.of(test.seen | empty).table, pa.array(empty[test.seen | empty])
    columns = {}
    for name in definition.features:
        column = kept[name]
        if name not in (definition.series, definition.time):
            column = pc.if_else(blank, pa.scalar(None, column.type), column)
        columns[name] = column
    return pa.table(columns)


def _subgroups(test: Rows, moments: Sequence[Ints], definition: Definition) -> Ints:
    """Return the number of each moment's subgroup, which is its sequence's; of none the last, one of all."""
    last = len(definition.subgroups)
    if not definition.subgroup:
        return np.zeros(len(moments), dtype=np.int64)
    column = test.table[definition.subgroup].cast(pa.string())
    found = pc.index_in(column, value_set=pa.array(definition.subgroups, pa.string()))
    numbers = np.asarray(pc.fill_null(found, last)).astype(np.int64)
    pairs = np.unique(np.column_stack([test.sequence, numbers]), axis=0)
    if len(pairs) != len(np.unique(test.sequence)):
        raise SplitRefused("subgroup-varies")
    each: Ints = numbers[[moment[0] for moment in moments]]
    return each
