"""The lock on a vault's folder: many may write together, or one may have it alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dure.storage.errors import StorageError, files

_NAME = "lock"


@contextmanager
def together(root: Path) -> Iterator[None]:
    """Hold the folder with other writers; wait while someone has it alone."""
    with _held(root, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(root: Path, *, wait: bool = True) -> Iterator[None]:
    """Have the folder alone.

    Parameters
    ----------
    root
        The vault's folder.
    wait
        Whether to wait for writers under way.

    Raises
    ------
    StorageError
        ``storage.vault`` when someone is writing and ``wait`` is false.
    """
    with _held(root, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB)):
        yield


@contextmanager
def _held(root: Path, how: int) -> Iterator[None]:
    path = root / _NAME
    with files(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how)  # the kernel frees it when the process dies
        except BlockingIOError:
            raise StorageError("storage.vault", where=str(root), reason="writing") from None
        yield
    finally:
        os.close(descriptor)
