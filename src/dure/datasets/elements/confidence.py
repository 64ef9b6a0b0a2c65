"""How surely a column is an element: a logistic function of what its name, values and neighbours say.

The coefficients were fitted on the tables for tuning of `bench/elements.py`, and the least confidence
of a proposal was chosen there by leaving out one package after the other (``--fit`` does both).

Source
------
T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical Learning, 2nd edition, section 4.4
(logistic regression; with a quadratic penalty).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

LEAST = 0.79
"""Least confidence of a proposal: the first at which 95 of 100 were right where a package was left out."""

BIAS = -4.42
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "bare": -1.11, "boolean": -0.92, "bounded": 0.34, "bounded-part": -0.55, "codes": 1.64,
        "constant": -1.7, "corner": -1.35, "customary": 0.37, "digits": -0.28,
        "digits-part": -0.64, "few": -0.33, "form": -0.14, "identifier": -1.6,
        "identifier-part": -0.51, "kin": 1.47, "kin-part": -0.07, "lead": 1.72, "lone": -1.42,
        "long-code": 0.24, "name": 4.26, "narrow": -1.06, "numbered": 0.97, "pair": -0.62,
        "plural": -1.81, "rare": 0.56, "same": 0.91, "short-code": 0.32, "short-name": 0.01,
        "small": 0.67, "some-codes": -1.0, "steps": -2.84, "table": 1.53, "texts": -0.22, "timed": -1.85,
        "unit": 0.33, "words": 0.84, "years": 0.15,
    }
)  # fmt: skip
"""What is known of a column and an element -> its weight; what isn't here weighs nothing.

Of ``some-codes`` the tables for tuning have no case: its weight is a judgement.
"""


def surety(found: Mapping[str, float]) -> float:
    """Return the confidence, 0 to 1, to three digits.

    Parameters
    ----------
    found
        What is known, each 0 to 1 (or -1 to 1), by the names of `WEIGHTS`.

    Examples
    --------
    >>> surety({"name": 1.0, "same": 1.0}) > surety({"name": 0.6})
    True
    """
    total = BIAS + sum(WEIGHTS.get(name, 0.0) * value for name, value in found.items())
    return round(1 / (1 + math.exp(-total)), 3)
