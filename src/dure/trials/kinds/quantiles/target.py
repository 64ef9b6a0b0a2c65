"""Targets of a forecast, and the climatology that it is compared with."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dure.trials.definition import Definition
from dure.trials.forecasts import climatology, naive_scale
from dure.trials.kinds.numbers.target import finite_numbers
from dure.trials.kinds.target import Target


def _past(
    train: pa.Table, test: pa.Table, definition: Definition
) -> tuple[dict[str, Any], dict[str, pa.Array]]:
    return {"scale": naive_scale(train, definition)}, climatology(train, test, definition)


TARGET = Target(finite_numbers, _past)
