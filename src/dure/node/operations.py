"""Operations with declared parts: what a message must look like before anything is done with it.

Who calls may have been taken over and send any JSON. Each operation therefore names the parts it takes
and how each is read; a message with a part more, a part less or one of another form is refused here,
with the part's name, and the operation sees values alone that have been read. Parts that are
documents (events, votes, permits, charters) are read by the strict readers of their own modules.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from dure.core.canonical import MAX_INTEGER
from dure.governance.forms import HANDLE, Form
from dure.node.errors import NodeError
from dure.node.service import Operation

Part = Callable[[Any, str], Any]
"""Returns the value of a part, which stands at a place in the message, or refuses it."""

FORM = Form("governance.request")
_HEX = re.compile("([0-9a-f]{2}){0,8192}")


def line(most: int = 4096) -> Part:
    """Return how a text without control characters is read; it may be empty."""
    return partial(FORM.text, form=re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{0,{most}}}"))


def number(value: object, where: str) -> int:
    """Return an integer that is not negative."""
    return FORM.number(value, where, 0, MAX_INTEGER)


def handle(value: object, where: str) -> str:
    """Return an asset's id."""
    return FORM.text(value, where, HANDLE)


def handles(most: int) -> Part:
    """Return how a list of assets' ids is read."""
    return lambda value, where: FORM.many(value, where, most, handle)


def lines(most: int, characters: int) -> Part:
    """Return how a list of texts without control characters is read."""
    one = line(characters)
    return lambda value, where: FORM.many(value, where, most, one)


def hex_bytes(value: object, where: str) -> bytes:
    """Return bytes, at most 8 KiB, that are written in hex."""
    return bytes.fromhex(FORM.text(value, where, _HEX))


def plain(most_bytes: int) -> Part:
    """Return how an object of any canonical values is read."""
    return partial(FORM.plain, limit=most_bytes)


def document(read: Callable[[Any], Any]) -> Part:
    """Return how a document is read that has a strict reader of its own."""
    return lambda value, _: read(value)


def parts(**named: Part) -> Part:
    """Return how an object is read that has exactly these parts."""

    def read(value: object, where: str) -> dict[str, Any]:
        given = FORM.fields(value, where, tuple(named))
        return {name: part(given[name], f"{where}.{name}") for name, part in named.items()}

    return read


def operation(
    do: Callable[[dict[str, Any]], dict[str, Any]], callers: frozenset[str], /, **named: Part
) -> Operation:
    """Return an operation that takes these parts and no pipe.

    Parameters
    ----------
    do
        Takes the parts as they were read; returns the answer.
    callers
        Roles that may ask.
    **named
        Each part's name and how it is read.
    """

    def answer(message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        if fd is not None:
            os.close(fd)
        return do(_read(message, named))

    return Operation(answer, callers)


def streaming(
    do: Callable[[dict[str, Any], int], dict[str, Any]], callers: frozenset[str], /, **named: Part
) -> Operation:
    """Return an operation that takes these parts and a pipe, which ``do`` closes."""

    def answer(message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        if fd is None:
            raise NodeError("node.wire", reason="no-pipe")
        try:
            told = _read(message, named)
        except BaseException:
            os.close(fd)
            raise
        return do(told, fd)

    return Operation(answer, callers)


def _read(message: dict[str, Any], named: dict[str, Part]) -> dict[str, Any]:
    given = {name: value for name, value in message.items() if name != "op"}
    told: dict[str, Any] = parts(**named)(given, "$")
    return told
