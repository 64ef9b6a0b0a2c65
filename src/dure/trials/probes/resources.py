"""Attempts to use more than a run is given. Each says how much it reached, when nothing stopped it."""

# These attempts are made as crudely as an attacker would make them.
# ruff: noqa: C419, S108
from __future__ import annotations

import mmap
import os
import signal
import threading
import time
from pathlib import Path
from typing import NoReturn

from dure.trials.probes.attempt import PLACE, Clues, Contained, attempt, naive

MIB = 1 << 20
PROCESSES, MEMORY_BYTES, DISK_BYTES, FILES, STDOUT_BYTES = 100, 192 * MIB, 24 * MIB, 5000, 4 * MIB
CPU_S, WALL_S, HOLD_S = 1.5, 3.0, 2.0
"""Far more than the limits of those runs: a busy host looks after a run late, and that is no escape.
The clues of a control, which nothing ends, say less (``spin_s``, ``sleep_s``, ``hold_s``)."""


@attempt
def _processes(_: Clues) -> str:
    children = []
    try:
        for _number in range(PROCESSES):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return f"{PROCESSES} processes"


@attempt
def _threads(_: Clues) -> str:
    done = threading.Event()
    started = []
    try:
        for _number in range(PROCESSES):
            thread = threading.Thread(target=done.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError as error:
        raise Contained(str(error)) from None
    finally:
        done.set()
    return f"{PROCESSES} threads"


@attempt
def _memory(clues: Clues) -> str:
    kept = []
    try:
        for _number in range(MEMORY_BYTES // MIB):
            kept.append(b"\1" * MIB)  # noqa: PERF401 (it must grow step by step)
    except MemoryError:
        raise Contained("MemoryError") from None
    time.sleep(clues.get("hold_s", HOLD_S))
    return f"{len(kept)} MiB"


@attempt
def _shared_pages(clues: Clues) -> str:
    with mmap.mmap(-1, MEMORY_BYTES, flags=mmap.MAP_SHARED) as pages:
        for offset in range(0, MEMORY_BYTES, mmap.PAGESIZE):
            pages[offset] = 1
        time.sleep(clues.get("hold_s", HOLD_S))
    return f"{MEMORY_BYTES // MIB} MiB shared"


def _hold_a_part(hold_s: float) -> NoReturn:
    status = 1
    try:
        kept = bytearray(MEMORY_BYTES // 4)
        for offset in range(0, len(kept), mmap.PAGESIZE):
            kept[offset] = 1
        time.sleep(hold_s)
        status = 0
    finally:
        os._exit(status)


@attempt
def _memory_over_children(clues: Clues) -> str:
    children = []
    for _number in range(4):
        child = os.fork()
        if child == 0:
            _hold_a_part(clues.get("hold_s", HOLD_S))
        children.append(child)
    if any([os.waitpid(child, 0)[1] for child in children]):
        raise Contained("a child was killed")
    return f"{MEMORY_BYTES // MIB} MiB in four processes"


def _hold(clues: Clues) -> None:
    """Where space is not bounded but watched, whoever looks must have the time to."""
    if PLACE:
        time.sleep(clues.get("hold_s", HOLD_S))


def _fill(folder: str, clues: Clues) -> str:
    paths = [Path(folder, f"fill{number}") for number in range(DISK_BYTES // (4 * MIB))]
    try:
        for path in paths:
            path.write_bytes(b"x" * 4 * MIB)
        _hold(clues)
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
    return f"{DISK_BYTES // MIB} MiB"


def _litter(folder: str, clues: Clues) -> str:
    names = [Path(folder, f"file{number}") for number in range(FILES)]
    made = []
    try:
        for name in names:
            name.touch()
            made.append(name)
        _hold(clues)
    finally:
        for name in made:
            name.unlink()
    return f"{FILES} files"


@attempt
def _fill_tmp(clues: Clues) -> str:
    return _fill(f"{PLACE}/tmp", clues)


@attempt
def _fill_shm(clues: Clues) -> str:
    return _fill("/dev/shm", clues)


@attempt
def _fill_out(clues: Clues) -> str:
    return _fill(f"{PLACE}/out", clues)


@attempt
def _litter_tmp(clues: Clues) -> str:
    return _litter(f"{PLACE}/tmp", clues)


@attempt
def _litter_shm(clues: Clues) -> str:
    return _litter("/dev/shm", clues)


@attempt
def _litter_out(clues: Clues) -> str:
    return _litter(f"{PLACE}/out", clues)


@attempt
def _fill_dev(clues: Clues) -> str:
    return _fill("/dev", clues)


@attempt
def _hole(_: Clues) -> str:
    path = Path(f"{PLACE}/tmp/hole")
    try:
        with path.open("wb") as file:
            file.truncate(1 << 30)
    finally:
        path.unlink()
    return "a file of 1 GiB with nothing in it"


@attempt
def _open_files(_: Clues) -> str:
    opened = []
    try:
        for _number in range(200):
            opened.append(os.open("/dev/null", os.O_RDONLY))  # noqa: PERF401
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return "200 descriptors"


def _spin(until_s: float) -> None:
    while time.process_time() < until_s:
        pass


@attempt
def _processor(clues: Clues) -> str:
    _spin(clues.get("spin_s", CPU_S))
    return "more processor time than its limit"


@attempt
def _processor_unwilling(clues: Clues) -> str:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    _spin(clues.get("spin_s", CPU_S))
    return "more processor time than its limit, deaf to the signal"


@attempt
def _processor_over_children(clues: Clues) -> str:
    children = []
    for _number in range(4):
        child = os.fork()
        if child == 0:
            _spin(clues.get("spin_s", CPU_S) / 4)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return "more processor time than its limit, in four processes"


@attempt
def _time(clues: Clues) -> str:
    time.sleep(clues.get("sleep_s", WALL_S))
    return "longer than its limit"


@attempt
def _output_text(_: Clues) -> str:
    for _number in range(STDOUT_BYTES // 65536):
        os.write(1, b"x" * 65536)
    return f"{STDOUT_BYTES // MIB} MiB of text"


@attempt
def _kill_everything(_: Clues) -> str:
    os.kill(-1, signal.SIGKILL)
    raise Contained("nobody there")


@attempt
def _orphan(_: Clues) -> str:
    if os.fork() == 0:
        for descriptor in (0, 1, 2):
            os.close(descriptor)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
        os._exit(0)
    return "left a process behind"


@naive("resources.orphan")
def _orphan_of_a_plain_process(_: Clues) -> str:
    """Outside, what a process leaves behind lives on when that process has ended."""
    ours, theirs = os.pipe()
    parent = os.fork()
    if parent == 0:
        child = os.fork()
        if child == 0:
            os.close(ours)
            time.sleep(5)
            os._exit(0)
        os.write(theirs, str(child).encode())
        os._exit(0)
    os.waitpid(parent, 0)
    os.close(theirs)
    left = int(os.read(ours, 16))
    os.close(ours)
    os.kill(left, signal.SIGKILL)  # raises when nobody is there
    return "a process that outlived its parent"
