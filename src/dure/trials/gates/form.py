"""The first gate: the score has exactly the demanded form, read strictly."""

from __future__ import annotations

import json
from dataclasses import replace

from dure.core.text import Text
from dure.trials.details.reading import read_details
from dure.trials.gates.candidate import Candidate, Counted, Subgroup, Triple
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed
from dure.trials.results import SIDES, allowed_metrics, metric_in
from dure.trials.strict import check_keys

MOST_SCORE_BYTES = 256 * 1024
MOST_ROWS = 10**12
MOST_SUBGROUPS = 50

_ALWAYS = {"rows", "smallest_cell", "figures", "leak", "isolated", "shared"}


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    told = _parse(candidate.data)
    grouped = candidate.form.subgroups > 0
    detailed = {"details"} & set(told)
    check_keys(told, _ALWAYS | ({"subgroups", "support"} if grouped else set()) | detailed, "$")
    figures = told["figures"]
    if not isinstance(figures, dict) or not allowed_metrics(set(figures), candidate.form):
        raise GateClosed("gate.schema", "figures")
    return replace(
        candidate,
        rows=_count(told["rows"], "rows"),
        smallest_cell=_count(told["smallest_cell"], "smallest_cell"),
        figures={
            name: {side: _triple(sides[side], f"{name}.{side}") for side in SIDES}
            for name, sides in figures.items()
            if check_keys(sides, set(SIDES), name)
        },
        leak=_marks([told["leak"]], 1, "leak")[0],
        isolated=_marks(told["isolated"], len(candidate.history.others), "isolated"),
        shared=_marks(told["shared"], len(candidate.history.others), "shared"),
        subgroups=_subgroups(told["subgroups"], candidate) if grouped else (),
        support=_support(told["support"], candidate) if grouped else None,
        details=read_details(told["details"], candidate.form) if detailed else None,
    )


FORM = Gate(
    "schema",
    Text("It has the demanded form and nothing else", "요구된 형식이며 그 밖의 내용이 없음"),
    _let_through,
)


def _marks(value: object, count: int, where: str) -> tuple[bool, ...]:
    marks = value if isinstance(value, list) else []
    if len(marks) != count or not all(type(mark) is bool for mark in marks):
        raise GateClosed("gate.schema", where)
    return tuple(marks)


def _subgroups(told: object, candidate: Candidate) -> tuple[Subgroup, ...]:
    if not isinstance(told, list) or len(told) != candidate.form.subgroups:
        raise GateClosed("gate.schema", "subgroups")
    found = []
    for one in told:
        check_keys(one, {"rows", "figures"}, "subgroups")
        figures = one["figures"]
        if not isinstance(figures, dict):
            raise GateClosed("gate.schema", "subgroups")
        for name in figures:
            metric_in(candidate.form, name)
        read = {name: _triple(values, f"subgroups.{name}") for name, values in figures.items()}
        found.append(Subgroup(_count(one["rows"], "subgroups"), read))
    return tuple(found)


def _support(told: object, candidate: Candidate) -> Counted | None:
    if told is None:
        return None
    check_keys(told, {"counts", "withheld"}, "support")
    assert isinstance(told, dict)  # noqa: S101 (check_keys checked it)
    counts, withheld = told["counts"], told["withheld"]
    height, width = candidate.form.subgroups + 1, _width(counts)
    marks = _matrix(withheld, height + 1, width + 1)
    return Counted(
        tuple(tuple(_count(n, "support") for n in row) for row in _matrix(counts, height, width)),
        tuple(_marks(row, width + 1, "support") for row in marks),
    )


def _width(counts: object) -> int:
    first = counts[0] if isinstance(counts, list) and counts else None
    if not isinstance(first, list) or not 0 < len(first) <= MOST_SUBGROUPS:
        raise GateClosed("gate.schema", "support")
    return len(first)


def _matrix(value: object, height: int, width: int) -> list[list[object]]:
    rows = value if isinstance(value, list) else []
    if len(rows) != height or not all(isinstance(row, list) and len(row) == width for row in rows):
        raise GateClosed("gate.schema", "support")
    return rows


def _count(value: object, where: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST_ROWS:
        raise GateClosed("gate.schema", where)
    return value


def _triple(values: object, where: str) -> Triple:
    if not isinstance(values, list) or [type(value) for value in values] != [float] * 3:
        raise GateClosed("gate.schema", where)
    value, lower, upper = values
    return value, lower, upper


def _parse(data: bytes) -> dict[str, object]:
    if len(data) > MOST_SCORE_BYTES:
        raise GateClosed("gate.schema", "size")
    try:
        told = json.loads(
            data.decode("ascii"),
            object_pairs_hook=_once,
            parse_int=_short_integer,
            parse_constant=_not_finite,
        )
    except (ValueError, RecursionError):
        raise GateClosed("gate.schema", "json") from None
    if not isinstance(told, dict):
        raise GateClosed("gate.schema", "json")
    return told


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key is there twice")
    return told


def _short_integer(text: str) -> int:
    if len(text) > 15:
        raise ValueError("a long integer")
    return int(text)


def _not_finite(_: str) -> float:
    raise GateClosed("gate.range", "json")
