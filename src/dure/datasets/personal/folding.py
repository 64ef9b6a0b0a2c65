"""One spelling for the many ways in which Korean texts write digits, dashes, dots and spaces.

Folding maps one character to one character, so that offsets in the folded text are offsets in the
text. `Part` keeps the two spellings of a pattern together: over folded text, for the exact search,
and over raw UTF-8, for the quick search that looks for candidates in whole buffers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

DASHES = "-‐‑‒–—―−⁃﹣－ー─ㅡ"
DOTS = ".․·‧∙•・．"
SPACES = " \t\u00a0\u2002\u2003\u2009\u202f\u3000"

_WIDE = 0xFEE0
"""From a printable ASCII character to its full-width twin."""

_FOLD = {code + _WIDE: code for code in range(0x21, 0x7F)} | {
    ord(variant): ord(plain)
    for plain, variants in (("-", DASHES), (".", DOTS), (" ", SPACES))
    for variant in variants
}
_UNPLAIN = re.compile(
    "[" + "".join(re.escape(chr(code)) for code in _FOLD if chr(code) not in "-. ") + "]"
)


def fold(text: str) -> str:
    """Return the text with full-width forms, dashes, dots and spaces in their ASCII spelling.

    Examples
    --------
    >>> fold("０１０–1234")
    '010-1234'
    """
    return text.translate(_FOLD) if _UNPLAIN.search(text) else text


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a pattern in two spellings.

    Parameters
    ----------
    text
        Regular expression over folded text.
    raw
        Regular expression over UTF-8 bytes. Wherever ``text`` matches the folded form of these bytes,
        ``raw`` matches them, or `UNUSUAL` does: with every dash spelt out in every pattern, hyperscan takes
        four times as long to compile.
    """

    text: str
    raw: bytes

    def __add__(self, other: Part) -> Part:
        return Part(self.text + other.text, self.raw + other.raw)


def repeated(part: Part, least: int, most: int | None = None) -> Part:
    """Return the part, so many times."""
    times = f"{{{least}}}" if most is None else f"{{{least},{most}}}"
    return Part(f"(?:{part.text}){times}", b"(?:%b)%b" % (part.raw, times.encode()))


def maybe(part: Part) -> Part:
    """Return the part, or nothing."""
    return Part(f"(?:{part.text})?", b"(?:%b)?" % part.raw)


def either(parts: Iterable[Part]) -> Part:
    """Return any of the parts, the first that fits."""
    found = list(parts)
    return Part(
        "(?:" + "|".join(part.text for part in found) + ")",
        b"(?:" + b"|".join(part.raw for part in found) + b")",
    )


def one_of(characters: str) -> Part:
    """Return one of some ASCII characters."""
    spelt = "".join(re.escape(char) for char in characters)
    return Part(f"[{spelt}]", f"[{spelt}]".encode())


def literal(words: str) -> Part:
    """Return words as they are, Latin letters in either case, spaces in any spelling."""
    whole = Part("", b"")
    for char in words:
        if char == " ":
            whole += Part(" ", _byte_class(each.encode() for each in SPACES))
        elif char.isascii():
            whole += one_of("".join(sorted({char.lower(), char.upper()})))
        else:
            whole += Part(char, char.encode())
    return whole


def _byte_class(spelt: Iterable[bytes]) -> bytes:
    """Return a pattern of any of the byte strings: those that differ in their last byte share it."""
    last: dict[bytes, list[bytes]] = {}
    for each in sorted(spelt):
        last.setdefault(each[:-1], []).append(b"\\x%02x" % each[-1])
    choices = [
        b"".join(b"\\x%02x" % byte for byte in head) + b"[" + b"".join(ends) + b"]"
        for head, ends in last.items()
    ]
    return b"(?:" + b"|".join(choices) + b")"


def exact_only(text: str) -> Part:
    """Return what only the exact search asks for."""
    return Part(text, b"")


DIGIT = Part("[0-9]", b"[0-9]")
SPACE = Part(" ", b"[ \t]")
JOINT = Part("(?: ?[-.] ?| )", rb"(?:[ \t]?[-.][ \t]?|[ \t])")
"""What stands between the groups of a number: a dash or a dot, with or without spaces, or a space."""
HYPHEN = Part(" ?[-.] ?", rb"[ \t]?[-.][ \t]?")
"""The same for numbers whose groups a space alone doesn't join."""


def digits(least: int, most: int | None = None) -> Part:
    """Return so many digits."""
    return repeated(DIGIT, least, most)


def _unusual() -> bytes:
    beyond_ascii = [chr(code) for code in _FOLD if code > 0x7F]
    inside = _byte_class(c.encode() for c in beyond_ascii if fold(c).isalnum() or fold(c) == "@")
    beside = _byte_class(char.encode() for char in beyond_ascii)
    return b"%b|[0-9][ \\t]?%b|%b[ \\t]?[0-9]" % (inside, beside, beside)


UNUSUAL = _unusual()
"""Bytes that a text holds when a number, a Latin word or an ``@`` in it is not spelt in ASCII: a full-width
letter, digit or ``@``, or any folded character beside a digit."""
