"""Packing: how a page's content becomes the bytes that are sealed.

A page is kept as it is, compressed, or as a *patch*: compressed with another page, its base, as what
the compressor may refer back to. A base is never itself a patch, so a page is read by opening two
files at most. The form is Zstandard's, whose decoder is fixed by a standard; what is unpacked depends
on no version of the library that packed it.

Source
------
RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type", section 5 (raw content as a
dictionary).
"""

from __future__ import annotations

from enum import IntEnum

import zstandard

LEVEL = 2
PATCH_LEVEL = 9
_WORTH = 0.95
"""Share of the content above which packing it is not worth the time of unpacking."""
_LEAST_WINDOW_LOG = 10


class Packing(IntEnum):
    """How a page's content is kept."""

    PLAIN = 0
    COMPRESSED = 1
    PATCH = 2


def pack(content: bytes) -> tuple[Packing, bytes]:
    """Return the shorter of a content's own two forms."""
    packed = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(content)
    if len(packed) < len(content) * _WORTH:
        return Packing.COMPRESSED, packed
    return Packing.PLAIN, content


def patch(content: bytes, base: bytes) -> bytes:
    """Return a content as a patch on another."""
    window = max((len(content) + len(base)).bit_length(), _LEAST_WINDOW_LOG)
    compressor = zstandard.ZstdCompressor(
        dict_data=_reference(base),
        compression_params=zstandard.ZstdCompressionParameters.from_level(
            PATCH_LEVEL, window_log=window, write_content_size=True
        ),
    )
    return compressor.compress(content)


def unpack(packing: Packing, packed: bytes, size: int, base: bytes = b"") -> bytes:
    """Return the content of what was packed.

    Parameters
    ----------
    packing, packed
        What is kept.
    size
        Bytes of the content; no more is ever made of it.
    base
        The base of a patch.

    Raises
    ------
    ValueError
        When it does not unpack to exactly so many bytes.
    """
    if packing is Packing.PLAIN:
        content = packed
    else:
        reference = _reference(base) if packing is Packing.PATCH else None
        decompressor = zstandard.ZstdDecompressor(dict_data=reference)
        try:
            stated = zstandard.frame_content_size(packed)
            content = decompressor.decompress(packed) if stated == size else b""
        except zstandard.ZstdError as error:
            raise ValueError("it does not unpack") from error
    if len(content) != size:
        raise ValueError("it has another size")
    return content


def _reference(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
