"""What goes into an envelope: bytes, or a file that is read as it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dure.exchange.framing import blocks
from dure.storage.errors import files

Payload = bytes | Path


@dataclass(slots=True)
class Tally:
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


def chunks(payload: Payload, tally: Tally) -> Iterator[bytes]:
    """Yield a payload piece by piece through a tally.

    Raises
    ------
    StorageError
        ``storage.file`` when the file can't be read.
    """
    if isinstance(payload, bytes):
        if payload:
            yield tally.add(payload)
        return
    with files(payload), payload.open("rb") as stream:
        for block in blocks(stream):
            yield tally.add(block)


def measure(payload: Payload) -> Tally:
    """Return the tally of a whole payload."""
    tally = Tally()
    for _ in chunks(payload, tally):
        pass
    return tally
