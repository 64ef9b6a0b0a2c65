"""What every strict reader of results asks: these keys and no others, numbers in the one form of figures."""

from __future__ import annotations

from dure.trials.figures import read_figure
from dure.trials.refusals import GateClosed

ESTIMATE = ("value", "lower", "upper")
WITHHELD = "withheld"
"""What stands for a number that must not be shown."""


def check_keys(value: object, wanted: set[str], where: str) -> bool:
    """Demand a mapping with exactly these keys; True, so that it can stand in a condition."""
    if not isinstance(value, dict) or set(value) != wanted:
        raise GateClosed("gate.schema", where if where.isascii() and len(where) < 64 else "key")
    return True


def read_number(value: object, where: str) -> float:
    """Return the number that a figure writes; anything else is refused."""
    try:
        return read_figure(value if isinstance(value, str) else "")
    except ValueError:
        raise GateClosed("gate.digits", where) from None


def check_estimate(value: object, lowest: float, highest: float, where: str) -> None:
    """Demand value, lower and upper, as figures in a range."""
    check_keys(value, set(ESTIMATE), where)
    assert isinstance(value, dict)  # noqa: S101 (the keys were checked)
    for part in ESTIMATE:
        if not lowest <= read_number(value[part], where) <= highest:
            raise GateClosed("gate.range", where)
