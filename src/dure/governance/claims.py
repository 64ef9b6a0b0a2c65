"""Claims: which process holds a permit while it acts, and whether that process still lives.

Several executor processes may serve one store (each door of an embedded node starts its own), so
"claimed, and no outcome" means a crash only when the claimant is gone. A claimant is
named by the machine's boot, its process id there, and the second at which the kernel started that
process, so that a number given to a new process is not mistaken for the old one.

Linux only: the names come from ``/proc``. A claimant of another process namespace can't be seen
from here; it is taken to live, since the wrong answer that way merely waits.
"""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def this_process(instance: str, proc: Path = _PROC) -> str:
    """Return the claimant's name of this process.

    Parameters
    ----------
    instance
        Tells several executors of one process apart: hex digits.
    proc
        Where the kernel's process files are.

    Examples
    --------
    >>> is_alive(this_process("00"))
    True
    """
    pid = os.getpid()
    return ":".join((_boot(proc), _namespace(proc), str(pid), _started(proc, pid), instance))


def is_alive(claimant: str, proc: Path = _PROC) -> bool:
    """Say whether a claimant may still be acting."""
    boot, namespace, pid, started, _ = claimant.split(":")
    if boot != _boot(proc):
        return False
    if namespace != _namespace(proc):
        return True
    return started == _started(proc, int(pid))


def is_gone(claimant: str, proc: Path = _PROC) -> bool:
    """Say whether it is certain from here that a claimant has ended: it was a process of this machine.

    Examples
    --------
    >>> is_gone(this_process("00")), is_gone("elsewhere/42")
    (False, False)
    """
    here = [_boot(proc), _namespace(proc)]
    return claimant.split(":")[:2] == here and not is_alive(claimant, proc)


def _boot(proc: Path) -> str:
    return (proc / "sys/kernel/random/boot_id").read_text("ascii").strip()


def _namespace(proc: Path) -> str:
    return str((proc / "self/ns/pid").readlink()).strip("pid:[]")


def _started(proc: Path, pid: int) -> str:
    try:
        status = (proc / str(pid) / "stat").read_bytes()
    except OSError:
        return "-"
    fields = status[status.rindex(b")") + 2 :].split()  # the name before it may hold anything
    return "-" if fields[0] in (b"Z", b"X") else fields[19].decode("ascii")
