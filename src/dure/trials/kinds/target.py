"""What the split asks of each kind of answer: a target column that can be scored, and a baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dure.trials.definition import Definition


class SplitRefused(Exception):  # noqa: N818 (an outcome, not a defect)
    """The data set can't be split so: a code of `dure.trials.split.REFUSALS`."""


@dataclass(frozen=True, slots=True)
class Target:
    """How targets of one kind are checked and compared.

    Parameters
    ----------
    clean
        Returns a target column in the type that scoring reads; raises `SplitRefused`.
    baseline
        Returns what the trivial baseline needs (JSON), and columns for the answer key, from train, test
        and definition.
    """

    clean: Callable[[pa.ChunkedArray], pa.ChunkedArray]
    baseline: Callable[[pa.Table, pa.Table, Definition], tuple[dict[str, Any], dict[str, pa.Array]]]
