"""Reading what a run left in ``/out``, after its last process is gone.

Everything there was written by an adversary: a name may be any bytes, an entry may be a link, a
pipe, a device, a sparse file or a second name of another file. So entries are opened by descriptor,
never following a link and never blocking, and judged by what the descriptor says. Only the launcher
does this, in its own mount namespace, where the folder is not reachable by anybody else any more.
"""

# The launcher imports this; pathlib would slow the start of every run.
# ruff: noqa: PTH118
from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK_BYTES = 1 << 20
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_NAME_BYTES = 128

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def read_outputs(
    folder: str,
    limit_bytes: int,
    limit_files: int,
    begin: Callable[[str], None],
    give: Callable[[bytes], None],
) -> list[tuple[str, str]]:
    """Hand over the plain files of a folder, and return what was refused and why.

    Parameters
    ----------
    folder
        The folder; nothing may be writing into it.
    limit_bytes, limit_files
        How much is handed over at most, in order of name.
    begin, give
        Called with each name, then with its blocks.
    """
    refused: list[tuple[str, str]] = []
    left_bytes, left_files = limit_bytes, limit_files
    for raw in sorted(os.listdir(os.fsencode(folder))):
        shown = raw[:64].decode("ascii", "backslashreplace")
        shown = "".join(letter if letter.isprintable() else "?" for letter in shown)
        if not plain_name(raw):
            refused.append((shown, "name"))
            continue
        try:
            descriptor = os.open(os.path.join(os.fsencode(folder), raw), _FLAGS)
        except OSError as error:
            refused.append((shown, "link" if error.errno == errno.ELOOP else "unreadable"))
            continue
        try:
            facts = os.fstat(descriptor)
            reason = _objection(facts, left_bytes, left_files)
            if reason:
                refused.append((shown, reason))
                continue
            begin(raw.decode("ascii"))
            left_files -= 1
            left_bytes -= _copy(descriptor, facts.st_size, give)
        finally:
            os.close(descriptor)
    return refused


def plain_name(raw: bytes) -> bool:
    """Say whether a name is letters, digits, ``_``, ``.`` and ``-``, and is not hidden.

    Examples
    --------
    >>> plain_name(b"metrics.json"), plain_name(b"../x"), plain_name(b".x")
    (True, False, False)
    """
    return 0 < len(raw) <= _NAME_BYTES and raw[:1] not in b".-" and _LETTERS.issuperset(raw)


def _objection(facts: os.stat_result, left_bytes: int, left_files: int) -> str:
    if stat.S_ISDIR(facts.st_mode):
        return "folder"
    if not stat.S_ISREG(facts.st_mode):
        return "kind"
    if facts.st_nlink != 1:
        return "links"
    if left_files < 1:
        return "count"
    if facts.st_size > left_bytes:
        return "size"
    return ""


def _copy(descriptor: int, size: int, give: Callable[[bytes], None]) -> int:
    done = 0
    while done < size:
        block = os.read(descriptor, min(_BLOCK_BYTES, size - done))
        if not block:
            break
        give(block)
        done += len(block)
    return done
