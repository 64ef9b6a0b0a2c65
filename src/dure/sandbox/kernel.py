"""The few system calls that Python does not offer, for the launcher above all.

The launcher process is started without site packages: standard library alone, and as little of it
as possible, because every import delays the start of a run.
"""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000

_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_MOUNT_SETATTR = 442  # the same number on every architecture
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 38, 36

_PR_SET_SECCOMP, _SECCOMP_FILTER = 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


class _Filters(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("rules", ctypes.c_void_p)]


def _checked(result: int, call: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Give the calling process namespaces of its own."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def make_private() -> None:
    """Keep every later mount of this namespace to itself."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE, None)


def mount_tmpfs(target: str, options: str, *, executable: bool = False) -> None:
    """Mount an empty tmpfs: no set-user-ID, no devices, and no programs unless asked."""
    flags = MS_NOSUID | MS_NODEV | (0 if executable else MS_NOEXEC)
    _mount("dure", target, "tmpfs", flags, options)


def bind_read_only(source: str, target: str) -> None:
    """Bind a tree read-only, without set-user-ID and devices, including what is mounted below."""
    _mount(source, target, None, MS_BIND | MS_REC, None)
    set_read_only(target)


def set_read_only(target: str, *, below: bool = True) -> None:
    """Make a mount read-only, without set-user-ID and devices; also what is mounted below it."""
    attributes = _MountAttributes(_ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, 0, 0, 0)
    result = _libc.syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_AT_RECURSIVE if below else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _checked(result, "mount_setattr")


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends, also when it has just ended."""
    _prctl(_PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        os._exit(125)


def no_new_privileges() -> None:
    """Let no program that is started from here gain a right that the caller lacks."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def filter_calls(program: bytes) -> None:  # pragma: no cover (runs between fork and exec)
    """Make only those system calls from here on that a BPF program allows; it takes no new privileges."""
    held = ctypes.create_string_buffer(program, len(program))
    filters = _Filters(len(program) // 8, ctypes.addressof(held))
    result = _libc.prctl(
        ctypes.c_int(_PR_SET_SECCOMP), ctypes.c_ulong(_SECCOMP_FILTER), ctypes.byref(filters)
    )
    _checked(result, "prctl")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), zero, zero, zero), "prctl")


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None) -> None:
    words = [word if word is None else os.fsencode(word) for word in (source, target, kind, data)]
    result = _libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    _checked(result, f"mount {kind or 'bind'}")
