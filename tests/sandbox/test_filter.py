"""The filter of system calls, run as the kernel runs it: the order of its rules changes no verdict."""

from __future__ import annotations

import errno
import itertools
import platform
import struct
from collections.abc import Callable

import pytest

from dure.sandbox import seccomp

ALLOW, ENOSYS = 0x7FFF0000, 0x00050000 | errno.ENOSYS
_TESTS: dict[int, Callable[[int, int], bool]] = {
    0x10: int.__eq__,
    0x20: int.__gt__,
    0x30: int.__ge__,
    0x40: lambda held, wanted: bool(held & wanted),
}


ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[platform.machine()]


class Machine:
    """Classic BPF, as far as filters of calls use it (Documentation/userspace-api/seccomp_filter)."""

    def __init__(self, program: bytes) -> None:
        self.steps = list(struct.iter_unpack("<HBBI", program))

    def verdict(self, call: int, arguments: tuple[int, ...] = (), arch: int = ARCH) -> int:
        data = struct.pack("<iIQ6Q", call, arch, 0, *(*arguments, *[0] * 6)[:6])
        held, place = 0, 0
        while True:
            code, yes, no, value = self.steps[place]
            place += 1
            kind = code & 0x07
            if kind == 0x00:
                (held,) = struct.unpack_from("<I", data, value)
            elif kind == 0x04:
                assert code & 0xF0 == 0x50
                held &= value
            elif kind == 0x06:
                return value
            elif code & 0xF0 == 0x00:
                place += value
            else:
                place += yes if _TESTS[code & 0xF0](held, value) else no


WORDS = (
    0,
    1,
    3,
    6,
    15,
    37,
    1026,
    1030,
    0x541B,
    0x5412,
    0x80,
    0x10000000,
    0x10000000 | 0x11,
    1 << 32,
    (1 << 32) | 1,
)


@pytest.mark.parametrize("make", [seccomp.filter_program, seccomp.narrow_filter])
def test_halving_changes_no_verdict(make, monkeypatch: pytest.MonkeyPatch) -> None:
    halved = Machine(make())
    monkeypatch.setattr(seccomp._library().SyscallFilter, "set_attr", lambda *_: None)
    listed = Machine(make.__wrapped__())
    assert listed.steps != halved.steps  # another program
    for call in range(480):
        assert halved.verdict(call) == listed.verdict(call), call
    looked_at = seccomp.call_numbers(
        (
            "clone",
            "fcntl",
            "ioctl",
            "prctl",
            "socketpair",
            "sendto",
            "prlimit64",
            "sched_setaffinity",
        )
    ).values()
    for call, arguments in itertools.product(looked_at, itertools.product(WORDS, repeat=2)):
        told = (*arguments, 0, 0, *arguments)
        assert halved.verdict(call, told) == listed.verdict(call, told), (call, told)


def test_a_filter_allows_and_refuses_what_it_says() -> None:
    machine = Machine(seccomp.filter_program())
    number = seccomp.call_numbers(("read", "ptrace", "clone", "fcntl", "ioctl", "sendto"))
    assert machine.verdict(number["read"]) == ALLOW
    assert machine.verdict(number["ptrace"]) == ENOSYS
    assert machine.verdict(number["clone"], (0x11,)) == ALLOW
    assert machine.verdict(number["clone"], (0x10000011,)) == ENOSYS  # a user namespace
    assert machine.verdict(number["ioctl"], (0, 0x541B)) == ALLOW
    assert machine.verdict(number["ioctl"], (0, 0x5412)) == ENOSYS  # TIOCSTI
    assert machine.verdict(number["ioctl"], (0, (1 << 32) | 0x5412)) == ENOSYS
    assert machine.verdict(number["fcntl"], (0, 1030)) == ALLOW  # F_DUPFD_CLOEXEC
    for command in (5, 6, 7, 36, 37, 38, 1024, 1026):  # locks, leases, notices
        assert machine.verdict(number["fcntl"], (0, command)) == ENOSYS
    assert machine.verdict(number["sendto"], (0, 0, 0, 0, 0)) == ALLOW
    assert machine.verdict(number["sendto"], (0, 0, 0, 0, 1 << 32)) == ENOSYS
    foreign = [machine.verdict(number["read"], arch=0x40000003)]
    if platform.machine() == "x86_64":
        foreign.append(machine.verdict(number["read"] | 0x40000000))  # x32
    assert not {ALLOW, ENOSYS} & set(foreign)  # they end it
