"""A picture of bare pixels as PNG: the few lines that a page needs.

So nothing of a stranger's encoding reaches whoever reads the page.

Source
------
ISO/IEC 15948:2004, Portable Network Graphics.
"""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(pixels: bytes, side: int) -> bytes:
    r"""Return a square picture as PNG.

    Parameters
    ----------
    pixels
        Red, green and blue, one byte each, row by row.
    side
        Pixels of a side.

    Examples
    --------
    >>> png(bytes(3), 1)[:4]
    b'\x89PNG'
    """
    rows = b"".join(b"\0" + pixels[at : at + 3 * side] for at in range(0, len(pixels), 3 * side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
