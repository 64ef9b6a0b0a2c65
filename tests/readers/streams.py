"""A table as it came through the stream, put together again."""

from __future__ import annotations

import os
from pathlib import Path

from dure.readers.pieces import Again, received


def opened(file: Path) -> int:
    """Return a descriptor of a fresh file that takes the stream."""
    return os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)


def pieces_of(file: Path) -> list[bytes]:
    """Return the pieces of the last table in a stream."""
    with file.open("rb") as pipe:
        while True:
            try:
                return list(received(pipe))
            except Again:
                continue
