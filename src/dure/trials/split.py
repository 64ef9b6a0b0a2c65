"""Split a data set into train, test features and answer key. Runs inside the sandbox.

Rows without a target are dropped. A seeded permutation decides which of the others are for the test;
for a forecast the clock does: the latest are. Training rows keep the order of the data set. Test rows
don't: a data set that lies sorted by its target would give the targets away by the places of its rows. The
answer key carries what the trivial baseline needs, so that scoring reads nothing of the training rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dure.sandbox.places import IN, OUT
from dure.trials.definition import SPLIT_PARTS, Definition
from dure.trials.forecasts import ClockRefused, clock
from dure.trials.kinds.parts import (
    ANSWER,
    BASELINE_KEY,
    CELL,
    LEAST_ROWS,
    PARTS,
    PERTURBED,
    PLACE,
    ROW,
    SUBGROUP,
    WHOLE,
)
from dure.trials.kinds.target import SplitRefused
from dure.trials.kinds.targets import TARGETS
from dure.trials.kinds.tracks.division import divide
from dure.trials.overlap import Repeated, digests_at, repeated, row_digests
from dure.trials.perturbing.applying import Perturbed, perturbed
from dure.trials.perturbing.numbers import Rng
from dure.trials.tasks import OF_IMAGES

FACTS = "facts.json"
_PLACE = "\x00place"

REFUSALS = (
    "target-missing",
    "feature-missing",
    "subgroup-missing",
    "target-type",
    "target-range",
    "too-few-rows",
    "classes",
    "box-values",
    "classes-of-boxes",
    "feature-type",
    "images-damaged",
    "images-too-many",
    "time-type",
    "no-movement",
    "robust-rows",
    "robust-columns",
    "target-long",
    "text-missing",
    "place-type",
    "place-incomplete",
    "box-size",
    "truth-incomplete",
    "object-twice",
    "subgroup-varies",
    "too-few-sequences",
    "too-few-objects",
)
"""Why a data set can't be split so: codes of `dure.trials.reasons`."""


@dataclass(frozen=True, slots=True)
class Split:
    """The parts, and how many test rows are among the training rows as well.

    ``places`` are the test rows' numbers in the data set, in the order of the parts.
    """

    train: pa.Table
    features: pa.Table
    answers: pa.Table
    repeated: Repeated
    places: Sequence[int] = ()
    perturbed: pa.Table | None = None


def split(table: pa.Table, definition: Definition) -> Split:
    """Return the three parts of a data set.

    Parameters
    ----------
    table
        The whole data set.
    definition
        What the benchmark is.

    Raises
    ------
    SplitRefused
        With one of `REFUSALS`.
    """
    if definition.target not in table.column_names:
        raise SplitRefused("target-missing")
    true = definition.places.true if definition.places else ()
    if not {*definition.features, *true} <= set(table.column_names):
        raise SplitRefused("feature-missing")
    if definition.subgroup and definition.subgroup not in table.column_names:
        raise SplitRefused("subgroup-missing")
    table = table.select(columns_of(definition)).combine_chunks()
    if definition.places:
        return Split(*divide(table, definition))
    table = table.append_column(_PLACE, pa.array(np.arange(table.num_rows)))
    needed = [definition.target, definition.time] if definition.time else [definition.target]
    for name in needed:
        table = table.filter(pc.is_valid(table[name]))
    kind = TARGETS[definition.task.predicts]
    target = kind.clean(table[definition.target])
    place = table.column_names.index(definition.target)
    table = table.set_column(place, definition.target, target)
    chosen = _latest(table, definition) if definition.time else _drawn(table.num_rows, definition)
    if min(chosen.sum(), (~chosen).sum()) < LEAST_ROWS:
        raise SplitRefused("too-few-rows")
    test = table.filter(pa.array(chosen))
    train = table.filter(pa.array(~chosen))
    known = [*definition.features, definition.target]
    secret = _drawn_from(test.select(known))
    test = test.take(pa.array(_by_clock(test, secret.permutation(test.num_rows), definition)))
    baseline, further = kind.baseline(train, test, definition)
    answers = {ANSWER: test[definition.target], ROW: row_digests(test.select(known)), **further}
    if definition.subgroup:
        answers[SUBGROUP] = _subgroups(test[definition.subgroup], definition.subgroups)
    features = test.select(list(definition.features)).replace_schema_metadata(None)
    worse = _perturbed(train, features, definition, secret)
    if worse is not None:
        answers |= {PLACE: pa.array(worse.places), CELL: pa.array(worse.cells)}
    return Split(
        train=train.select(known).replace_schema_metadata(None),
        features=features,
        answers=pa.table(answers).replace_schema_metadata(
            {BASELINE_KEY: json.dumps(baseline).encode()}
        ),
        repeated=repeated(train.select(known), test.select(known)),
        places=test[_PLACE].to_numpy(),
        perturbed=worse.features if worse is not None else None,
    )


def _drawn(rows: int, definition: Definition) -> Any:
    chosen = np.zeros(rows, dtype=bool)
    tested = rows * definition.test_permille // SPLIT_PARTS
    chosen[np.random.default_rng(definition.seed).permutation(rows)[:tested]] = True
    return chosen


def _latest(table: pa.Table, definition: Definition) -> Any:
    """Mark the latest rows; those of one instant are never torn apart."""
    times = clock(table[definition.time])
    tested = table.num_rows * definition.test_permille // SPLIT_PARTS
    if not 0 < tested < table.num_rows:
        return np.zeros(table.num_rows, dtype=bool)
    return times >= np.sort(times)[table.num_rows - tested]


def _drawn_from(test: pa.Table) -> Rng:
    """Return a generator that nobody can guess who doesn't know the rows, targets included.

    The split's own seed may be guessed.
    """
    drawn = hashlib.blake2b(b"".join(row_digests(test).to_pylist()), digest_size=32).digest()
    return np.random.default_rng(int.from_bytes(drawn))


def _by_clock(rows: pa.Table, drawn: Any, definition: Definition) -> Any:
    """Return an order of rows that tells nothing of their targets; of a forecast by the clock."""
    if not definition.time:
        return drawn
    return drawn[np.argsort(clock(rows[definition.time])[drawn], kind="stable")]


def _perturbed(
    train: pa.Table, features: pa.Table, definition: Definition, secret: Rng
) -> Perturbed | None:
    if not definition.robust:
        return None

    def order(rows: pa.Table, drawn: Any) -> Any:
        return _by_clock(rows, drawn, definition)

    return perturbed(train, features, definition, secret, order)


def columns_of(definition: Definition) -> list[str]:
    """Return the columns that a benchmark needs, each once."""
    true = definition.places.true if definition.places else ()
    named = [*definition.features, definition.target, *true]
    return named if definition.subgroup in ("", *named) else [*named, definition.subgroup]


def _subgroups(column: pa.ChunkedArray, values: tuple[str, ...]) -> pa.Array:
    """Return the number of each row's subgroup; rows of no subgroup have the last."""
    found = pc.index_in(column.cast(pa.string()), value_set=pa.array(values, pa.string()))
    return pc.fill_null(found, len(values)).combine_chunks()


def main(source: Path = IN, target: Path = OUT) -> None:
    """Split ``data.parquet`` by ``definition.json``, and write the parts and ``facts.json``."""
    definition = Definition.from_dict(json.loads((source / "definition.json").read_bytes()))
    facts: Mapping[str, object]
    try:
        facts = _split_into(source, target, definition)
    except (SplitRefused, ClockRefused) as refused:
        for name in (*PARTS, PERTURBED):
            (target / name).unlink(missing_ok=True)
        facts = {"refused": str(refused)}
    (target / FACTS).write_text(json.dumps(facts), encoding="ascii")


def _split_into(source: Path, target: Path, definition: Definition) -> Mapping[str, object]:
    data = source / "data.parquet"
    gallery = None
    if definition.task in OF_IMAGES:
        from dure.trials.images.splitting import Gallery  # brings decoders, which no table needs

        gallery = Gallery.open(source, data, definition)
    names = set(pq.read_schema(data).names) - ({gallery.feature} if gallery else set())
    table = pq.read_table(data, columns=[one for one in columns_of(definition) if one in names])
    parts = split(gallery.stand_in(table) if gallery else table, definition)
    if gallery:
        parts = replace(parts, repeated=gallery.repeated(parts.train, parts.features))
    elif len(parts.places):
        whole = parts.answers.append_column(WHOLE, digests_at(data, parts.places))
        parts = replace(parts, answers=whole)
    made = dict(zip(PARTS, (parts.train, parts.features, parts.answers), strict=True))
    if parts.perturbed is not None:
        made[PERTURBED] = parts.perturbed
    for name, part in made.items():
        if gallery and gallery.feature in part.column_names:
            gallery.write(part, target / name)
        else:
            pq.write_table(part, target / name, compression="zstd", version="2.6")
    return {
        "train_rows": parts.train.num_rows,
        "test_rows": parts.features.num_rows,
        "repeated_exactly": parts.repeated.exactly,
        "repeated_nearly": parts.repeated.nearly,
    }


if __name__ == "__main__":
    main()
