"""Images out of a vault, covered and measured anew in the sandbox: this side of it.

As with measuring, images go in chunk by chunk without names. What comes back is digested here, and held to
what was asked for: a picture that can be decoded, with nothing riding along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from dure.readers.errors import ReaderError
from dure.readers.images.facts import ANSWER, CONTENT, ImageFacts, covering_limits
from dure.readers.images.measuring import Archive, run_worker

Regions = Sequence[tuple[float, float, float, float]]
CHUNK_BYTES = 32 << 20


class Covered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """What a worker says of an image that it covered: how long it is, whether pixels changed, its facts."""

    size_bytes: int
    exact: bool
    facts: ImageFacts


@dataclass(frozen=True, slots=True)
class Treated:
    """One covered image."""

    content: bytes
    exact: bool
    facts: ImageFacts


def cover(images: Iterator[tuple[bytes, Regions]]) -> Iterator[Treated]:
    """Cover the regions of images, and leave behind what rides along with them; in order.

    Raises
    ------
    ReaderError
        ``readers.stopped`` when the worker ended, or left what it shouldn't.
    SandboxError
        When this host can't provide the sandbox.
    """
    waiting = True
    while waiting:
        waiting = False
        with Archive() as archive:
            regions: list[Regions] = []
            for content, wanted in images:
                archive.put(content)
                regions.append(wanted)
                if archive.size_bytes >= CHUNK_BYTES:
                    waiting = True
                    break
            if regions:
                yield from _covered(archive, regions)


def _covered(archive: Any, regions: Sequence[Regions]) -> Iterator[Treated]:
    told = msgspec.json.encode(regions)
    stream = archive.stream(range(len(regions)), before=told)
    left = run_worker(["cover"], stream, covering_limits(archive.size_bytes))
    broken = ReaderError("readers.stopped", cause="output", size_bytes=archive.size_bytes)
    try:
        found = msgspec.json.decode(left.get(ANSWER, b""), type=list[Covered])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise broken from None
    content, at = left.get(CONTENT, b""), 0
    sizes = [one.size_bytes for one in found]
    if len(found) != len(regions) or min(sizes) <= 0 or sum(sizes) != len(content):
        raise broken
    for one in found:
        if one.facts.fault or not one.facts.is_honest() or one.facts.carries:
            raise broken
        yield Treated(content[at : at + one.size_bytes], one.exact, one.facts)
        at += one.size_bytes
