"""Which details are held: all, unless a figure climbs; then those that belong to figures that are told.

A curve is many sums of targets over groups of rows that the algorithm chose. So there is a new one with a new
figure alone, and new figures are few: each is better than the one before by the Ladder's step. To the
same question the same details are told again; other ones, beside the same figures, are held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dure.trials.details.form import DETAILS


def details_of(result: Mapping[str, object]) -> dict[str, object]:
    """Return the details that a result tells."""
    return {name: result[name] for name in DETAILS if name in result}


def hold_details(
    result: Mapping[str, object], *, same_again: Iterable[Mapping[str, object]] | None
) -> dict[str, object]:
    """Return a result without the details that are held.

    Parameters
    ----------
    result
        The result, with the figures that are told.
    same_again
        Details that were told to this very question, when no figure climbs; None when one does.
    """
    figures = result["figures"]
    told = set(figures) if isinstance(figures, dict) else set()
    details = {
        name: kept
        for name, part in details_of(result).items()
        if told and (kept := _with_figures(name, part, told))
    }
    if same_again is not None and not any(details == before for before in same_again):
        details = {}
    return {name: part for name, part in result.items() if name not in DETAILS} | details


def _with_figures(name: str, part: object, told: set[str]) -> object:
    """Return what of a detail belongs to metrics that are told; nothing is false."""
    if name == "p" and isinstance(part, dict):
        return {metric: p for metric, p in part.items() if metric in told}
    if name == "subgroups" and isinstance(part, list):
        groups = [{one: point for one, point in group.items() if one in told} for group in part]
        return groups if any(groups) else []
    if name == "robustness" and isinstance(part, dict):
        return part if part.get("metric", "") in {"", *told} else {}
    return part
