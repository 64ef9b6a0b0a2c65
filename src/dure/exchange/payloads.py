"""What goes into an envelope: bytes, a file that is read as it goes, or pieces as they come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dure.exchange.framing import blocks
from dure.storage.errors import files

Payload = bytes | Path | Iterator[bytes]


@dataclass(slots=True)
class Meter:
    """Counts and digests what passes through it.

    Attributes
    ----------
    size
        Bytes so far.
    """

    size: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, chunk: bytes) -> bytes:
        """Count a chunk and return it."""
        self.size += len(chunk)
        self._hash.update(chunk)
        return chunk

    @property
    def digest(self) -> str:
        """``sha256:<hex>`` of what has passed."""
        return "sha256:" + self._hash.hexdigest()


def chunks(payload: Payload, meter: Meter) -> Iterator[bytes]:
    """Yield a payload piece by piece through a meter.

    Raises
    ------
    StorageError
        ``storage.file`` when the file can't be read.
    """
    if isinstance(payload, bytes):
        if payload:
            yield meter.add(payload)
        return
    if isinstance(payload, Path):
        with files(payload), payload.open("rb") as stream:
            for block in blocks(stream):
                yield meter.add(block)
        return
    for block in payload:
        yield meter.add(block)


def measure(payload: Payload) -> Meter:
    """Return the measure of a whole payload."""
    meter = Meter()
    for _ in chunks(payload, meter):
        pass
    return meter
