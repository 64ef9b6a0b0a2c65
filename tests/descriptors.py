"""Descriptors that this process holds, so that a test can say that none was lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def descriptors() -> frozenset[tuple[str, str]]:
    """Each open descriptor with what it stands for.

    Told apart by what they are, not counted: while a test runs, the garbage of others may close.
    """
    held = set()
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own is gone by now
            held.add((entry.name, str(entry.readlink())))
    return frozenset(held)


@contextmanager
def no_leak() -> Iterator[None]:
    """Fail if a descriptor is open at the end that was not open at the beginning."""
    before = descriptors()
    yield
    assert descriptors() - before == frozenset()
