"""Landlock (landlock(7)): a process gives up, for good, every file but the named ones.

Also the launcher's: standard library alone. The newest features are needed, for older ones leave holes
where a task runs as the same user as others: without *scopes* (ABI 6, Linux 6.12) it could send signals
to them.
"""

from __future__ import annotations

import ctypes
import os
import stat

from dure.sandbox import kernel

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_ABI = 6

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_EVERY_FILE_RIGHT = (1 << 16) - 1  # ABI 5: up to ioctl on devices
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | 1 << 15
_MAKE_SOME = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12  # remove and make: folders, files, links
READ = EXECUTE | READ_FILE | READ_DIR
"""To read and to start what lies there."""
LIST = READ_DIR
"""To see names, of a folder and all below it."""
USE = READ_FILE | WRITE_FILE
"""To read and write one file, a device above all."""
OWN = READ_FILE | WRITE_FILE | READ_DIR | _TRUNCATE | _REFER | _MAKE_SOME
"""To do with a folder what one likes, except starting programs and making devices or pipes."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION_FLAG = 1
_BENEATH = 1
_NO_TCP = 3  # bind and connect
_NO_ABSTRACT_AND_SIGNALS = 3

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "net", "scoped")]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def abi() -> int:
    """Return the version of Landlock that this kernel offers; 0 when it offers none."""
    found: int = _libc.syscall(
        ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG)
    )
    return max(0, found)


def restrict(  # pragma: no cover (runs between fork and exec)
    allowed: Iterable[tuple[str, int]],
) -> None:
    """Give up all rights on files but the allowed ones, on TCP, and on processes outside.

    Parameters
    ----------
    allowed
        Paths and what is left allowed on them and below; what isn't there is passed over.

    Raises
    ------
    OSError
        When the kernel refuses.
    """
    wanted = _Ruleset(_EVERY_FILE_RIGHT, _NO_TCP, _NO_ABSTRACT_AND_SIGNALS)
    rules = _called(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(24), ctypes.c_uint(0))
    for path, rights in allowed:
        try:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        fitting = rights if stat.S_ISDIR(os.fstat(folder).st_mode) else rights & _OF_FILES
        rule = _Beneath(fitting, folder)
        _called(
            _ADD_RULE,
            ctypes.c_int(rules),
            ctypes.c_int(_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint(0),
        )
        os.close(folder)
    kernel.no_new_privileges()
    _called(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint(0))
    os.close(rules)


def _called(  # pragma: no cover (runs between fork and exec)
    number: int, *arguments: object
) -> int:
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result
