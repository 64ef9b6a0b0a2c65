"""How the launcher answers: frames of a kind, a length and a payload, over one pipe.

Standard library alone: the launcher imports this too. Structured payloads are `marshal`, which both
sides share because they are the same interpreter, and which costs no import. Both sides are our own
code; what the sandboxed process wrote travels only as bytes inside.
"""

from __future__ import annotations

import marshal
import os

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

REFUSED, REPORT, FILE, DATA, END = b"x", b"r", b"f", b"d", b"e"
READY, TAKEN = b"w", b"t"
"""Of a spare: its imports are done; its caller has it now."""
_HEAD_BYTES = 5
_MOST_BYTES = 1 << 24


class Broken(Exception):  # noqa: N818 (it becomes a SandboxError)
    """The launcher ended in the middle of its answer."""


def send(descriptor: int, kind: bytes, payload: bytes = b"") -> None:
    """Write one frame."""
    view = memoryview(kind + len(payload).to_bytes(_HEAD_BYTES - 1, "big") + payload)
    while view:
        view = view[os.write(descriptor, view) :]


def send_value(descriptor: int, kind: bytes, value: object) -> None:
    """Write one frame with a structured payload of plain values."""
    send(descriptor, kind, marshal.dumps(value))  # type: ignore[arg-type]  # plain values only


def value_of(payload: bytes) -> Any:
    """Return the plain values of a structured payload."""
    return marshal.loads(payload)  # noqa: S302 (written by our own launcher)


def frames(descriptor: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and payload of each frame until the end frame.

    Raises
    ------
    Broken
        When the pipe ends before the end frame.
    """
    while True:
        head = _exactly(descriptor, _HEAD_BYTES)
        kind, size = head[:1], int.from_bytes(head[1:], "big")
        if size > _MOST_BYTES:
            raise Broken
        yield kind, _exactly(descriptor, size)
        if kind in (END, REFUSED):
            return


class Frames:
    """Frames with one of them held back, so that a file's blocks can be an iterator.

    Parameters
    ----------
    descriptor
        Where they are read.
    """

    def __init__(self, descriptor: int) -> None:
        self._source = frames(descriptor)
        self._held: tuple[bytes, bytes] | None = None

    def take(self) -> tuple[bytes, bytes]:
        """Return the next frame's kind and payload."""
        held, self._held = self._held, None
        if held is not None:
            return held
        try:
            return next(self._source)
        except StopIteration:
            raise Broken from None

    def data(self) -> Iterator[bytes]:
        """Yield the payloads of the frames of data that come next."""
        while True:
            kind, payload = self.take()
            if kind != DATA:
                self._held = kind, payload
                return
            yield payload


def _exactly(descriptor: int, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        block = os.read(descriptor, min(size - len(parts), 1 << 20))
        if not block:
            raise Broken
        parts += block
    return bytes(parts)
