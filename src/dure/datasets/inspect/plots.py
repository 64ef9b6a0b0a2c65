"""Small plots as inline SVG: no script, no style attribute, and words for those who don't see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from dure.core.pages.drawing import svg
from dure.datasets.inspect.statistics import Histogram

WIDTH, HEIGHT = 320, 84
_GAP = 1.0


def number(value: float) -> str:
    """Return a number with four significant digits, and separators between thousands.

    Examples
    --------
    >>> number(1234567), number(0.000012345), number(2.50)
    ('1,234,567', '1.234e-05', '2.5')
    """
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-4:
        return f"{value:.4g}"
    text = f"{value:,.{max(0, 3 - math.floor(math.log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def histogram(found: Histogram, told: str) -> str:
    """Return a histogram.

    Parameters
    ----------
    found
        What to draw.
    told
        The same in words.
    """
    most = max(found.counts, default=0) or 1
    width = WIDTH / len(found.counts)
    bars = "".join(
        f'<rect x="{at * width + _GAP / 2:.2f}" y="{HEIGHT - height:.2f}" '
        f'width="{max(width - _GAP, 0.5):.2f}" height="{height:.2f}"/>'
        for at, count in enumerate(found.counts)
        if (height := max(HEIGHT * count / most, 1.0 if count else 0.0))
    )
    return svg("histogram", WIDTH, HEIGHT, told, f"{bars}{_baseline()}", stretched=True)


def two_spreads(first: Sequence[int], second: Sequence[int], told: str) -> str:
    """Return two spreads over the same bins, as shares: the first in wide light bars behind.

    Parameters
    ----------
    first, second
        Counts; at least one bin.
    told
        The same in words.
    """
    shares = [[count / max(1, sum(counts)) for count in counts] for counts in (first, second)]
    most = max(max(one) for one in shares) or 1.0
    width = WIDTH / len(first)
    bars = "".join(
        f'<rect class="{kind}" x="{at * width + (width - part * width) / 2:.2f}" '
        f'y="{HEIGHT - height:.2f}" width="{part * width:.2f}" height="{height:.2f}"/>'
        for kind, part, one in (("before", 0.92, shares[0]), ("now", 0.46, shares[1]))
        for at, share in enumerate(one)
        if (height := HEIGHT * share / most)
    )
    return svg("histogram", WIDTH, HEIGHT, told, f"{bars}{_baseline()}", stretched=True)


def _baseline() -> str:
    return f'<line x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>'


def share_bar(share: float, told: str, kind: str = "") -> str:
    """Return a bar that is filled to a share from 0 to 1."""
    filled = 100 * min(1.0, max(0.0, share))
    inside = (
        '<rect class="room" width="100" height="8"/>'
        f'<rect class="part" width="{filled:.2f}" height="8"/>'
    )
    return svg(f"share {kind}".strip(), 100, 8, told, inside, stretched=True)


def heat_map(names: Sequence[str], values: Sequence[Sequence[float | None]], told: str) -> str:
    """Return a table of correlations as coloured squares, each with its number.

    Blue is positive, orange negative; the stronger, the darker.
    """
    cell, left, top = 46, 150, 20
    parts = []
    for row, name in enumerate(names):
        y = top + row * cell
        parts.append(
            f'<text class="name" x="{left - 8}" y="{y + cell / 2 + 4:.0f}">'
            f"{row + 1} · {escape(shortened(name, 15))}</text>"
            f'<text class="head" x="{left + row * cell + cell / 2:.0f}" y="{top - 6}">{row + 1}</text>'
        )
        for column in range(len(names)):
            value = values[row][column]
            if value is None:
                continue
            x, strength = left + column * cell, abs(value)
            tone = f"{'up' if value >= 0 else 'down'} s{min(4, int(strength * 5))}"
            parts.append(
                f'<rect class="{tone}" x="{x}" y="{y}" width="{cell - 2}" height="{cell - 2}" rx="3"/>'
                f'<text class="value{" light" if strength >= 0.6 else ""}" x="{x + cell / 2 - 1:.0f}" '
                f'y="{y + cell / 2 + 4:.0f}">{value:.2f}</text>'
            )
    size = cell * len(names)
    return svg("heat", left + size, top + size, told, "".join(parts))


def shortened(text: str, most: int) -> str:
    """Return the text, cut to so many characters with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
