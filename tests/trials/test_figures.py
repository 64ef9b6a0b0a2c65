"""No figure ever carries more than three significant digits, whatever the number."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.trials.figures import DIGITS, figure, read_figure, significant_digits

FINITE = st.floats(-1.79e308, 1.79e308)


@given(FINITE | st.integers(-(10**15), 10**15))
def test_at_most_three_digits_and_close(value):
    text = figure(value)
    assert significant_digits(text) <= DIGITS
    assert len(text) <= 16
    assert abs(float(text) - value) <= abs(value) * 0.0051 + 5e-324


@given(FINITE)
def test_one_spelling_that_reads_back(value):
    text = figure(value)
    assert read_figure(text) == float(text)
    assert figure(float(text)) == text


@given(st.text(max_size=24) | st.decimals(allow_nan=True).map(str) | FINITE.map(repr))
def test_whatever_is_read_has_three_digits(text):
    try:
        value = read_figure(text)
    except ValueError:
        return
    assert math.isfinite(value)
    assert significant_digits(text) <= DIGITS
    digits = Decimal(text).normalize().as_tuple().digits
    assert len(digits) <= DIGITS


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.797e308])
def test_not_finite_has_no_figure(value):
    with pytest.raises(ValueError, match="finite"):
        figure(value)


@pytest.mark.parametrize(
    "text", ["", "NaN", "1e999", "01", "1.234", "1.20", "+1", "0x1", "1_0", "-0", "1e5", "1٣"]
)
def test_other_spellings_are_refused(text):
    with pytest.raises(ValueError, match=r"figure|digits|spelling|finite"):
        read_figure(text)
