"""The program inside the sandbox: ``python -m dure.readers.images.worker``.

It is told ``measure``, ``thumbnails``, ``cover``, or ``targets`` and a kind.

It reads ``/in/raw`` (how many contents, how long each is, then the contents) and leaves in ``/out`` what
`dure.readers.images.facts` names. It never prints: the bytes are somebody's data.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np

from dure.readers.images.facts import (
    ANSWER,
    BOX,
    BOXES,
    CONTENT,
    PIXELS,
    ImageFacts,
    TargetFacts,
)

_COUNT = struct.Struct("<Q")
_THREADS = 4


Look = Callable[[Sequence[str]], tuple[str, ...]]


def main(
    arguments: Sequence[str],
    *,
    raw: Path = Path("/in/raw"),
    out: Path = Path("/out"),
    looking: Callable[[], Look] | None = None,
) -> int:
    """Do what was asked and return the exit status.

    Parameters
    ----------
    arguments
        ``measure``, ``thumbnails``, ``cover``, or ``targets`` and a kind.
    raw, out
        Where the contents are, and where the answer goes.
    looking
        Makes what finds the kinds of personal data in the words that ride along with an image.
    """
    with raw.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        contents = _contents(memoryview(mapped))
        try:
            if arguments[0] == "targets":
                _targets(contents, arguments[1], out)
            elif arguments[0] == "cover":
                _cover(contents, out)
            else:
                _images(contents, arguments[0], out, looking)
        finally:
            for one in contents:
                one.release()
            contents.clear()
    return 0


def _contents(whole: memoryview) -> list[memoryview]:
    count = _COUNT.unpack_from(whole)[0]
    sizes = struct.unpack_from(f"<{count}Q", whole, _COUNT.size)
    found, at = [], _COUNT.size * (1 + count)
    for size in sizes:
        found.append(whole[at : at + size])
        at += size
    whole.release()
    return found


def _images(
    contents: Sequence[memoryview], what: str, out: Path, looking: Callable[[], Look] | None
) -> None:
    from dure.readers.images.decoding import measure_with_words, thumbnail

    with ThreadPoolExecutor(min(_THREADS, len(os.sched_getaffinity(0)))) as pool:
        if what == "measure":
            found = list(pool.map(lambda one: measure_with_words(bytes(one)), contents))
            look = looking() if looking and any(words for _, words in found) else lambda _: ()
            facts = [msgspec.structs.replace(one, personal=look(words)) for one, words in found]
            (out / ANSWER).write_bytes(msgspec.json.encode(facts))
        else:
            pixels = pool.map(lambda one: thumbnail(bytes(one)), contents)
            (out / PIXELS).write_bytes(b"".join(pixels))


def _cover(contents: Sequence[memoryview], out: Path) -> None:
    from dure.readers.images.covering import covered
    from dure.readers.images.decoding import measure

    regions = msgspec.json.decode(contents[0], type=list[list[tuple[float, float, float, float]]])
    found: list[tuple[int, bool, ImageFacts]] = []
    with (out / CONTENT).open("wb") as file:
        for one, wanted in zip(contents[1:], regions, strict=True):
            made, exact = covered(bytes(one), wanted)
            found.append((file.write(made), exact, measure(made)))
    (out / ANSWER).write_bytes(msgspec.json.encode(found))


def _targets(contents: Sequence[memoryview], kind: str, out: Path) -> None:
    from dure.readers.images.coco import read_coco
    from dure.readers.images.gathering import TargetFault
    from dure.readers.images.placing import Places
    from dure.readers.images.yolo import read_yolo

    paths = msgspec.json.decode(contents[0], type=dict[str, list[str]])
    names, given, places = paths["files"], contents[1:], Places(paths["images"])
    readers = {"coco": (read_coco,), "yolo": (read_yolo,)}.get(kind, (read_coco, read_yolo))
    facts, boxes = TargetFacts(), np.zeros(0, BOX)
    try:
        for read in readers:
            found = read(names, given, places, must=bool(kind))
            if found is not None:
                facts, boxes = found[0], found[1].whole()
                break
    except TargetFault as fault:
        facts = TargetFacts(fault=fault.fault, file=fault.file, line=fault.line)
    (out / ANSWER).write_bytes(msgspec.json.encode(facts))
    (out / BOXES).write_bytes(boxes.tobytes())


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
