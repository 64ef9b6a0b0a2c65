"""Folders that appear whole, or not at all.

A new folder is filled under a hidden random name beside its own, and renamed when all of it is on
disk. What a process that was killed left of the same work is removed by the next try: the living hold
a lock on theirs.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dure.core import faults
from dure.storage.sealed_files import sync_folder


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a new folder, its owner's alone, that takes the target's name when the body ends well.

    Parameters
    ----------
    target
        Name that it will have; an empty folder of that name is replaced. The folder that it lies in
        is there.

    Raises
    ------
    OSError
        When the system refuses; nothing is left behind then.
    """
    _sweep(target)
    partial = target.with_name(f".{target.name}.{os.urandom(8).hex()}.partial")
    partial.mkdir(mode=0o700)
    held = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield partial
        faults.point("folder.filled")
        for folder, _, _ in os.walk(partial, topdown=False):
            sync_folder(Path(folder))
        partial.rename(target)
        faults.point("folder.renamed")
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        os.close(held)


def _sweep(target: Path) -> None:
    """Remove what a process that was killed left of the same work."""
    ours = re.compile(re.escape(f".{target.name}.") + r"[0-9a-f]{16}\.partial")
    for left in target.parent.iterdir():
        if not ours.fullmatch(left.name) or left.is_symlink() or not left.is_dir():
            continue
        try:
            held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # it has just got its name
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except BlockingIOError:
            continue  # somebody is at it just now
        finally:
            os.close(held)
