"""System calls that a computation never needs, each tried with harmless arguments."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass

from dure.trials.probes.attempt import ATTEMPTS, Clues, attempt, call

_AT_FDCWD = -100
_MS_REMOUNT, _MS_BIND = 32, 4096
_TIOCSTI = 0x5412
_IPC_PRIVATE, _IPC_RMID = 0, 0
_PERSONALITY_QUERY = 0xFFFFFFFF
_UFFD_USER_MODE_ONLY = 1
_ADJ_SETOFFSET = 0x0100
_MCL_ONFAULT = 4


@dataclass(frozen=True, slots=True)
class Try:
    """One system call.

    Parameters
    ----------
    name
        Of the call.
    arguments
        Made anew for each attempt.
    reached
        What it would have reached.
    opens
        Whether the result is a descriptor.
    """

    name: str
    arguments: Callable[[], tuple[object, ...]]
    reached: str
    opens: bool = False

    def __call__(self, clues: Clues) -> str:
        """Make the call and say what it reached."""
        result = call(clues, self.name, *self.arguments())
        if self.opens:
            os.close(result)
        return self.reached


def _room(size: int, head: bytes = b"") -> object:
    return ctypes.create_string_buffer(head + bytes(size))


TRIES = {
    "mount": Try("mount", lambda: (b"none", b"/dev/shm", b"tmpfs", 0, None), "mounted"),
    "unmount": Try("umount2", lambda: (b"/in", 2), "unmounted"),
    "remount": Try(
        "mount",
        lambda: (None, b"/tmp", None, _MS_REMOUNT | _MS_BIND, None),
        "changed a mount",
    ),
    "open-tree": Try("open_tree", lambda: (_AT_FDCWD, b"/", 1), "cloned a mount", opens=True),
    "new-filesystem": Try("fsopen", lambda: (b"tmpfs", 0), "began a file system", opens=True),
    "pivot-root": Try("pivot_root", lambda: (b"/tmp", b"/tmp"), "changed the root"),
    "chroot": Try("chroot", lambda: (b"/",), "changed its root"),
    "keyring": Try("keyctl", lambda: (0, -3, 1), "the kernel's keyring"),
    "join-keyring-session": Try("keyctl", lambda: (1, None), "another session keyring"),
    "add-key": Try("add_key", lambda: (b"user", b"dure", b"v", 1, -1), "added a key"),
    "io-uring": Try(
        "io_uring_setup", lambda: (4, _room(200)), "a ring that calls past the filter", opens=True
    ),
    "bpf": Try(
        "bpf",
        lambda: (0, _room(100, struct.pack("IIII", 1, 4, 8, 1)), 72),
        "a map in the kernel",
        opens=True,
    ),
    "perf": Try(
        "perf_event_open",
        lambda: (_room(120, struct.pack("IIQ", 1, 120, 0)), 0, -1, -1, 0),
        "a performance counter",
        opens=True,
    ),
    "userfaultfd": Try(
        "userfaultfd", lambda: (_UFFD_USER_MODE_ONLY,), "handles page faults", opens=True
    ),
    "memory-file": Try(
        "memfd_create", lambda: (b"x", 0), "a file in memory that no quota counts", opens=True
    ),
    "secret-memory": Try("memfd_secret", lambda: (0,), "memory closed to the kernel", opens=True),
    "local-descriptors": Try(
        "modify_ldt", lambda: (0, _room(16), 16), "the local descriptor table"
    ),
    "personality": Try(
        "personality", lambda: (_PERSONALITY_QUERY,), "the call that ends address randomisation"
    ),
    "file-handle": Try(
        "name_to_handle_at",
        lambda: (_AT_FDCWD, b"/", _room(128, struct.pack("Ii", 128, 0)), _room(8), 0),
        "a handle that opens files past their path",
    ),
    "watch-files": Try("fanotify_init", lambda: (0, 0), "watches everybody's files", opens=True),
    "host-name": Try("sethostname", lambda: (b"x", 1), "renamed the machine"),
    # The offset is zero, so that the attempt leaves the clock alone even where it succeeds.
    "set-clock": Try(
        "clock_adjtime", lambda: (0, _room(400, struct.pack("I", _ADJ_SETOFFSET))), "set the clock"
    ),
    "accounting": Try("acct", lambda: (b"/nowhere/at/all",), "process accounting"),
    "swap": Try("swapon", lambda: (b"/nowhere/at/all", 0), "swap"),
    "load-module": Try("init_module", lambda: (b"", 0, b""), "a kernel module"),
    "load-kernel": Try("kexec_load", lambda: (0, 0, None, 0), "another kernel"),
    "reboot": Try("reboot", lambda: (0, 0, 0, None), "reboot"),
    "compare-processes": Try(
        "kcmp", lambda: (os.getpid(), os.getpid(), 2, 0, 0), "where the kernel keeps things"
    ),
    "io-ports": Try("ioperm", lambda: (0x80, 1, 1), "ports of the machine"),
    "lock-memory": Try("mlockall", lambda: (_MCL_ONFAULT | 1,), "memory that is never taken back"),
    "move-pages": Try(
        "move_pages", lambda: (0, 0, None, None, None, 0), "where in the machine its memory lies"
    ),
    "priority": Try("setpriority", lambda: (0, 0, 19), "another priority"),
    "signal-with-data": Try(
        "rt_sigqueueinfo", lambda: (os.getpid(), 0, _room(128)), "signals with made-up senders"
    ),
    "vmsplice": Try(
        "vmsplice", lambda: (os.pipe()[1], _room(16), 0, 0), "shares pages with a pipe"
    ),
    "watch-folder": Try("inotify_init1", lambda: (0,), "watches what others do", opens=True),
    "type-into-terminal": Try("ioctl", lambda: (0, _TIOCSTI, _room(1, b"x")), "typed"),
}
NAMES = sorted(
    {one.name for one in TRIES.values()}
    | {"clone3", "mq_open", "mq_unlink", "msgctl", "msgget", "pidfd_getfd", "pidfd_open"}
    | {"process_vm_readv", "ptrace", "setns", "shmctl", "shmget", "unshare"}
)
"""Every system call that an attempt makes by its number."""

ATTEMPTS.update({f"calls.{name}": one for name, one in TRIES.items()})


@attempt
def _shared_memory(clues: Clues) -> str:
    segment = call(clues, "shmget", _IPC_PRIVATE, 4096, 0o1600)
    call(clues, "shmctl", segment, _IPC_RMID, None)
    return "a segment of shared memory"


@attempt
def _message_queue(clues: Clues) -> str:
    queue = call(clues, "msgget", _IPC_PRIVATE, 0o1600)
    call(clues, "msgctl", queue, _IPC_RMID, None)
    return "a message queue"


@attempt
def _posix_queue(clues: Clues) -> str:
    name = f"dure-{clues['secret']}".encode()
    os.close(call(clues, "mq_open", name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600, None))
    call(clues, "mq_unlink", name)
    return "a POSIX message queue"
