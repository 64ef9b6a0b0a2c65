"""Small files that people hand over: read whole, within a limit; written whole, or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from dure.core.system import reason_of
from dure.node.errors import NodeError
from dure.storage.errors import from_os
from dure.storage.sealed_files import new_file, write_all

LIMIT_BYTES = 4 * 1024 * 1024


def read_file(file: Path, limit: int = LIMIT_BYTES) -> bytes:
    """Return a small file's bytes.

    Raises
    ------
    NodeError
        ``node.missing-file`` when it can't be read or is larger than ``limit`` bytes.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise NodeError("node.missing-file", path=file.name, reason=reason_of(error)) from error
    if len(content) > limit:
        raise NodeError("node.missing-file", path=file.name, reason="too-large", limit_bytes=limit)
    return content


def write_file(file: Path, content: bytes, *, mode: int = 0o644, new: bool = False) -> None:
    """Write a file whole: under another name first, synced, then renamed.

    Parameters
    ----------
    file
        Where; what has that name is replaced.
    content
        What it is to hold.
    mode
        Permission bits, less the process's umask.
    new
        Refuse a name that is taken: somebody may have worked on what lies there.

    Raises
    ------
    StorageError
        ``storage.file``, ``storage.no-space``; nothing is left then.
    """
    if new and os.path.lexists(file):
        raise from_os(FileExistsError(errno.EEXIST, ""), file)
    with new_file(file, mode=mode) as descriptor:
        write_all(descriptor, content)
