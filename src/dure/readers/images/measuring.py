"""From files to what is known about them: this side of the sandbox.

Images go in chunk by chunk, as one run of bytes without names: how many, how long each is, then the
bytes. What is digested here is what is decoded there and what is sealed afterwards, since a chunk is read
once and then lies in memory. One image that ends its worker is found by halving.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from dure.readers.errors import ReaderError
from dure.readers.folder import Entry
from dure.readers.images.errors import TARGETS, ImageError
from dure.readers.images.facts import (
    ANSWER,
    BOX,
    BOXES,
    CHUNK_BYTES,
    CHUNK_IMAGES,
    MAX_BOXES,
    MAX_CLASSES,
    MAX_IMAGE_BYTES,
    MAX_TARGET_BYTES,
    NO_CLASS,
    PIXELS,
    THUMBNAIL,
    ImageFacts,
    TargetFacts,
    image_limits,
    target_limits,
)
from dure.readers.images.folder import Folder
from dure.readers.parse import read_inside
from dure.sandbox.runtime import package_binds
from dure.sandbox.tasks import Limits

WORKER = "dure.readers.images.worker"
MOST_STOPPED = 16
"""How many images may end their worker before the folder is refused."""

_BLOCK_BYTES = 1 << 20
_COUNT = struct.Struct("<Q")
_PIXELS_BYTES = THUMBNAIL * THUMBNAIL * 3


@dataclass(frozen=True, slots=True)
class Image:
    """One image: where it is, what its bytes are, and what was measured."""

    entry: Entry
    size_bytes: int
    sha256: str
    facts: ImageFacts


@dataclass(frozen=True, slots=True)
class Chunk:
    """Images whose bytes lie in memory until the next chunk is asked for."""

    images: tuple[Image, ...]
    descriptor: int
    starts: tuple[int, ...]

    def content(self, number: int) -> Iterator[bytes]:
        """Yield the bytes of one image."""
        at, left = self.starts[number], self.images[number].size_bytes
        while left:
            block = os.pread(self.descriptor, min(left, _BLOCK_BYTES), at)
            at, left = at + len(block), left - len(block)
            yield block


def measured(folder: Folder, entries: Sequence[Entry], worker: str = WORKER) -> Iterator[Chunk]:
    """Read, digest and decode images; yield them in chunks of bounded size, in the same order.

    Parameters
    ----------
    folder, entries
        Which.
    worker
        The program that decodes them: this package's, or one that does more.

    Raises
    ------
    ImageError
        ``images.file`` for a file that can't be read, is too large, or changes.
    ReaderError
        ``readers.stopped`` when images keep ending their worker.
    SandboxError
        When this host can't provide the sandbox.
    """
    waiting, stopped = list(reversed(entries)), 0
    while waiting:
        with Archive() as archive:
            taken: list[Entry] = []
            while waiting and len(taken) < CHUNK_IMAGES and archive.size_bytes < CHUNK_BYTES:
                taken.append(waiting.pop())
                archive.add(folder, taken[-1], MAX_IMAGE_BYTES)
            facts = _facts(archive, range(len(taken)), worker)
            stopped += sum(one.fault == "stopped" for one in facts)
            if stopped > MOST_STOPPED:
                raise ReaderError("readers.stopped", cause="exit", size_bytes=archive.size_bytes)
            images = map(Image, taken, archive.sizes, archive.digests, facts)
            yield Chunk(tuple(images), archive.descriptor, tuple(archive.starts))


def thumbnails(folder: Folder, images: Sequence[Image]) -> dict[str, bytes]:
    """Return small pictures as bare pixels (red, green, blue) by path; a changed file has none.

    Raises
    ------
    ImageError
        ``images.file``.
    ReaderError
        ``readers.stopped``.
    """
    found: dict[str, bytes] = {}
    waiting = list(reversed(images))
    while waiting:
        with Archive() as archive:
            some: list[Image] = []
            while waiting and archive.size_bytes < CHUNK_BYTES:
                some.append(waiting.pop())
                archive.add(folder, some[-1].entry, MAX_IMAGE_BYTES)
            left = run_worker(["thumbnails"], archive.stream(range(len(some))), image_limits())
            pixels = left.get(PIXELS, b"")
            if len(pixels) != _PIXELS_BYTES * len(some):
                raise ReaderError("readers.stopped", cause="output", size_bytes=archive.size_bytes)
            for number, (one, digest) in enumerate(zip(some, archive.digests, strict=True)):
                if digest == one.sha256:
                    found[one.entry.path] = pixels[number * _PIXELS_BYTES :][:_PIXELS_BYTES]
    return found


def read_targets(
    folder: Folder, files: Sequence[Entry], images: Sequence[Entry], kind: str
) -> tuple[TargetFacts, NDArray[np.void]]:
    """Read files of targets in the sandbox; return what they are, and the boxes in order of image.

    Parameters
    ----------
    folder, files
        Where they are.
    images
        The images that they may name.
    kind
        ``coco``, ``yolo``, or "" to find out.

    Raises
    ------
    ImageError
        ``images.targets``, ``images.file``.
    ReaderError
        ``readers.stopped``.
    """
    paths = json.dumps(
        {"images": [one.path for one in images], "files": [one.path for one in files]},
        ensure_ascii=False,
    )
    with Archive() as archive:
        archive.put(paths.encode())
        for one in files:
            archive.add(folder, one, MAX_TARGET_BYTES)
            if archive.size_bytes > MAX_TARGET_BYTES:
                raise ImageError("images.targets", name=one.path, reason="size")
        size_bytes = archive.size_bytes
        left = run_worker(["targets", kind], archive.stream(range(len(files) + 1)), target_limits())
    broken = ReaderError("readers.stopped", cause="output", size_bytes=size_bytes)
    try:
        facts = msgspec.json.decode(left.get(ANSWER, b""), type=TargetFacts)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise broken from None
    if facts.fault:
        if facts.fault not in TARGETS or not 0 <= facts.file < max(1, len(files)):
            raise broken
        name = files[facts.file].path if files else folder.name
        raise ImageError("images.targets", name=name, reason=facts.fault, line=facts.line, count=0)
    data = left.get(BOXES, b"")
    if len(data) != facts.boxes * BOX.itemsize or not _is_honest(facts):
        raise broken
    boxes = np.frombuffer(data, BOX)
    return facts, boxes if _are_honest(boxes, facts, len(images)) else _raise(broken)


def _raise(error: Exception) -> NDArray[np.void]:
    raise error


def _is_honest(facts: TargetFacts) -> bool:
    counts = (facts.unplaced, facts.unclassed, facts.malformed, facts.outlines, facts.empty)
    return (
        facts.kind in ("", "coco", "yolo")
        and 0 <= facts.boxes <= MAX_BOXES
        and all(0 <= count < 1 << 53 for count in counts)
        and len(facts.classes) <= MAX_CLASSES
        and all(0 < len(name) <= 255 and name.isprintable() for name in facts.classes)
    )


def _are_honest(boxes: NDArray[np.void], facts: TargetFacts, images: int) -> bool:
    known = (boxes["class"] < len(facts.classes)) | (boxes["class"] == NO_CLASS)
    sides = all(np.isfinite(boxes[side]).all() for side in "xywh")
    ordered = bool((np.diff(boxes["image"].astype(np.int64)) >= 0).all())
    return bool(known.all() and sides and ordered and (boxes["image"] < images).all())


class Archive:
    """Bytes of several files one after the other, in memory."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("images", os.MFD_CLOEXEC)
        self.size_bytes = 0
        self.starts: list[int] = []
        self.sizes: list[int] = []
        self.digests: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def add(self, folder: Folder, entry: Entry, limit_bytes: int) -> None:
        """Add a file of a folder."""
        self._add(folder.blocks(entry, limit_bytes))

    def put(self, content: bytes) -> None:
        """Add a content."""
        self._add(iter([content]))

    def _add(self, blocks: Iterator[bytes]) -> None:
        digest, start = hashlib.sha256(), self.size_bytes
        for block in blocks:
            digest.update(block)
            view = memoryview(block)
            while view:
                view = view[os.write(self.descriptor, view) :]
            self.size_bytes += len(block)
        self.starts.append(start)
        self.sizes.append(self.size_bytes - start)
        self.digests.append(digest.hexdigest())

    def stream(self, numbers: range, before: bytes = b"") -> int:
        """Return a descriptor that gives these files as the worker takes them; the caller closes it."""
        out = os.memfd_create("chunk", os.MFD_CLOEXEC)
        sizes = self.sizes[numbers.start : numbers.stop]
        told = [len(before), *sizes] if before else sizes
        head = memoryview(b"".join(map(_COUNT.pack, (len(told), *told))) + before)
        while head:
            head = head[os.write(out, head) :]
        at, left = (self.starts[numbers.start] if sizes else 0), sum(sizes)
        while left:
            sent = os.sendfile(out, self.descriptor, at, left)
            at, left = at + sent, left - sent
        os.lseek(out, 0, os.SEEK_SET)
        return out


def _facts(archive: Archive, numbers: range, worker: str) -> list[ImageFacts]:
    try:
        left = run_worker(["measure"], archive.stream(numbers), image_limits(), worker)
        facts = msgspec.json.decode(left.get(ANSWER, b""), type=list[ImageFacts])
        if len(facts) == len(numbers) and all(one.is_honest() for one in facts):
            return facts
    except ReaderError as error:
        if error.code != "readers.stopped":
            raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    if len(numbers) == 1:
        return [ImageFacts(fault="stopped")]
    middle = (numbers.start + numbers.stop) // 2
    first = _facts(archive, range(numbers.start, middle), worker)
    if sum(one.fault == "stopped" for one in first) > MOST_STOPPED:
        return [*first, *[ImageFacts(fault="stopped")] * (numbers.stop - middle)]
    return first + _facts(archive, range(middle, numbers.stop), worker)


def run_worker(
    arguments: Sequence[str], descriptor: int, limits: Limits, worker: str = WORKER
) -> Mapping[str, bytes]:
    """Run the worker over a stream, which is closed afterwards; return what it left, by name."""
    left: dict[str, bytes] = {}

    def take(name: str, blocks: Iterator[bytes]) -> None:
        left[name] = b"".join(blocks)

    known = package_binds()
    binds = [bind for bind in package_binds(("pillow",)) if bind not in known]
    try:
        command = ["-m", worker, *arguments]
        read_inside(descriptor, command, limits, take, binds=binds)
    finally:
        os.close(descriptor)
    return left
