"""What rides along with a picture besides its pixels, and what of it is about people; inside the sandbox.

Source
------
CIPA DC-008 (Exif 3.0), sections 4.6.5 to 4.6.8 (tags); ISO 16684-1 (XMP); PNG: ISO/IEC 15948:2004,
section 11.3.4 (textual information).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image

_GPS, _EXIF = 0x8825, 0x8769
_NAMING = frozenset({0x013B, 0x8298, 0xA430, 0x9C9D})
"""Artist, copyright, owner of the camera, author."""
_NUMBERING = frozenset({0xA431, 0xA435, 0xC62F, 0xA420})
"""Serial numbers of camera and lens, unique number of the image."""
_TELLING = frozenset({0x010D, 0x010E, 0x9286, 0x927C, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F})
"""Document name, description, comments, maker's note, title, keywords, subject."""
_WIDE = frozenset({0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F})
_MAKER_NOTE = 0x927C
_COMMENT_CODE_BYTES = 8
MOST_TEXTS, MOST_CHARACTERS = 64, 1 << 16
_XMP = ("xmp", "XML:com.adobe.xmp")


@dataclass(frozen=True, slots=True)
class Riders:
    """What rides along.

    Parameters
    ----------
    located, named, numbered, commented
        Whether it says where it was taken, by or for whom, with which device, or anything in words.
    texts
        The words.
    """

    located: bool
    named: bool
    numbered: bool
    commented: bool
    texts: tuple[str, ...]


def riders_of(image: Image.Image) -> Riders:
    """Return what rides along with a picture that was loaded."""
    exif = image.getexif()
    tags: dict[int, Any] = {**exif, **exif.get_ifd(_EXIF)}
    xmp = next((_decoded(image.info[key]) for key in _XMP if key in image.info), "")
    texts = [text for text in _texts(image, tags, xmp) if text.strip()]
    return Riders(
        located=bool(exif.get_ifd(_GPS)) or "GPSLatitude" in xmp,
        named=_has(tags, _NAMING) or any(word in xmp for word in ("creator>", "OwnerName")),
        numbered=_has(tags, _NUMBERING) or "SerialNumber" in xmp,
        commented=bool(texts) or _has(tags, _TELLING) or "photoshop" in image.info,
        texts=tuple(text[:MOST_CHARACTERS] for text in texts[:MOST_TEXTS]),
    )


def _has(tags: dict[int, Any], wanted: frozenset[int]) -> bool:
    return any(tags.get(tag) not in (None, "", b"") for tag in wanted)


def _texts(image: Image.Image, tags: dict[int, Any], xmp: str) -> Iterator[str]:
    yield xmp
    for tag, value in tags.items():
        if tag in _NAMING | _NUMBERING | _TELLING and tag != _MAKER_NOTE:
            yield _of_tag(tag, value)
    yield _decoded(image.info.get("comment", ""))
    for key, value in getattr(image, "text", {}).items():
        if key not in _XMP:
            yield f"{key} {value}"


def _of_tag(tag: int, value: Any) -> str:
    if tag in _WIDE and isinstance(value, bytes):
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if tag == 0x9286 and isinstance(value, bytes):
        return _decoded(value[_COMMENT_CODE_BYTES:])
    return _decoded(value)


def _decoded(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", " ")
    return value if isinstance(value, str) else ""
