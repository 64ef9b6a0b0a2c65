"""Drawings as inline SVG: no script, no style attribute, and words for those who don't see them."""

from __future__ import annotations

from html import escape

from dure.core.text import printable

_STROKES = {
    "good": '<path d="M14 25l8 8 14-17"/>',
    "fair": '<path d="M24 12v16M24 34v2"/>',
    "bad": '<path d="M16 16l16 16M32 16l-16 16"/>',
}


def icon(tone: str) -> str:
    """Return a verdict's sign: for ``good`` a tick, ``fair`` an exclamation mark, ``bad`` a cross."""
    inside = f'<circle cx="24" cy="24" r="22"/>{_STROKES[tone]}'
    return f'<svg class="icon" viewBox="0 0 48 48" aria-hidden="true">{inside}</svg>'


def svg(
    kind: str, width: float, height: float, told: str, inside: str, *, stretched: bool = False
) -> str:
    """Return a drawing.

    Parameters
    ----------
    kind
        Its class, for the style.
    width, height
        In its own units.
    told
        The same in words; escaped here.
    inside
        Its shapes, as SVG.
    stretched
        Fill the place that the style gives it, whatever becomes of the proportions.
    """
    words = escape(printable(told))
    free = ' preserveAspectRatio="none"' if stretched else f' width="{width:g}"'
    return (
        f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}"{free} role="img" aria-label="{words}">'
        f"<title>{words}</title>{inside}</svg>"
    )
