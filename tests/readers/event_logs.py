"""Small Windows event logs, written byte by byte: a header, chunks, and events of plain binary XML."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

_CHUNK = 65536
_EPOCH_TICKS = 116_444_736_000_000_000
Tree = tuple[str, Mapping[str, str], "str | Sequence[Tree]"]


def event(number: int, *, time: str = "2026-01-31T09:30:00.1234567Z", data: str = "부산") -> Tree:
    return (
        "Event",
        {},
        [
            (
                "System",
                {},
                [
                    ("Provider", {"Name": "Tide", "Guid": "{1}"}, ""),
                    ("EventID", {"Qualifiers": "0"}, str(4000 + number)),
                    ("Level", {}, "4"),
                    ("TimeCreated", {"SystemTime": time}, ""),
                    ("EventRecordID", {}, str(number)),
                    ("Execution", {"ProcessID": "12", "ThreadID": "34"}, ""),
                    ("Channel", {}, "Harbour"),
                    ("Computer", {}, "pier-1"),
                    ("Security", {"UserID": "S-1-5-18"}, ""),
                ],
            ),
            ("EventData", {}, [("Data", {"Name": "Place"}, data)]),
        ],
    )


def log(*chunks: Sequence[Tree], flags: int = 0, told: int | None = None) -> bytes:
    """Return a log of these chunks of events, of which the header tells so many."""
    number, whole = 1, b""
    for events in chunks:
        whole += _chunk(events, number)
        number += len(events)
    count = len(chunks) if told is None else told
    head = struct.pack(
        "<8sQQQIHHHH", b"ElfFile\0", 0, max(0, count - 1), number, 128, 1, 3, 4096, count
    )
    head += bytes(76)
    head += struct.pack("<II", flags, zlib.crc32(head))
    return head.ljust(4096, b"\0") + whole


def _chunk(events: Sequence[Tree], first: int) -> bytes:
    body, last = b"", 512
    for number, one in enumerate(events, first):
        last = 512 + len(body)
        inside = _Xml(last + 24).fragment(one)
        size = 24 + len(inside) + 4
        body += struct.pack("<IIQQ", 0x00002A2A, size, number, _EPOCH_TICKS) + inside
        body += struct.pack("<I", size)
    free = 512 + len(body)
    until = first + len(events) - 1
    head = struct.pack(
        "<8sQQQQIIII", b"ElfChnk\0", first, until, first, until, 128, last, free, zlib.crc32(body)
    )
    head = head.ljust(120, b"\0")
    tables = bytes(384)
    head += struct.pack("<II", 0, zlib.crc32(head + tables)) + tables
    return (head + body).ljust(_CHUNK, b"\0")


class _Xml:
    """Binary XML at a place in its chunk: names stand where they are first used."""

    def __init__(self, place: int) -> None:
        self._place, self._out = place, b""

    def fragment(self, tree: Tree) -> bytes:
        self._out += b"\x0f\x01\x01\x00"
        self._element(tree)
        return self._out + b"\x00"

    def _element(self, tree: Tree) -> None:
        name, attributes, content = tree
        self._out += struct.pack("<BI", 0x41 if attributes else 0x01, 0)
        self._name(name)
        if attributes:
            self._out += struct.pack("<I", 0)
            for at, (key, value) in enumerate(attributes.items(), 1):
                self._out += bytes([0x06 if at == len(attributes) else 0x46])
                self._name(key)
                self._value(value)
        self._out += b"\x02"
        if isinstance(content, str):
            self._value(content)
        else:
            for one in content:
                self._element(one)
        self._out += b"\x04"

    def _name(self, name: str) -> None:
        at = self._place + len(self._out) + 4
        text = name.encode("utf-16-le")
        self._out += struct.pack("<IIHH", at, 0, 0, len(name)) + text + b"\0\0"

    def _value(self, value: str) -> None:
        self._out += struct.pack("<BBH", 0x05, 0x01, len(value.encode("utf-16-le")) // 2)
        self._out += value.encode("utf-16-le")
