"""What became of each rule: counts, row numbers, and only such values as may be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec

from dure.core.findings import Finding, Severity
from dure.core.text import Text
from dure.datasets.rules.reasons import BROKEN, UNFIT

MAX_SAMPLES = 100
VALUE_CHARACTERS = 80

MayShow = Callable[[str], bool]
State = Literal["kept", "broken", "unfit"]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Name = Annotated[str, msgspec.Meta(max_length=8192)]
_Value = Annotated[str, msgspec.Meta(max_length=VALUE_CHARACTERS)]

_MEND = Text(
    "Look at these rows; mend the data, or the rule if it asks too much.",
    "해당 행을 보고 자료를 고치십시오. 규칙이 지나치면 규칙을 고치십시오.",
)
_MEND_RULE = Text("Correct this rule in the contract.", "계약의 이 규칙을 고치십시오.")


def nothing(_: str) -> bool:
    """Show no column's values: what holds when nobody has looked for personal data."""
    return False


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row that breaks a rule.

    Parameters
    ----------
    row
        Its number, from 1 for the first row below the header.
    values
        Values of those of the rule's columns that may be shown; None where there is none.
    """

    row: _Count
    values: dict[_Name, _Value | None] = {}


class RuleOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one rule.

    Parameters
    ----------
    rule
        Its name.
    kind
        Its kind.
    columns
        The columns it speaks of.
    state
        ``kept``, ``broken``, or ``unfit`` when it could not be looked at; that counts as broken.
    reason
        Why it is unfit: a code of `dure.datasets.rules.reasons.UNFIT`, or "".
    rows
        Rows of the table.
    failing
        Rows that break it; for ``row-count`` and ``type`` none in particular.
    samples
        The first of them.
    """

    rule: _Name
    kind: _Name
    columns: tuple[_Name, ...]
    state: State
    reason: Annotated[str, msgspec.Meta(max_length=16)]
    rows: _Count
    failing: _Count
    samples: tuple[Sample, ...] = ()

    @property
    def words(self) -> Text:
        """What became of it, in words."""
        if self.state == "kept":
            return Text("it holds", "지켜집니다")
        words = UNFIT[self.reason] if self.state == "unfit" else BROKEN[self.kind]
        return words.fill(failing=self.failing, rows=self.rows)

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """Return the outcome as plain values."""
        return {**msgspec.to_builtins(self), "words": self.words.say(language)}


def findings(outcomes: tuple[RuleOutcome, ...], subject: str) -> tuple[Finding, ...]:
    """Return a finding for every rule that does not hold.

    Parameters
    ----------
    outcomes
        Of one check.
    subject
        Name of what was checked.
    """
    return tuple(
        Finding(
            code=f"datasets.rule.{one.kind if one.state == 'broken' else one.reason}",
            severity=Severity.ERROR,
            subject=subject,
            locator=_locator(one),
            words=Text(f"{one.rule}: {one.words.en}", f"{one.rule}: {one.words.ko}"),
            next_step=_MEND if one.state == "broken" else _MEND_RULE,
        )
        for one in outcomes
        if one.state != "kept"
    )


def _locator(outcome: RuleOutcome) -> str:
    rows = ", ".join(str(sample.row) for sample in outcome.samples)
    return "; ".join(filter(None, (", ".join(outcome.columns), f"rows {rows}" if rows else "")))


def counts(outcomes: tuple[RuleOutcome, ...]) -> Mapping[str, int]:
    """Return how many rules are in each state."""
    states: tuple[State, ...] = ("kept", "broken", "unfit")
    return {state: sum(one.state == state for one in outcomes) for state in states}
