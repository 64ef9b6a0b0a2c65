"""One form of time, there and back."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import CoreError
from dure.core.times import read_time, write_time

FIRST = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


@given(st.integers(FIRST, LAST))
def test_a_time_round_trips(epoch_s: int) -> None:
    assert read_time(write_time(epoch_s)) == epoch_s
    assert len(write_time(epoch_s)) == 20


@given(st.floats(-1e9, 1e10))
def test_parts_of_a_second_are_rounded_down(epoch_s: float) -> None:
    assert read_time(write_time(epoch_s)) == math.floor(epoch_s)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T09:30:00",
        "2026-01-31T09:30:00+00:00",
        "2026-01-31t09:30:00z",
        "2026-01-31T09:30:00.5Z",
        "2026-01-31T09:30:00Z\n",
        "2026-02-30T09:30:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-01-31T09:30:00Z",
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(CoreError) as refused:
        read_time(text)
    assert refused.value.code == "core.time"
