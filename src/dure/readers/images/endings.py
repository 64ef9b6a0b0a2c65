"""Where an image ends, found by its own structure before anybody decodes it.

Bytes after the end are no part of the picture: a second file rides along (a polyglot), or a transfer went
wrong. The checksums of PNG are verified on the way, which the decoder leaves out, and the scans of JPEG
are counted, since each one costs a pass over all pixels.

Source
------
PNG: ISO/IEC 15948:2004, clause 5 (datastream structure). JPEG: ITU-T T.81, annex B. WebP: RFC 9649,
section 2.3 (RIFF file format). BMP: BITMAPFILEHEADER, field bfSize.
"""

from __future__ import annotations

import re
import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker within entropy-coded data that is neither a stuffed zero nor a restart."""
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


class BrokenError(Exception):
    """The structure is damaged or cut off."""


def end_of(content: bytes, format_: str) -> tuple[int, int]:
    """Return where an image ends, or -1 where its format does not tell, and how many scans it has.

    Raises
    ------
    BrokenError
        When it ends before its end, or a checksum is wrong.

    Examples
    --------
    >>> end_of(b"BM" + (30).to_bytes(4, "little") + bytes(24), "BMP")
    (30, 1)
    """
    if format_ == "PNG":
        return _png(content), 1
    if format_ == "JPEG":
        return _jpeg(content)
    if format_ == "WEBP":
        return _sized(content, 8 + int.from_bytes(content[4:8], "little")), 1
    if format_ == "BMP":
        stated = int.from_bytes(content[2:6], "little")
        return (_sized(content, stated) if stated else -1), 1
    return -1, 1


def _sized(content: bytes, end: int) -> int:
    if end > len(content):
        raise BrokenError
    return end


def _png(content: bytes) -> int:
    at = len(_PNG)
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        end = at + 12 + size
        if end > len(content):
            raise BrokenError
        if zlib.crc32(memoryview(content)[at + 4 : end - 4]) != int.from_bytes(
            content[end - 4 : end], "big"
        ):
            raise BrokenError
        if content[at + 4 : at + 8] == b"IEND":
            return end
        at = end
    raise BrokenError


def _jpeg(content: bytes) -> tuple[int, int]:
    at, scans = 2, 0
    while at + 2 <= len(content):
        if content[at] != 0xFF:
            raise BrokenError
        kind = content[at + 1]
        if kind == _END_OF_IMAGE:
            return at + 2, scans
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        if kind == 0x01 or 0xD0 <= kind <= 0xD8:  # stands alone
            at += 2
            continue
        at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
        if kind == _START_OF_SCAN:
            scans += 1
            found = MARKER.search(content, at)
            if found is None:
                raise BrokenError
            at = found.start()
    raise BrokenError
