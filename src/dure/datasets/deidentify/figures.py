"""What a de-identified data set's document says of how it was made: the block ``dure:deidentification``.

Shares are decimal strings, so that what people sign of it is canonical.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.core.suites import Suite
from dure.datasets.deidentify.answers import Treated
from dure.datasets.deidentify.plan import Plan, write
from dure.datasets.deidentify.risk import Classes, risk_of

TERM = "dure:deidentification"
VERSION = 1


def block(plan: Plan, treated: Treated, source_id: str, suite: Suite) -> dict[str, Any]:
    """Return the block of a data set that was made under a plan.

    Parameters
    ----------
    plan
        The plan.
    treated
        What was counted.
    source_id
        Id of the data set that it was made from.
    suite
        Crypto suite, for the plan's digest.
    """
    return {
        "version": VERSION,
        "source": source_id,
        "purpose": plan.purpose,
        "generation": plan.generation,
        "plan": suite.digest("deidentification-plan", write(plan)),
        "columns": {method.name: method.method for method in plan.column},
        "rows_left_out": treated.left_out,
        "before": told(treated.before, plan.population),
        "after": told(treated.after, plan.population),
        "personal_left": [
            {"column": one.column, "kind": str(one.kind), "rows": one.rows} for one in treated.left
        ],
    }


def with_block(document: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the block, and with the term that makes it plain JSON to JSON-LD."""
    term = {TERM: {"@id": TERM, "@type": "@json"}}
    return {**document, "@context": {**document["@context"], **term}, TERM: dict(made)}


def told(found: Classes, population: int) -> dict[str, Any]:
    """Return classes and risk as canonical values."""
    risk = risk_of(found, population)
    return {
        "quasi": list(found.quasi),
        "rows": found.rows,
        "classes": found.classes,
        "k": found.least,
        "alone": found.alone,
        "l": [{"column": one.column, "least": one.least} for one in found.diversity],
        "prosecutor_highest": share(risk.prosecutor_highest),
        "prosecutor_mean": share(risk.prosecutor_mean),
        "at_risk": share(risk.at_risk),
        "journalist_highest": share(risk.journalist_highest),
        "marketer": share(risk.marketer),
    }


def share(value: float) -> str:
    """Return a share as a decimal string of four digits.

    Examples
    --------
    >>> share(1 / 3), share(1.0)
    ('0.3333', '1')
    """
    return f"{value:.4g}"


def signed_figures(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a document that voters sign, or {} when it has no block.

    Raises
    ------
    ValueError
        When the block has another form.
    """
    made = document.get(TERM)
    if made is None:
        return {}
    try:
        for part in ("images", "texts"):
            if part in made:
                return {"plan": made["plan"], **made[part]}
        after, before = made["after"], made["before"]
        named = ("k", "classes", "rows", "prosecutor_highest", "journalist_highest", "marketer")
        found = {
            "plan": made["plan"],
            "purpose": made["purpose"],
            "generation": made["generation"],
            "k_before": before["k"],
            **{name: after[name] for name in named},
            "l": list(after["l"]),
            "personal_left": len(made["personal_left"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("the block has another form") from error
    return found
