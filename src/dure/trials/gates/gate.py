"""What a gate is: a name, its words, and a pure function that lets a candidate through or doesn't."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dure.core.text import Text
from dure.trials.gates.candidate import Candidate


class Passage(StrEnum):
    """What became of a candidate at one gate."""

    PASSED = "passed"
    REFUSED = "refused"
    NOT_APPLICABLE = "not-applicable"
    NOT_REACHED = "not-reached"


PASSAGES = {
    Passage.PASSED: Text("passed", "통과"),
    Passage.REFUSED: Text("refused", "거부"),
    Passage.NOT_APPLICABLE: Text("not applicable", "해당 없음"),
    Passage.NOT_REACHED: Text("not reached", "도달하지 않음"),
}


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Parameters
    ----------
    name
        Short name, as in its findings' code ``gate.NAME``.
    title
        What it demands, in words.
    let_through
        Returns the candidate as it goes on, or None when the gate has nothing to say of it.

        Raises `dure.trials.refusals.GateClosed`.
    parameters
        What it is set to for this candidate, as texts: of the benchmark, never of the data.
    """

    name: str
    title: Text
    let_through: Callable[[Candidate], Candidate | None]
    parameters: Callable[[Candidate], Mapping[str, str]] = lambda _: {}


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a candidate at a gate, for those who decide on the report."""

    gate: str
    passage: Passage
    parameters: Mapping[str, str]

    def to_dict(self) -> dict[str, object]:
        """Return the step as canonical values."""
        return {
            "gate": self.gate,
            "passage": self.passage.value,
            "parameters": dict(self.parameters),
        }
