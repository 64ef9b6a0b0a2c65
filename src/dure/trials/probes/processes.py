"""Attempts on other processes, on rights, and on the process's own limits."""

# These attempts are made as crudely as an attacker would make them.
# ruff: noqa: PTH123
from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dure.trials.probes.attempt import Clues, Contained, Remark, attempt, call, in_child

_PTRACE_SEIZE = 0x4206
_PR_GET_NO_NEW_PRIVS, _PR_SET_DUMPABLE, _PR_SET_PDEATHSIG = 39, 4, 1
_MAP_HUGETLB, _HUGE_BYTES = 0x40000, 2 << 20
_X32_BIT = 0x40000000
_GETPID_BY_INT80 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"

_libc = ctypes.CDLL(None, use_errno=True)


@attempt
def _see_host(clues: Clues) -> str:
    if Path(f"/proc/{clues['process']}").exists():
        return "sees a process of the host"
    raise Contained(f"{sum(name.isdigit() for name in os.listdir('/proc'))} processes")


@attempt
def _signal_host(clues: Clues) -> str:
    os.kill(clues["process"], 0)
    return "may signal a process of the host"


@attempt
def _trace_parent(clues: Clues) -> str:
    call(clues, "ptrace", _PTRACE_SEIZE, os.getppid(), 0, 0)
    return "traces another process"


@attempt
def _read_memory(clues: Clues) -> str:
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    call(clues, "process_vm_readv", os.getpid(), vector, 1, vector, 1, 0)
    return "the call that reads another process's memory"


@attempt
def _write_first_process(_: Clues) -> str:
    maps = Path("/proc/1/maps").read_text().splitlines()
    where = next(int(line.partition("-")[0], 16) for line in maps if " rw-p " in line)
    with open("/proc/1/mem", "r+b", buffering=0) as memory:
        memory.seek(where)
        same = memory.read(8)  # nobody is harmed where the attempt succeeds
        memory.seek(where)
        memory.write(same)
    return "writes the memory of the sandbox's first process"


@attempt
def _descriptors_of_first_process(_: Clues) -> str:
    return f"reaches {len(os.listdir('/proc/1/fd'))} descriptors of the sandbox's first process"


@attempt
def _take_descriptor(clues: Clues) -> str:
    process = call(clues, "pidfd_open", os.getpid(), 0)
    os.close(call(clues, "pidfd_getfd", process, 1, 0))
    return "the call that takes another process's descriptors"


@attempt
def _new_session(_: Clues) -> str:
    return in_child(os.setsid)


@attempt
def _user_namespace(clues: Clues) -> str:
    return in_child(lambda: call(clues, "unshare", 0x10000000))


@attempt
def _user_namespace_by_clone(clues: Clues) -> str:
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    child = call(clues, "clone3", arguments, ctypes.sizeof(arguments))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "a user namespace"


@attempt
def _join_namespace(clues: Clues) -> str:
    descriptor = os.open("/proc/self/ns/uts", os.O_RDONLY)
    try:
        call(clues, "setns", descriptor, 0)
    finally:
        os.close(descriptor)
    return "joined a namespace"


@attempt
def _gain_rights(_: Clues) -> str:
    zero = ctypes.c_ulong(0)
    if _libc.prctl(_PR_GET_NO_NEW_PRIVS, zero, zero, zero, zero) == 1:
        raise Contained("no new privileges")
    return "a set-user-ID program would raise it"


@attempt
def _capabilities(_: Clues) -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    held = [line for line in lines if line.startswith("Cap") and int(line.split()[1], 16)]
    if held:
        return held[0]
    raise Contained("all zero, the bounding set too")


@attempt
def _other_user(_: Clues) -> str:
    return in_child(lambda: os.setuid(0))


@attempt
def _escape_parent_death(_: Clues) -> str:
    zero = ctypes.c_ulong(0)
    if _libc.prctl(_PR_SET_PDEATHSIG, zero, zero, zero, zero) < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return "changed what happens when its parent ends"


@attempt
def _raise_limit(_: Clues) -> str:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == resource.RLIM_INFINITY:
        return "core dumps are not bounded"
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (hard + 1, hard + 1))
    except ValueError as error:
        raise Contained(str(error)) from None
    return "raised a limit"


@attempt
def _spare_from_oom(_: Clues) -> str:
    def lower() -> None:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("-900")

    return in_child(lower)


@attempt
def _x32_calls(_: Clues) -> str:
    if platform.machine() != "x86_64":
        raise Contained("another machine")

    def ask() -> None:
        if int(_libc.syscall(ctypes.c_long(_X32_BIT + 39))) < 0:
            raise OSError(ctypes.get_errno(), "x32")

    return in_child(ask)


@attempt
def _calls_of_32_bits(_: Clues) -> str:
    if platform.machine() != "x86_64":
        raise Contained("another machine")

    def interrupt() -> None:
        page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(_GETPID_BY_INT80)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        if int(ctypes.CFUNCTYPE(ctypes.c_int)(address)()) < 0:
            raise OSError(errno.ENOSYS, "int 0x80")

    return in_child(interrupt)


_HOOK = "import os\nos.mkdir(os.environ['MARK_OF_THE_HOOK'])\n"


@attempt
def _startup_hook(clues: Clues) -> str:
    """Leave a file that an interpreter started as ours is would run by itself."""
    folder = Path(tempfile.mkdtemp(dir=clues["scratch"]))
    for name in ("sitecustomize.py", "usercustomize.py"):
        (folder / name).write_text(_HOOK)
    ran = folder / "ran"
    subprocess.run(
        [sys.executable, *clues.get("flags", ("-S", "-s", "-B", "-P")), "-c", ""],
        check=False,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "MARK_OF_THE_HOOK": str(ran)},
        timeout=5,
    )
    if ran.exists():
        return "ran as another interpreter started"
    raise Contained("nothing is run by itself")


@attempt
def _huge_pages(_: Clues) -> str:
    """Take memory that control groups may not count."""
    mmap.mmap(-1, _HUGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_HUGETLB).close()
    return "a huge page"


@attempt
def _clock(_: Clues) -> object:
    fine = time.get_clock_info("perf_counter").resolution < 1e-6
    return Remark("finer than a microsecond" if fine else "a microsecond or coarser")


@attempt
def _system_information(_: Clues) -> object:
    """Ask for what the C library needs to know how much memory there is, so that it can't be refused."""
    told = ctypes.create_string_buffer(256)
    if _libc.sysinfo(told) < 0:
        raise OSError(ctypes.get_errno(), "sysinfo")
    _, *loads = struct.unpack_from("@l3L", told)
    return Remark("the host's load and free memory" if any(loads) else "nothing of the host's load")


@attempt
def _processors(_: Clues) -> object:
    return Remark("one processor" if len(os.sched_getaffinity(0)) == 1 else "several processors")
