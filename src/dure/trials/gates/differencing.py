"""Nothing that leaves may, taken from what left earlier, isolate a few rows.

Two figures over nearly the same rows differ by what the few others say. Which benchmarks' test rows
are so nearly the same is found by scoring, from digests of the rows (`dure.trials.overlap`); it is
refused when a report on one of them was asked for or released. Of two that are made at the same time, the
second is refused when people are asked to release it (`dure.trials.release`).
"""

from __future__ import annotations

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.outcomes import OutcomeClass
from dure.trials.refusals import GateClosed


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.outcome is not OutcomeClass.OK:
        return None
    others = zip(candidate.history.others, candidate.isolated, strict=True)
    if any(isolated and other.left for other, isolated in others):
        raise GateClosed("gate.differencing", "rows")
    return candidate


DIFFERENCING = Gate(
    "differencing",
    Text(
        "Taken from what left earlier, it isolates no few rows",
        "앞서 반출된 것과의 차이로 소수의 행이 드러나지 않음",
    ),
    _let_through,
    lambda candidate: {"least": str(candidate.protection.least)},
)
