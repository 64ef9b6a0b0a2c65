"""Hardening of a process that holds keys: nothing of its memory reaches a file by accident.

`harden` stops core dumps, and stops other processes of the same user from reading its memory
(``ptrace``, ``/proc/PID/mem``). Swap is the other way memory reaches a disk; `unencrypted_swap`
names the devices that ``dure node doctor`` warns of. It is no defence against root.
"""

from __future__ import annotations

import ctypes
import resource
from dataclasses import dataclass
from pathlib import Path

from dure.core.system import reason_of
from dure.storage.errors import StorageError

_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Hardening:
    """How hardened this process is.

    Parameters
    ----------
    core_bytes
        Longest core dump, soft and hard limit.
    dumpable
        Whether the kernel may dump it, and the same user trace it.
    """

    core_bytes: tuple[int, int]
    dumpable: bool

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.core_bytes == (0, 0) and not self.dumpable


def harden() -> Hardening:
    """Harden this process for the rest of its life; an ``exec`` undoes half of it.

    Raises
    ------
    StorageError
        ``storage.file`` when the kernel refuses.

    Source
    ------
    prctl(2) PR_SET_DUMPABLE; setrlimit(2) RLIMIT_CORE; core(5).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _prctl(_PR_SET_DUMPABLE) != 0:
        reason = reason_of(OSError(ctypes.get_errno(), "prctl"))
        raise StorageError("storage.file", path="PR_SET_DUMPABLE", reason=reason)
    return hardening()


def hardening() -> Hardening:
    """Return how hardened this process is."""
    return Hardening(resource.getrlimit(resource.RLIMIT_CORE), _prctl(_PR_GET_DUMPABLE) != 0)


def _prctl(option: int) -> int:
    zero = ctypes.c_ulong(0)
    return int(ctypes.CDLL(None, use_errno=True).prctl(option, zero, zero, zero, zero))


def unencrypted_swap(proc: Path = Path("/proc"), sys: Path = Path("/sys")) -> tuple[str, ...]:
    """Return the swap devices and files in use that may hold memory in clear.

    A device-mapper target of kind CRYPT is encrypted, zram is memory itself; all else is in clear,
    a swap file too, for what lies under its file system can't be told from here.

    Parameters
    ----------
    proc, sys
        Where those file systems are mounted.
    """
    try:
        lines = (proc / "swaps").read_text("utf-8").splitlines()[1:]
    except OSError:
        return ()
    names = [line.split()[0] for line in lines if line.strip()]
    return tuple(name for name in names if not _safe(name, sys))


def _safe(name: str, sys: Path) -> bool:
    device = Path(name).resolve().name if name.startswith("/dev/") else ""
    if device.startswith("zram"):
        try:
            backing = (sys / "block" / device / "backing_dev").read_text("utf-8").strip()
        except OSError:
            return True
        return backing == "none"
    try:
        uuid = (sys / "block" / device / "dm" / "uuid").read_text("utf-8")
    except OSError:
        return False
    return bool(device) and uuid.startswith("CRYPT-")
