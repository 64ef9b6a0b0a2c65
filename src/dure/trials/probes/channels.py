"""Covert channels: ways in which an algorithm that saw the data could tell of it without a result.

Each sends several messages through one feature of a run. A channel is closed when what may leave is
the same bytes for every message; the control shows that they differ before the gates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dure.core.canonical import canonical_json
from dure.core.text import printable
from dure.sandbox.tasks import Outcome
from dure.trials.diagnosis import write_diagnosis
from dure.trials.gates.candidate import Budget, Candidate
from dure.trials.gates.passing import pass_gates
from dure.trials.outcomes import OutcomeClass, class_of
from dure.trials.probes.attempt import ATTEMPTS, NAIVE, Act, Clues, Contained
from dure.trials.probes.parsers import RESULT, SCORE, gated

_ENDED = Outcome("done", "", 0, {}, (), b"", 1.0, 1.0, 1 << 20)
_FAILED = replace(_ENDED, status="failed", cause="exit", exit_status=1)
_LIMITS = ("cpu", "memory", "wall", "stdout", "processes")
_CODE = "\x1b[2J\x1b]0;forged\x07"

Message = tuple[Outcome, str]


def _scores(*pairs: tuple[str, str]) -> Sequence[Message]:
    return [(_ENDED, SCORE.replace(old, new)) for old, new in pairs]


MESSAGES: Mapping[str, Sequence[Message]] = {
    "exit-status": [(replace(_FAILED, exit_status=n), "") for n in range(1, 256)],
    "kind-of-failure": [(replace(_FAILED, cause=cause), "") for cause in ("exit", "signal")],
    "kind-of-limit": [(replace(_FAILED, status="killed", cause=one), "") for one in _LIMITS],
    "processor-time": [(replace(_ENDED, cpu_s=n / 1000), SCORE) for n in range(1, 65)],
    "wall-time": [(replace(_ENDED, wall_s=n / 1000), SCORE) for n in range(1, 65)],
    "peak-memory": [(replace(_ENDED, peak_bytes=n << 20), SCORE) for n in range(1, 65)],
    "standard-output": [(replace(_ENDED, stdout=bytes([n])), SCORE) for n in range(256)],
    "failure-text": [(replace(_FAILED, stdout=bytes([n])), "") for n in range(256)],
    "names-of-refused-files": [
        (replace(_ENDED, refused=((f"row-{n}", "name"),)), SCORE) for n in range(64)
    ],
    "low-digits": _scores(*(("1.5", f"1.50{n:03}") for n in range(1, 400, 7))),
    "sign-of-zero": _scores(("[1.5,1.0", "[1.5,0.0"), ("[1.5,1.0", "[1.5,-0.0")),
    "spelling-of-numbers": _scores(("1.5", "1.5"), ("1.5", "1.50"), ("1.5", "15.0e-1")),
    "order-of-keys": [
        (_ENDED, SCORE),
        (_ENDED, SCORE.replace('"rows":400,"smallest_cell":40', '"smallest_cell":40,"rows":400')),
    ],
    "spacing": _scores((",", ","), (",", ", "), (":", " :\t")),
    "exact-rows": _scores(*(("400", str(336_600 + n)) for n in range(0, 300, 50))),
    "exact-cells": _scores(*(('"smallest_cell":40', f'"smallest_cell":{n}') for n in (40, 41))),
    "reason-of-refusal": _scores(("1.5", "NaN"), ("1.5", "1e999"), ("400", '"four"')),
}
"""Name -> what the messages are; each is how a run ended, and the score that came of it."""


def released(ended: Outcome, score: str) -> bytes:
    """Return what may leave of a run: the steps that `dure.trials.run` takes, after its sandboxes."""
    refused = frozenset(reason for _, reason in ended.refused)
    outcome = class_of(ended.status, ended.cause, refused)
    data = score.encode() if outcome is OutcomeClass.OK else b""
    passed = pass_gates(Candidate("probe", RESULT, outcome, data, Budget(1, 20)))
    return canonical_json({"outcome": passed.outcome.value, "result": dict(passed.result)})


def _sends(messages: Sequence[Message]) -> Act:
    def go(_: Clues) -> str:
        if b'"outcome":"ok"' not in released(_ENDED, SCORE):
            raise RuntimeError(
                "an honest score is refused"
            )  # what says nothing tells nothing apart
        told = len({released(*message) for message in messages})
        if told == 1:
            raise Contained(f"{len(messages)} messages leave the same bytes")
        return f"{told} of {len(messages)} messages can be told apart"

    return go


def _sends_raw(messages: Sequence[Message]) -> Act:
    def go(_: Clues) -> str:
        told = len({repr(message) for message in messages})
        if told != len(messages):
            raise RuntimeError("the messages are the same from the start")
        return f"{told} of {len(messages)} messages can be told apart"

    return go


for _entry, _messages in MESSAGES.items():
    ATTEMPTS[f"channels.{_entry}"] = _sends(_messages)
    NAIVE[f"channels.{_entry}"] = _sends_raw(_messages)


def _closed(passed: OutcomeClass) -> str:
    if passed is OutcomeClass.OK:
        return "the score passed"
    raise Contained(passed.value)


FEW = SCORE.replace('"smallest_cell":40', '"smallest_cell":9')
ATTEMPTS["channels.few-rows"] = lambda _: _closed(gated(FEW.encode()))
NAIVE["channels.few-rows"] = lambda _: f"a figure of nine rows in {len(FEW)} bytes"
ATTEMPTS["channels.one-run-too-many"] = lambda _: _closed(gated(SCORE.encode(), spent=21))
NAIVE["channels.one-run-too-many"] = lambda _: _closed(gated(SCORE.encode(), spent=20))


# ── what people read ───────────────────────────────────────────────────────────────────────────
def _diagnosis(_: Clues) -> str:
    ended = replace(_FAILED, stdout=_CODE.encode(), refused=((_CODE, "name"),))
    shown = write_diagnosis("probe", ended, (_CODE,), {}).decode()
    return _steers(shown)


def _steers(shown: str) -> str:
    if "\x1b" in shown or "\\u001b" in shown:
        return "codes that steer the terminal"
    raise Contained("shown as text")


ATTEMPTS["channels.terminal-codes-in-diagnosis"] = _diagnosis
NAIVE["channels.terminal-codes-in-diagnosis"] = lambda _: _steers(str(_CODE))
ATTEMPTS["channels.terminal-codes-in-names"] = lambda _: _steers(printable(_CODE))
NAIVE["channels.terminal-codes-in-names"] = lambda _: _steers(f"the file {_CODE}")
ATTEMPTS["channels.line-breaks-in-names"] = lambda _: _breaks(printable("one\nforged line"))
NAIVE["channels.line-breaks-in-names"] = lambda _: _breaks("one\nforged line")


def _breaks(shown: str) -> str:
    if len(shown.splitlines()) > 1:
        return "a forged line"
    raise Contained("one line")
