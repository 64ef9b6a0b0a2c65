"""The system calls that a sandboxed process may make: an allowlist, as a BPF program.

Everything else answers ENOSYS, so that the C library falls back to older calls (clone3 to clone)
instead of dying. A call for another architecture (x32, 32-bit) ends the process.
"""

from __future__ import annotations

import errno
import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from types import ModuleType
from typing import Any

from dure.sandbox.errors import SandboxError

ALLOWED = frozenset(
    """
    access alarm arch_prctl brk chdir chmod clock_getres clock_gettime clock_nanosleep close
    close_range copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait
    epoll_wait eventfd2 execve exit exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod
    fchmodat fdatasync fstat fstatfs fsync ftruncate futex getcpu getcwd getdents
    getdents64 getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid getppid getpriority
    getrandom getresgid getresuid getrlimit getrusage getsid gettid gettimeofday getuid kill link
    linkat lseek lstat madvise membarrier mincore mkdir mkdirat mmap mprotect mremap
    msync munmap nanosleep newfstatat open openat pause pipe pipe2 poll ppoll pread64 preadv prlimit64
    pselect6 pwrite64 pwritev read readlink readlinkat readv recvfrom rename renameat renameat2
    restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend
    rt_sigtimedwait sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam
    sched_getscheduler sched_setaffinity sched_yield select sendfile set_robust_list set_tid_address
    get_robust_list setitimer shutdown sigaltstack stat statfs statx symlink symlinkat sysinfo tgkill
    time timer_create timer_delete timer_settime timerfd_create timerfd_gettime timerfd_settime times
    truncate umask uname unlink unlinkat utimensat vfork wait4 waitid write writev
    """.split()  # noqa: SIM905 (a list of 150 strings is harder to review)
)

_NAMESPACE_FLAGS = 0x7E020000 | 0x80
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
_PRCTLS = (3, 15, 16, 21, 23, 39, 41, 42, 0x53564D41)
"""GET_DUMPABLE, SET_NAME, GET_NAME, GET_SECCOMP, CAPBSET_READ, GET_NO_NEW_PRIVS, THP_DISABLE, VMA."""
_FCNTLS = (0, 1, 2, 3, 4, 1030, 1031, 1032, 1033, 1034)
"""DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC, SETPIPE_SZ, GETPIPE_SZ, ADD_SEALS, GET_SEALS.

No locks, leases and notices: what is bound is the same file for every run, and by its locks one run could
tell another what it has seen."""
_AF_UNIX = 1
_CONTAINER_ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}
_ON_OTHERS = frozenset({"prlimit64", "sched_setaffinity"})
_ON_FILES = frozenset({"chmod", "fchmod", "fchmodat", "utimensat"})


@cache
def filter_program() -> bytes:
    """Return the BPF program for this machine's architecture, the same for every run.

    Raises
    ------
    SandboxError
        ``sandbox.part-missing`` when libseccomp or its binding is not installed.
    """
    return _exported(_rules(_library(), ALLOWED))


@cache
def narrow_filter() -> bytes:
    """Return the program for a run whose user may be another process's, too (tier B).

    Without a user of its own it could change modes and times of that user's files, which landlock leaves
    alone, and limits and processors of that user's processes; so these calls act on itself or fail.

    Raises
    ------
    SandboxError
        ``sandbox.part-missing`` when libseccomp or its binding is not installed.
    """
    library = _library()
    rules = _rules(library, ALLOWED - _ON_OTHERS - _ON_FILES)
    for name in _ON_OTHERS:
        rules.add_rule(library.ALLOW, name, library.Arg(0, library.EQ, 0))
    return _exported(rules)


def container_filter() -> dict[str, object]:
    """Return the same rules as a container's configuration says them (OCI runtime specification, seccomp)."""

    def allowed(
        *names: str, index: int = 0, value: int = 0, mask: int = 0xFFFFFFFF
    ) -> dict[str, object]:
        told = {"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}
        return {"names": list(names), "action": "SCMP_ACT_ALLOW", "args": [told]}

    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.ENOSYS,
        "architectures": [_CONTAINER_ARCHITECTURES[platform.machine()]],
        "syscalls": [
            {"names": sorted(ALLOWED), "action": "SCMP_ACT_ALLOW"},
            allowed("clone", mask=_NAMESPACE_FLAGS),
            *(allowed("ioctl", index=1, value=request) for request in _IOCTLS),
            *(allowed("fcntl", index=1, value=command) for command in _FCNTLS),
            *(allowed("prctl", value=option) for option in _PRCTLS),
            allowed("socketpair", value=_AF_UNIX),
            allowed("sendto", index=4, mask=(1 << 64) - 1),
        ],
    }


def _rules(library: ModuleType, allowed: frozenset[str]) -> Any:
    rules = library.SyscallFilter(defaction=library.ERRNO(errno.ENOSYS))
    known = [
        name for name in sorted(allowed) if library.resolve_syscall(library.Arch.NATIVE, name) >= 0
    ]
    for name in known:
        rules.add_rule(library.ALLOW, name)
    argument = library.Arg
    rules.add_rule(library.ALLOW, "clone", argument(0, library.MASKED_EQ, _NAMESPACE_FLAGS, 0))
    for request in _IOCTLS:
        rules.add_rule(library.ALLOW, "ioctl", argument(1, library.MASKED_EQ, 0xFFFFFFFF, request))
    for command in _FCNTLS:
        rules.add_rule(library.ALLOW, "fcntl", argument(1, library.MASKED_EQ, 0xFFFFFFFF, command))
    for option in _PRCTLS:
        rules.add_rule(library.ALLOW, "prctl", argument(0, library.MASKED_EQ, 0xFFFFFFFF, option))
    rules.add_rule(
        library.ALLOW, "socketpair", argument(0, library.MASKED_EQ, 0xFFFFFFFF, _AF_UNIX)
    )
    # With an address, a datagram socket of a pair could reach a socket that it was not paired with.
    rules.add_rule(library.ALLOW, "sendto", argument(4, library.EQ, 0))
    return rules


_RECENT = {"memfd_secret": 447}


def call_numbers(names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of system calls on this machine; negative where there is no such call.

    Parameters
    ----------
    names
        As the kernel names them.

    Raises
    ------
    SandboxError
        ``sandbox.part-missing`` when libseccomp or its binding is not installed.
    """
    library = _library()
    numbers = {name: int(library.resolve_syscall(library.Arch.NATIVE, name)) for name in names}
    return {name: max(number, _RECENT.get(name, -1)) for name, number in numbers.items()}


def _library() -> ModuleType:
    try:
        import pyseccomp
    except ImportError:
        raise SandboxError("sandbox.part-missing", part="pyseccomp", mend="pyseccomp") from None
    except RuntimeError:
        raise SandboxError("sandbox.part-missing", part="libseccomp", mend="libseccomp") from None
    library: ModuleType = pyseccomp
    return library


def _exported(rules: Any) -> bytes:
    """Return the rules as a program that finds a call's number by halving, not one after another.

    The kernel remembers which calls are allowed whatever their arguments; this is for the few that it has to
    look at each time, which stand last in a list.
    """
    with suppress(OSError):  # libseccomp before 2.5 can't
        rules.set_attr(_library().Attr.CTL_OPTIMIZE, 2)
    descriptor = os.memfd_create("seccomp", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "w+b") as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
