"""Intervals and curves, drawn: each value a dot, each interval a line, the baseline dashed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dure.core.pages.drawing import svg
from dure.core.text import printable

WIDTH = 400
_LEFT, _RIGHT, _ROW, _FOOT = 8.0, 8.0, 44.0, 26.0
_CURVE_HEIGHT, _CURVE_LEFT, _CURVE_FOOT = 210.0, 56.0, 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval.

    Parameters
    ----------
    name
        Its words, as they are shown; escaped here.
    value, lower, upper
        In order.
    kind
        ``own``, ``base`` or ``over``: how it is drawn.
    """

    name: str
    value: float
    lower: float
    upper: float
    kind: str = "own"


def bar(name: str, side: Mapping[str, str], kind: str = "own") -> Bar:
    """Return a figure as it is drawn."""
    return Bar(name, float(side["value"]), float(side["lower"]), float(side["upper"]), kind)


def intervals(bars: Sequence[Bar], mark: float, told: str) -> str:
    """Return values under each other on one axis.

    Parameters
    ----------
    bars
        One at least.
    mark
        Where the dashed line stands: the baseline's value, or no difference.
    told
        The same in words.
    """
    ends = [mark, *(one.lower for one in bars), *(one.upper for one in bars)]
    axis = _Axis(min(ends), max(ends), _LEFT, WIDTH - _RIGHT)
    height = _ROW * len(bars) + _FOOT
    parts = [
        f'<line class="mark" x1="{axis.at(mark)}" y1="0" x2="{axis.at(mark)}" y2="{height - _FOOT:g}"/>'
    ]
    for row, one in enumerate(bars):
        y = row * _ROW + 30
        low, high, middle = axis.at(one.lower), axis.at(one.upper), axis.at(one.value)
        parts.append(
            f'<g class="{one.kind}"><text x="{_LEFT:g}" y="{y - 14:g}">{escape(printable(one.name))}</text>'
            f'<line x1="{low}" y1="{y:g}" x2="{high}" y2="{y:g}"/>'
            f'<line x1="{low}" y1="{y - 6:g}" x2="{low}" y2="{y + 6:g}"/>'
            f'<line x1="{high}" y1="{y - 6:g}" x2="{high}" y2="{y + 6:g}"/>'
            f'<circle cx="{middle}" cy="{y:g}" r="6"/></g>'
        )
    parts.append(axis.drawn(height - _FOOT))
    return svg("intervals", WIDTH, height, told, "".join(parts))


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve, with its interval."""

    x: float
    value: float
    lower: float
    upper: float


def point(x: float, side: Mapping[str, str]) -> Point:
    """Return a figure at a place of a curve."""
    return Point(x, float(side["value"]), float(side["lower"]), float(side["upper"]))


def reliability(points: Sequence[Point], told: str) -> str:
    """Return shares against what was said of them, both from 0 to 1; where they are equal is dashed."""
    foot = _CURVE_HEIGHT - _CURVE_FOOT
    across, up = _Axis(0.0, 1.0, _CURVE_LEFT, WIDTH - 14), _Axis(0.0, 1.0, foot, 10.0)
    equal = f'x1="{across.at(0)}" y1="{up.at(0)}" x2="{across.at(1)}" y2="{up.at(1)}"'
    mark = f'<line class="mark" {equal}/>'
    return _curve(points, across, up, across.drawn(foot) + mark, told)


def curve(
    points: Sequence[Point], levels: Sequence[str], told: str, *, mark: float | None = None
) -> str:
    """Return a curve with its intervals over levels that stand at equal distances.

    Parameters
    ----------
    points
        One at least, in order; their ``x`` is the place of a level.
    levels
        What stands below each place; escaped here.
    told
        The same in words.
    mark
        Where a dashed line lies across: what the figure is without any skill.
    """
    heights = [part for one in points for part in (one.lower, one.upper)]
    heights += [] if mark is None else [mark]
    foot = _CURVE_HEIGHT - _CURVE_FOOT
    across = _Axis(0.0, max(len(levels) - 1.0, 1.0), _CURVE_LEFT, WIDTH - 14)
    up = _Axis(min(heights), max(heights), foot, 10.0)
    below = across.marked(foot, [(float(at), name) for at, name in enumerate(levels)])
    if mark is not None:
        ends = f'x1="{_CURVE_LEFT:g}" y1="{up.at(mark)}" x2="{WIDTH - 14}" y2="{up.at(mark)}"'
        below += f'<line class="mark" {ends}/>'
    return _curve(points, across, up, below, told)


def _curve(points: Sequence[Point], across: _Axis, up: _Axis, below: str, told: str) -> str:
    joined = " ".join(f"{across.at(one.x)},{up.at(one.value)}" for one in points)
    parts = [below, up.drawn_beside(_CURVE_LEFT, WIDTH - 14)]
    parts.append(f'<g class="own"><polyline points="{joined}"/>')
    for one in points:
        x = across.at(one.x)
        parts.append(
            f'<line x1="{x}" y1="{up.at(one.lower)}" x2="{x}" y2="{up.at(one.upper)}"/>'
            f'<circle cx="{x}" cy="{up.at(one.value)}" r="5"/>'
        )
    return svg("curve", WIDTH, _CURVE_HEIGHT, told, "".join(parts) + "</g>")


class _Axis:
    """Where numbers lie between two places; with a little room at each end, and a few round ticks."""

    def __init__(self, low: float, high: float, first: float, last: float) -> None:
        room = (high - low) * 0.06 or max(abs(high), 1.0) * 0.06
        exact = (low, high) == (0.0, 1.0)
        self.low, self.high = (low, high) if exact else (low - room, high + room)
        self.first, self.last = first, last

    def at(self, value: float) -> str:
        share = (value - self.low) / (self.high - self.low)
        return f"{self.first + share * (self.last - self.first):.1f}"

    def ticks(self) -> list[tuple[float, str]]:
        step = _round_step((self.high - self.low) / 2.5)
        least, most = math.ceil(self.low / step), math.floor(self.high / step)
        return [(n * step, _tick(n * step, step)) for n in range(least, most + 1)]

    def drawn(self, y: float) -> str:
        return self.marked(y, self.ticks())

    def marked(self, y: float, ticks: Sequence[tuple[float, str]]) -> str:
        line = f'<line class="axis-line" x1="{self.first:g}" y1="{y:g}" x2="{self.last:g}" y2="{y:g}"/>'
        return line + "".join(
            f'<line class="axis-line" x1="{self.at(value)}" y1="{y:g}" x2="{self.at(value)}" y2="{y + 4:g}"/>'
            f'<text class="tick" x="{self.at(value)}" y="{y + 18:g}">{escape(printable(name))}</text>'
            for value, name in ticks
        )

    def drawn_beside(self, x: float, until: float) -> str:
        return "".join(
            f'<line class="grid-line" x1="{x:g}" y1="{self.at(value)}" x2="{until:g}" y2="{self.at(value)}"/>'
            f'<text class="tick side" x="{x - 6:g}" y="{float(self.at(value)) + 4:.1f}">{name}</text>'
            for value, name in self.ticks()
        )


def _tick(value: float, step: float) -> str:
    digits = max(0, -math.floor(math.log10(step)))
    return f"{value:.3g}" if digits > 5 or step >= 1e6 else f"{value:,.{digits}f}"


def _round_step(most: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is no more.

    Examples
    --------
    >>> _round_step(0.13), _round_step(3.1), _round_step(50.0)
    (0.1, 2.0, 50.0)
    """
    power = 10.0 ** math.floor(math.log10(most))
    return next(
        float(f"{n * power:.12g}") for n in (5, 2, 1, 0.5) if n * power <= most * (1 + 1e-9)
    )
