"""One run from its start to its last process, as the launcher looks after it."""

from __future__ import annotations

import _socket
import marshal
import os
import resource
import select
import time

from dure.sandbox import gvisored, landlocked, staging, wire
from dure.sandbox.becoming import arguments_of, become
from dure.sandbox.watch import Usage, children

TYPE_CHECKING = False  # importing `typing` for this would cost a tenth of the start
if TYPE_CHECKING:
    from typing import Any

    from dure.sandbox.cgroups import Cgroup

CLAIM = b"c"
"""What a caller says to a spare that it takes."""

_SIGKILL, _SIGXCPU = 9, 24
_KILLED_STATUS = 128 + _SIGKILL
_STARTED_BY = {"A": "bubblewrap", "A+": "gvisor", "B": "landlock"}
_NEVER_BEGUN = 128
"""How runsc ends when it could not make the container; a task may end so, too."""
_TICK_MS = 50
_STOP_S = 10.0


class Run:
    """One run from its start to its last process.

    Parameters
    ----------
    plan
        What `dure.sandbox.box` has put together.
    place
        The staging folder.
    group
        Its control groups, if any.
    answer
        The pipe to the caller; when it breaks, the caller is gone.
    """

    def __init__(self, plan: dict[str, Any], place: str, group: Cgroup | None, answer: int) -> None:
        self.plan, self.place, self.group, self.answer = plan, place, group, answer
        self.limits = plan["limits"]
        self.stdout = bytearray()
        self.status = b""
        self.child = self._out = self._said = self._waiter = -1
        self.cause = ""
        self.peak_bytes = 0

    def start(self) -> None:
        """Start bubblewrap with the command, or in a spare with what waits for one."""
        self._out, out_write = os.pipe()
        self._said, status_write = os.pipe()
        ours, theirs = (-1, -1)
        if self.plan["spare"]:
            ours, theirs = _pair()
        tier = self.plan["tier"]
        arguments = arguments_of(self.plan, self.place) if tier == "A" else []
        self.child = os.fork()
        if self.child == 0:  # pragma: no cover (becomes another program)
            if tier != "A":
                other = landlocked if tier == "B" else gvisored
                other.become(self.plan, self.place, self.group, (out_write, status_write))
            given = theirs, out_write, status_write
            become(self.plan, self.place, self.group, arguments, given)
        # Its reader sees the end of the stream when nobody else can write to it either.
        for descriptor in (out_write, status_write, *self.plan["stream"]):
            os.close(descriptor)
        if self.plan["spare"]:
            os.close(theirs)
            self._waiter = ours

    def wait(self, control: int) -> bool:
        """Of a spare: keep it until its caller claims it. Say whether that was so.

        It ends when it has waited too long, when it ends by itself, and with its caller.

        Parameters
        ----------
        control
            The socket on which the caller claims it.
        """
        ended = os.pidfd_open(self.child)
        poll = select.poll()
        for descriptor in (ended, control, self._waiter):
            poll.register(descriptor, select.POLLIN)
        until = time.monotonic() + self.plan["spare"]
        claimed = False
        while (left_s := until - time.monotonic()) > 0:
            ready = dict(poll.poll(int(left_s * 1000) + 1))
            if self._waiter in ready:
                poll.unregister(self._waiter)
                if os.read(self._waiter, 1) and not self._tell_ready():
                    break
            if control in ready:
                claimed = ended not in ready and os.read(control, 1) == CLAIM
                break
            if ended in ready:
                break
        os.close(ended)
        if not claimed:
            self.abandon()
        return claimed

    def abandon(self) -> None:
        """End a run that nobody waits for."""
        self.cause = "caller"
        self._end(self.child)

    def _tell_ready(self) -> bool:
        try:
            wire.send(self.answer, wire.READY)
        except BrokenPipeError:
            return False
        return True

    def hand_over(self, arguments: list[str]) -> None:
        """Tell what waits in a spare what to do; it is an ordinary run from here on."""
        content = marshal.dumps(arguments)
        view = memoryview(len(content).to_bytes(4, "big") + content)
        # The socket stays open: what is still importing says later that it is ready.
        try:
            while view:
                view = view[os.write(self._waiter, view) :]
        except BrokenPipeError:  # it has ended: `live` says how
            return

    def live(self) -> dict[str, Any]:
        """Watch the run to its end, and return how it ended."""
        started = time.monotonic()
        self._watch(self.child, self._out, self._said)
        code = self._end(self.child)
        self._drain(self._out, self._said)
        return {**self._report(code), "wall_s": time.monotonic() - started}

    def _watch(self, child: int, out_read: int, status_read: int) -> None:
        """Look after the run until its first process has ended or there is a cause to kill it."""
        limits = self.limits
        usage = Usage(child, self.group)
        ended = os.pidfd_open(child)
        poll = select.poll()
        for descriptor, events in (
            (ended, select.POLLIN),
            (out_read, select.POLLIN),
            (status_read, select.POLLIN),
            (self.answer, 0),
        ):
            poll.register(descriptor, events)
        deadline = time.monotonic() + limits["wall_s"]
        looked = 0.0
        while not self.cause:
            left_ms = int((deadline - time.monotonic()) * 1000) + 1
            ready = dict(poll.poll(max(0, min(left_ms, _TICK_MS))))
            if self.answer in ready:
                self.cause = "caller"
            for descriptor, keep in ((out_read, self._hear), (status_read, self._note)):
                if descriptor in ready and not keep(os.read(descriptor, 65536)):
                    poll.unregister(descriptor)
            if ended in ready:
                break
            now = time.monotonic()
            if now >= deadline:
                self.cause = self.cause or "wall"
            if now - looked >= _TICK_MS / 1000:
                looked = now
                self._look(usage)
        os.close(ended)

    def _hear(self, block: bytes) -> bool:
        room = self.limits["stdout_bytes"] - len(self.stdout)
        self.stdout += block[:room]
        if len(block) > room:
            self.cause = self.cause or "stdout"
        return bool(block)

    def _note(self, block: bytes) -> bool:
        self.status += block
        return bool(block)

    def _look(self, usage: Usage) -> None:
        if self.group is None or not self.group.bounds_memory:
            resident = usage.resident_bytes()
            self.peak_bytes = max(self.peak_bytes, resident)
            if resident > self.limits["memory_bytes"]:
                self.cause = self.cause or "memory"
        if self.plan["tier"] == "B" and landlocked.overfull(self.place, self.limits):
            self.cause = self.cause or "memory"
        if usage.cpu_s() > self.limits["cpu_s"]:
            self.cause = self.cause or "cpu"

    def _end(self, child: int) -> int:
        """Kill whatever is left, reap all of it, and return the status of the first process.

        Orphans come to this process, and the kernel lets the first process of a process namespace
        be reaped only when every other one in it is gone. So no child left means nobody left.
        """
        code = -1
        deadline = time.monotonic() + _STOP_S
        if self.cause:
            self._kill([child])
        while True:
            try:
                process, status = os.waitpid(-1, 0 if not self.cause else os.WNOHANG)
            except ChildProcessError:
                return code
            if process == child:
                code = os.waitstatus_to_exitcode(status)
                self.cause = self.cause or "over"
            if process == 0:
                self._kill(children(os.getpid()))
                if time.monotonic() > deadline:
                    raise staging.Refused("sandbox.launcher", status="-", reason="processes-stay")
                time.sleep(0.0002)

    def _kill(self, processes: list[int]) -> None:
        for process in {*processes, *(self.group.members() if self.group else ())}:
            try:
                os.kill(process, _SIGKILL)
            except ProcessLookupError:
                continue

    def _drain(self, out_read: int, status_read: int) -> None:
        while block := os.read(status_read, 65536):
            self.status += block
        while (block := os.read(out_read, 65536)) and self._hear(block):
            if self.cause == "stdout":
                break
        os.close(out_read)
        os.close(status_read)

    def _report(self, code: int) -> dict[str, Any]:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        group = self.group
        cause = "" if self.cause == "over" else self.cause
        tier = self.plan["tier"]
        if tier == "A+" and code == _NEVER_BEGUN and not gvisored.has_begun(self.place):
            self.status = b"runsc"
        exit_status = exit_code(self.status) if tier == "A" else plain_code(self.status, code)
        cpu_s = spent.ru_utime + spent.ru_stime
        out_of_memory = group is not None and group.out_of_memory()
        status = "killed"
        if cause:
            exit_status = -1
        elif exit_status == 0:
            status = "done"
        elif out_of_memory:
            cause = "memory"
        elif exit_status == 128 + _SIGXCPU or cpu_s > self.limits["cpu_s"]:
            cause = "cpu"
        elif exit_status is None and code in (-9, 137):
            cause, exit_status = "signal", _KILLED_STATUS
        elif exit_status is None:
            raise staging.Refused(
                "sandbox.host",
                step=_STARTED_BY[tier],
                reason="said",
                detail=last_line(bytes(self.status if tier == "B" else self.stdout)),
                mend="doctor",
            )
        else:
            status = "failed"
            crowded = group is not None and group.out_of_processes()
            cause = "processes" if crowded else "signal" if exit_status > 128 else "exit"
        peak = group.peak_bytes() if group is not None else 0
        return {
            "status": status,
            "cause": cause,
            "exit_status": exit_status,
            "stdout": bytes(self.stdout),
            "cpu_s": cpu_s,
            "peak_bytes": max(peak, self.peak_bytes),
        }


def exit_code(status: bytes) -> int | None:
    r"""Return the exit status in bubblewrap's status lines; None when the command never started.

    The first process inside passes it on, and nothing inside is believed: what is no exit status
    counts as a death by signal, never as a sandbox that could not be made.

    Examples
    --------
    >>> exit_code(b'{ "child-pid": 7 }\n{ "exit-code": 3 }\n')
    3
    """
    _, found, rest = status.rpartition(b'"exit-code":')
    if not found:
        return None
    word = rest.strip().rstrip(b"}").strip()
    return int(word) if word.isdigit() and len(word) <= 3 and int(word) < 256 else _KILLED_STATUS


def plain_code(status: bytes, code: int) -> int | None:
    """Return the exit status of a run that no bubblewrap stands before; None when it never began.

    Examples
    --------
    >>> plain_code(b"", 3), plain_code(b"", -9), plain_code(b"PermissionError", 125)
    (3, 137, None)
    """
    return None if status else code if code >= 0 else 128 - code


def last_line(text: bytes) -> str:
    """Return the last line of a program's complaint, printable and short."""
    lines = text[-512:].decode("utf-8", "replace").strip().splitlines() or ["-"]
    return "".join(letter for letter in lines[-1] if letter.isprintable())[:200]


def _pair() -> tuple[int, int]:
    ours, theirs = _socket.socketpair()
    return ours.detach(), theirs.detach()
