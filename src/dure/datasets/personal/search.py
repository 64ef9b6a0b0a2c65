"""The exact search in one text: every place that a rule proposes and its judge confirms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from dure.datasets.personal.context import Hint
from dure.datasets.personal.folding import fold
from dure.datasets.personal.kinds import Confidence, Span
from dure.datasets.personal.rules import Place, Rule

_DIGITS = re.compile("[0-9]+")
NO_HINT = Hint()


def spans(text: str, rules: Sequence[Rule], hint: Hint = NO_HINT) -> list[Span]:
    """Return what is personal in a text, in order, no two spans overlapping.

    Parameters
    ----------
    text
        Any text.
    rules
        The rules to apply. Where two claim the same characters, one that is more than ``LOW`` goes
        before one that isn't, then the earlier rule.
    hint
        What the column's name says.
    """
    folded = fold(text)
    claims = [
        (span.confidence is Confidence.LOW, order, span)
        for order, rule in enumerate(rules)
        for span in _confirmed(folded, rule, hint)
    ]
    if len(claims) < 2:
        return [span for _, _, span in claims]
    claims.sort(key=lambda claim: (*claim[:2], claim[2].start))
    return apart(span for _, _, span in claims)


def apart(claims: Iterable[Span]) -> list[Span]:
    """Return the spans, in order, without those that overlap one that was named earlier."""
    taken: list[Span] = []
    for span in claims:
        at = bisect_left(taken, span.end, key=_start)
        if not at or taken[at - 1].end <= span.start:
            taken.insert(at, span)
    return taken


def _start(span: Span) -> int:
    return span.start


def _confirmed(text: str, rule: Rule, hint: Hint) -> Iterator[Span]:
    """Yield a rule's spans. A refused match is stepped over by one character, not by its length."""
    at = 0
    while match := rule.look.search(text, at):
        start, end = match.span()
        confidence = rule.judge(Place(text, start, end, rule.kind, hint))
        if confidence is not None:
            yield Span(start, end, rule.kind, confidence)
            at = end
        elif run := _DIGITS.match(text, start):
            # What begins within the same digits would be refused too: a number follows no digit.
            at = run.end() if _is_digit(text, start - 1) else start + 1
        else:
            at = start + 1


def _is_digit(text: str, at: int) -> bool:
    return at >= 0 and text[at] in "0123456789"
