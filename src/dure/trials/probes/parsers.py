"""Hostile predictions, scores, manifests and headers, for the readers that meet them.

Each is given to our strict reader, which must refuse it (and take an honest one, else the attempt is
broken). The control is the reader that anybody would write first, which takes it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping

from dure.core.canonical import parse_canonical
from dure.core.errors import CoreError
from dure.trials.errors import TrialsError
from dure.trials.gates.candidate import Budget, Candidate
from dure.trials.gates.passing import pass_gates
from dure.trials.kinds.lines import PredictionsRefused
from dure.trials.manifest import read_manifest
from dure.trials.outcomes import OutcomeClass
from dure.trials.predictions import FORM, read_predictions
from dure.trials.probes.attempt import ATTEMPTS, NAIVE, Act, Clues, Contained
from dure.trials.results import ResultForm
from dure.trials.tasks import TaskType

_HEAD = f'{{"form":"{FORM}","rows":1}}'
_CLASSES = frozenset({"late", "early"})
_DEEP = 50_000


def predictions(line: str, *, head: str = _HEAD, tail: bytes = b"") -> bytes:
    """Return a file of predictions with one row."""
    return f"{head}\n{line}\n".encode() + tail


def _value(value: str) -> bytes:
    return predictions(f'{{"prediction":{value}}}')


# ── predictions ────────────────────────────────────────────────────────────────────────────────
NUMBERS: Mapping[str, bytes] = {
    "not-a-number": _value("NaN"),
    "infinity": _value("-Infinity"),
    "overflow": _value("1e999"),
    "enormous-number": _value("1e300"),
    "long-integer": _value("9" * 4000),
    "long-decimal": _value("0." + "1" * 4000),
    "truth-for-number": _value("true"),
    "duplicate-key": predictions('{"prediction":1.0,"prediction":2.0}'),
    "extra-key": predictions('{"prediction":1.0,"row":"all of it"}'),
    "deep-nesting": _value("[" * 15_000 + "]" * 15_000),
    "too-many-rows": predictions('{"prediction":1.0}\n{"prediction":2.0}'),
    "other-length": predictions('{"prediction":1.0}', head=_HEAD.replace("1}", "7}")),
    "second-format": predictions('{"prediction":1.0}', tail=b"PK\x05\x06" + bytes(18)),
    "other-form": predictions('{"prediction":1.0}', head='{"form":"anything","rows":1}'),
}
"""Hostile predictions of a regression."""

WORDS: Mapping[str, bytes] = {
    "half-character": _value('"\\ud800"'),
    "control-character": _value('"late\\u001b[2J"'),
    "direction-mark": _value('"\\u202eetal"'),
    "unknown-class": _value('"a row of the data, as a class"'),
}
"""Hostile predictions of a classification."""


def _reads_predictions(data: bytes, task: TaskType, honest: bytes) -> Act:
    def go(_: Clues) -> str:
        known = _CLASSES if task is TaskType.CLASSIFICATION else frozenset[str]()
        read_predictions(honest, task=task, rows=1, classes=known)
        try:
            read_predictions(data, task=task, rows=1, classes=known)
        except PredictionsRefused as refused:
            raise Contained(refused.reason.value) from None
        return "the predictions were taken"

    return go


def _reads_lines(data: bytes) -> Act:
    def go(_: Clues) -> str:
        lines = data.decode("utf-8", "ignore").splitlines()
        try:
            rows = [json.loads(line) for line in lines if line.startswith("{")]
        except RecursionError:
            return "the reader broke off: RecursionError"
        return f"{len(rows)} lines were taken"

    return go


# ── scores ─────────────────────────────────────────────────────────────────────────────────────
RESULT = ResultForm(TaskType.REGRESSION, ("mae",))
_SIDES = '{"algorithm":[1.5,1.0,2.0],"baseline":[3.5,3.0,4.0],"difference":[-2.0,-3.0,-1.0]}'
_FIGURES = f'"figures":{{"mae":{_SIDES}}}'
SCORE = f'{{"rows":400,"smallest_cell":40,{_FIGURES},"leak":false,"isolated":[],"shared":[]}}'

SCORES: Mapping[str, str] = {
    "score-not-a-number": SCORE.replace("1.5", "NaN"),
    "score-overflow": SCORE.replace("1.5", "1e999"),
    "score-duplicate-key": SCORE.replace('"rows":400,', '"rows":400,"rows":401,'),
    "score-extra-key": SCORE.replace('"rows":400,', '"rows":400,"note":"anything",'),
    "score-long-integer": SCORE.replace("400", "4" * 400, 1),
    "score-deep-nesting": "[" * 20_000 + "]" * 20_000,
    "score-other-metric": SCORE.replace('"mae"', '"a-row-of-the-data"'),
    "score-text-for-number": SCORE.replace("1.5", '"1.5"'),
}
"""Hostile scores, as if scoring itself had been taken over."""


def gated(data: bytes, spent: int = 1) -> OutcomeClass:
    """Return the class of what the gates make of a score."""
    candidate = Candidate("probe", RESULT, OutcomeClass.OK, data, Budget(spent, 20))
    return pass_gates(candidate).outcome


def _passes_gates(data: bytes) -> Act:
    def go(_: Clues) -> str:
        if gated(SCORE.encode()) is not OutcomeClass.OK:
            raise RuntimeError("an honest score is refused")
        if gated(data) is OutcomeClass.OK:
            return "the score passed"
        raise Contained("refused")

    return go


# ── manifests and headers ──────────────────────────────────────────────────────────────────────
_MANIFEST = """
[algorithm]
name = "probe"
version = "1.0"
task = "tabular-regression"
entry_point = "algorithm:Algorithm"
runtime = "scikit-learn"
licence = "Apache-2.0"
origin = "written here"
[limits]
wall_s = 60
"""

MANIFESTS: Mapping[str, str] = {
    "manifest-climbs": _MANIFEST.replace("algorithm:Algorithm", "../../escape.py"),
    "manifest-line-break": _MANIFEST.replace("written here", "a\\u000aforged line"),
    "manifest-terminal-code": _MANIFEST.replace("written here", "\\u001b[2Jforged"),
    "manifest-endless": _MANIFEST.replace("60", "31536000"),
    "manifest-unknown-entry": _MANIFEST + 'network = "host"\n',
    "manifest-unknown-runtime": _MANIFEST.replace("scikit-learn", "host"),
}
"""Manifests that ask for what nobody may have."""

HEADERS: Mapping[str, bytes] = {
    "header-two-spellings": b'{"size":1,"form":"x"}',
    "header-fraction": b'{"size":1.5}',
    "header-duplicate-key": b'{"size":1,"size":2}',
    "header-deep-nesting": b"[" * _DEEP + b"]" * _DEEP,
}
"""Headers of envelopes that could be read in two ways."""


def _reads_manifest(text: str) -> Act:
    def go(_: Clues) -> str:
        read_manifest(_MANIFEST.encode())
        try:
            read_manifest(text.encode())
        except TrialsError as error:
            raise Contained(error.code) from None
        return "the manifest was taken"

    return go


def _reads_toml(text: str) -> Act:
    return lambda _: f"{len(tomllib.loads(text))} sections were taken"


def _reads_header(data: bytes) -> Act:
    def go(_: Clues) -> str:
        parse_canonical(b'{"size":1}')
        try:
            parse_canonical(data)
        except CoreError as error:
            raise Contained(error.code) from None
        return "the header was taken"

    return go


_HONEST = {
    TaskType.REGRESSION: _value("1.0"),
    TaskType.CLASSIFICATION: _value('"late"'),
}


def _register() -> None:
    pairs: dict[str, tuple[Act, Act]] = {}
    for hostile, task in ((NUMBERS, TaskType.REGRESSION), (WORDS, TaskType.CLASSIFICATION)):
        for name, data in hostile.items():
            strict = _reads_predictions(data, task, _HONEST[task])
            pairs[name] = strict, _reads_lines(data)
    for name, text in SCORES.items():
        pairs[name] = _passes_gates(text.encode()), _loads(text.encode())
    for name, text in MANIFESTS.items():
        pairs[name] = _reads_manifest(text), _reads_toml(text)
    for name, data in HEADERS.items():
        pairs[name] = _reads_header(data), _loads(data)
    for name, (strict, careless) in pairs.items():
        ATTEMPTS[f"parsers.{name}"] = strict
        NAIVE[f"parsers.{name}"] = careless


def _loads(data: bytes) -> Act:
    def go(_: Clues) -> str:
        try:
            json.loads(data)
        except RecursionError:
            return "the reader broke off: RecursionError"
        return "it was taken"

    return go


_register()
