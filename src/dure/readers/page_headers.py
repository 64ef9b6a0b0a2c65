"""Where Parquet's pages end: their headers, in Thrift's compact protocol.

Source
------
Apache Parquet format, "Parquet.thrift": PageHeader; Apache Thrift, compact protocol.
"""

from __future__ import annotations

_STOP, _BINARY, _STRUCT = 0, 8, 12
_BOOLEANS, _INTEGERS = (1, 2), (4, 5, 6)
_COMPRESSED_PAGE_SIZE = 3
"""Number of that field in a page's header."""

Content = bytes | bytearray | memoryview


def after_page(content: Content, place: int) -> int:
    """Return where the page ends whose header begins at a place."""
    number = size = 0
    while (head := content[place]) != _STOP:
        place += 1
        if step := head >> 4:
            number += step
        else:
            number, place = _signed(content, place)
        if number == _COMPRESSED_PAGE_SIZE:
            size, place = _signed(content, place)
        else:
            place = _after_value(content, place, head & 15)
    return place + 1 + size


def _after_value(content: Content, place: int, kind: int) -> int:
    if kind in _BOOLEANS:
        return place
    if kind in _INTEGERS:
        return _unsigned(content, place)[1]
    if kind == _BINARY:
        length, place = _unsigned(content, place)
        return place + length
    if kind == _STRUCT:
        while (head := content[place]) != _STOP:
            place += 1
            if not head >> 4:
                place = _unsigned(content, place)[1]
            place = _after_value(content, place, head & 15)
        return place + 1
    raise ValueError("a page's header holds nothing else")


def _unsigned(content: Content, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def _signed(content: Content, place: int) -> tuple[int, int]:
    value, place = _unsigned(content, place)
    return (value >> 1) ^ -(value & 1), place
