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

LEAST = 0.8
"""Least confidence of a proposal: the first at which 96 of 100 were right where a package was left out."""

BIAS = -2.31
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "bare": -0.6, "boolean": -0.67, "bounded": 0.64, "bounded-part": -0.96,
        "changed": -2.06, "codes": 1.56, "constant": -1.11, "customary": -0.47,
        "digits": -0.04, "digits-part": -0.39, "few": -0.86, "form": -0.5, "form-same": 2.1,
        "identifier": -1.84, "identifier-part": -0.09, "identifier-same": 0.77, "kin": 1.18,
        "lead": 1.98, "lone": -1.05, "long-code": -1.51, "many": -1.1, "name": 2.05,
        "narrow": -0.16, "narrow-same": -1.43, "numbered": 1.32, "pair": 0.77,
        "pair-part": -2.47, "part": -0.74, "plural": -1.6, "rare": 0.34, "same": 0.98,
        "scaled": -0.9, "short-code": 0.39, "short-name": -0.08, "sibling": -0.82,
        "some-codes": -1.0, "steps": -2.43, "subject": -0.16, "table": 1.81, "texts": -0.26,
        "texts-same": 1.94, "timed": -1.27, "unit": 0.05, "vague": -1.38, "vague-free": -1.94,
        "vague-lone": -0.78, "vague-part": 1.79, "words": 0.89, "years": 0.16,
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
