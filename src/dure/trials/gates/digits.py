"""Figures are written as decimal strings of three significant digits; from here on they are texts."""

from __future__ import annotations

from dataclasses import replace

from dure.core.text import Text
from dure.trials.figures import DIGITS, figure
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.gates.outcome import said
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed
from dure.trials.results import INTERVAL, SIDES
from dure.trials.strict import ESTIMATE
from dure.trials.tasks import BASELINES


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    result = said(candidate.form, candidate.outcome) | {
        "rows": figure(candidate.rows),
        "interval": INTERVAL,
        "baseline": BASELINES[candidate.form.task],
        "figures": {
            name: {
                side: {
                    part: _figure(value, f"{name}.{side}")
                    for part, value in zip(ESTIMATE, sides[side], strict=True)
                }
                for side in SIDES
            }
            for name, sides in candidate.figures.items()
        },
    }
    return replace(candidate, result=result)


THREE_DIGITS = Gate(
    "digits",
    Text("At most three significant digits", "유효 숫자 세 자리 이하"),
    _let_through,
    lambda _: {"digits": str(DIGITS)},
)


def _figure(value: float, where: str) -> str:
    try:
        return figure(value)
    except ValueError:
        raise GateClosed("gate.range", where) from None
