"""Code that reaches for the sandbox's first process, which is bubblewrap's own and of the same user.

It has no more rights than the code itself, but it takes the filter a moment after the code has begun,
holds descriptors of the host until then, and passes the exit status on. So nobody inside may open its
memory or its descriptors. Where they may (the weakened box), the take-over below really works.
"""

from __future__ import annotations

import os
import platform
import signal
import struct
import threading
from pathlib import Path

import pytest

from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Limits
from dure.sandbox.watch import tree
from dure.trials.probes import weakened

_TAKE_OVER = """
import os, sys, time
where = int(open("/proc/1/syscall").read().split()[-1], 16)  # it sleeps, waiting for its children
with open("/proc/1/mem", "r+b", buffering=0) as memory:
    memory.seek(where)
    memory.write(bytes.fromhex(sys.argv[1]))
if os.fork() == 0:
    if os.fork() == 0:
        os._exit(0)  # an orphan, for which the first process wakes up
    os._exit(0)
os.wait()
time.sleep(10)
"""


def told(status: int) -> bytes:
    """Machine code that writes an exit status to every descriptor, one of which is bubblewrap's."""
    code = b"\xe8\0\0\0\0\x5d"  # call the next instruction; pop rbp: where am I
    for descriptor in range(3, 13):
        code += b"\xbf" + struct.pack("<I", descriptor)  # mov edi, descriptor
        code += b"\x48\x8d\xb5" + struct.pack("<I", 0x200)  # lea rsi, [rbp + 0x200]
        code += b"\xba\x08\0\0\0\xb8\x01\0\0\0\x0f\x05"  # write 8 bytes
    code += b"\x31\xff\xb8\xe7\0\0\0\x0f\x05"  # exit_group(0): everything inside ends with it
    return code.ljust(5 + 0x200, b"\0") + struct.pack("<Q", status + 1)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")
def test_the_first_process_is_not_taken_over(tmp_path: Path):
    arguments = ["-c", _TAKE_OVER, told(42).hex()]
    inside = run(python_command(arguments, packages=False, limits=Limits(wall_s=20)))
    assert (inside.status, inside.cause, inside.exit_status) == ("failed", "exit", 1)
    assert b"FileNotFoundError" in inside.stdout
    outside = weakened.start(arguments, tmp_path, {})
    assert outside.returncode == 42, outside.stderr  # the positive control


def test_every_process_inside_has_the_filter():
    """Seen from outside while a run waits; it is ended as soon as all its processes were seen."""
    script = "import os, signal\nos.fork()\nsignal.pause()"
    task = python_command(["-c", script], packages=False, limits=Limits(wall_s=20))
    filters: dict[str, str] = {}
    outer: dict[str, int] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for process in tree(os.getpid()):
                seen = status(process)
                _, *inner = seen.get("NSpid", "").split()
                if inner:
                    filters[inner[-1]], outer[inner[-1]] = seen["Seccomp"], process
                    if list(filters.values()) == ["2"] * 3:
                        os.kill(outer["1"], signal.SIGKILL)  # with it all end
                        return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        run(task)
    finally:
        over.set()
        watcher.join()
    assert filters == {"1": "2", "2": "2", "3": "2"}


def status(process: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return {}
    return {name: rest.strip() for name, _, rest in (ln.partition(":") for ln in text.splitlines())}
