"""Code that takes over the sandbox's first process, whose memory it may write, being of the same user.

That process has no more rights than the code itself, but it passes the exit status on. A status that is
none must not look like a sandbox that could not be made: that error quotes bubblewrap, and what it
would quote then is what the code printed.
"""

from __future__ import annotations

import platform
import struct

import pytest

from dure.sandbox.box import run
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import Limits, Outcome

SECRET = "NEVERSHOWTHIS"
_TAKE_OVER = """
import os, sys, time
print("NEVERSHOWTHIS", flush=True)
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
    code += b"\xb8\x22\0\0\0\x0f\x05\xeb\xf7"  # pause, for ever
    return code.ljust(5 + 0x200, b"\0") + struct.pack("<Q", status + 1)


def taken_over(status: int) -> Outcome:
    arguments = ["-c", _TAKE_OVER, told(status).hex()]
    return run(python_command(arguments, packages=False, limits=Limits(wall_s=20)))


pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")


@pytest.mark.parametrize("status", [2**32 - 6, 2**31, 300])
def test_a_status_that_is_none_is_an_outcome_and_quotes_nothing(status: int):
    ended = taken_over(status)
    assert ended.status == "failed"
    assert SECRET not in ended.cause
    assert ended.exit_status in (1, 137)  # 1 where the kernel keeps that memory closed


def test_it_gives_itself_no_better_outcome_than_it_could_have_by_ending():
    """The positive control of the take-over, where the kernel allows it: a status of its choice."""
    assert taken_over(42).exit_status in (1, 42)
