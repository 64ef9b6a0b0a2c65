"""The launcher from this side: the process of one run, what it is told, and what it answers.

The caller's process may have threads, keys and open files; so it never forks itself. It starts
`dure.sandbox.launcher` as a fresh process that gets three things: the plan, the inputs' descriptors,
and a pipe to answer on. A spare gets its inputs later, over a socket of its own.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from dure.core.errors import DureError
from dure.core.system import reason_of
from dure.sandbox import gvisor, tier_b, wire
from dure.sandbox.bubblewrap import program
from dure.sandbox.errors import SandboxError
from dure.sandbox.feeding import PIPE_BYTES, Feeder, in_memory, wide_pipe
from dure.sandbox.seccomp import filter_program
from dure.sandbox.tasks import Input, Outcome, Task

Sink = Callable[[str, Iterator[bytes]], None]
Reader = Callable[[BinaryIO, Callable[[], Outcome]], None]

SPARE_INPUTS = 64
"""How many inputs a spare can be given."""

_SOURCE = str(Path(__file__).resolve().parent.parent)
_START = """
import sys
package = type(sys)("dure")
package.__path__ = [sys.argv[1]]
sys.modules["dure"] = package
from dure.sandbox.launcher import main
main(sys.argv[2:])
import os
os._exit(0)
"""
"""Starts the launcher with a bare package in place of ours, which would import what it needs not."""

_CHANGED = {"A+": gvisor.changed, "B": tier_b.changed}
_CLAIM = b"c"
_ORDER = b"o"
_CLAIM_S = 20.0
"""One that has ended answers at once, by the end of its pipe; this is for a host too busy to answer."""
_PATIENCE_S = 15.0


def plan_of(
    task: Task,
    inputs: list[tuple[str, int]],
    stream: Sequence[int] = (),
    *,
    control: Sequence[int] = (),
    spare_s: float = 0,
) -> dict[str, object]:
    """Return what the launcher is told: plain values only.

    Parameters
    ----------
    task
        What to run.
    inputs
        Name and descriptor of each input, in order.
    stream
        The descriptor that a task that streams writes to.
    control
        Of a spare: the socket on which it is taken.
    spare_s
        How long a spare waits; 0 for a run that begins at once.

    Raises
    ------
    SandboxError
        ``sandbox.part-missing``.
    """
    return {
        "tier": "A",
        "root": os.geteuid() == 0,
        "name": f"dure-{secrets.token_hex(8)}",
        "bwrap": program(),
        "seccomp": filter_program(),
        "binds": [(os.fspath(bind.source), bind.target, list(bind.hidden)) for bind in task.binds],
        "inputs": inputs,
        "most_inputs": SPARE_INPUTS if spare_s else len(inputs),
        "stream": list(stream),
        "control": list(control),
        "spare": spare_s,
        "limits": asdict(task.limits),
        "argv": list(task.argv),
        "environment": dict(task.environment),
    }


class Launch:
    """The launcher process of one run, and the threads that feed it.

    Parameters
    ----------
    task
        What to run.
    tier
        In which tier.
    """

    def __init__(self, task: Task, tier: str = "A") -> None:
        self._task, self._tier = task, tier
        self._open: set[int] = set()
        self._feeders: list[Feeder] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False

    def start(self, inputs: Mapping[str, Input]) -> None:
        """Start the run.

        Raises
        ------
        SandboxError
            ``sandbox.source`` or ``sandbox.part-missing``.
        """
        given = self._descriptors(self._task.inputs, inputs)
        stream = self._streams()
        plan = plan_of(self._task, given, stream)
        if self._tier != "A":
            plan = _CHANGED[self._tier](plan, self._task)
        self._launch(plan, [*stream, *(one for _, one in given)])
        self._feed()

    def start_spare(self, spare_s: float) -> None:
        """Start a run that waits for its inputs and the rest of its command.

        Parameters
        ----------
        spare_s
            How long at most.
        """
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs:
            stream, control = self._streams(), [theirs.fileno()]
            plan = plan_of(self._task, [], stream, control=control, spare_s=spare_s)
            self._launch(plan, [*stream, *control])

    def is_ready(self, wait_s: float = 0) -> bool:
        """Say of a spare whether its imports are done."""
        if not self._ready and select.select([self._answer], [], [], wait_s)[0]:
            with contextlib.suppress(wire.Broken):
                self._ready = self._frames.take()[0] == wire.READY
        return self._ready

    def claim(self) -> bool:
        """Take a spare for one run. Say whether it is still there; nothing was given to it yet."""
        assert self._control is not None  # noqa: S101 (for the type checker)
        try:
            self._control.send(_CLAIM)
            while select.select([self._answer], [], [], _CLAIM_S)[0]:
                kind, _ = self._frames.take()
                if kind != wire.READY:
                    return kind == wire.TAKEN
        except (OSError, wire.Broken):
            return False
        return False

    def hand_over(
        self, arguments: Sequence[str], names: Sequence[str], inputs: Mapping[str, Input]
    ) -> None:
        """Give a claimed spare what it is to do, and its inputs.

        Parameters
        ----------
        arguments
            The rest of its command.
        names
            Names under ``/in``, in order.
        inputs
            Their content.

        Raises
        ------
        SandboxError
            ``sandbox.source``.
        """
        assert self._control is not None  # noqa: S101
        given = self._descriptors(names, inputs)
        order = in_memory("order", marshal.dumps((list(arguments), list(names))))
        self._open.add(order)
        passed = [order, *(descriptor for _, descriptor in given)]
        # A launcher that is gone by now is found out by its answer.
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [_ORDER], passed)
        self._close_given(passed)
        self._feed()

    def outcome(self, sink: Sink | None) -> Outcome:
        """Read the launcher's answer to its end."""
        try:
            return self._read(sink)
        except wire.Broken:
            for feeder in self._feeders:
                feeder.join()
                if feeder.error is not None:
                    raise feeder.error from None
            raise SandboxError("sandbox.launcher", **self._last_words()) from None

    def streamed(self, sink: Sink | None, reader: Reader) -> Outcome:
        """Have the stream read while the run lasts, then read the launcher's answer."""
        found: list[Outcome] = []
        self._open.discard(self._stream)
        with os.fdopen(self._stream, "rb", buffering=PIPE_BYTES) as pipe:

            def ended() -> Outcome:
                pipe.close()  # who still writes must not be waited for
                if not found:
                    found.append(self.outcome(sink))
                return found[0]

            reader(pipe, ended)
            return ended()

    def close(self) -> None:
        """Let go of everything; a run that still goes on ends."""
        for descriptor in self._open:
            os.close(descriptor)
        self._open.clear()
        if self._control is not None:
            self._control.close()
        if sum(feeder.withdraw() for feeder in self._feeders):
            self._abandon()  # it would wait for what never comes
        if self._process is not None:
            # The launcher ends by itself, cleaning up, because the pipe to its caller is closed.
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                _kill(self._process)
                self._process.wait()
        for feeder in self._feeders:
            feeder.let_go()

    def _streams(self) -> list[int]:
        if not self._task.stream:
            return []
        self._stream, written = (self._keep(descriptor) for descriptor in wide_pipe())
        return [written]

    def _launch(self, plan: dict[str, object], passed: list[int]) -> None:
        specification = self._keep(in_memory("plan", marshal.dumps(plan)))
        self._complaints = self._keep(in_memory("complaints", b""))
        self._answer, theirs = (self._keep(descriptor) for descriptor in wide_pipe())
        self._frames = wire.Frames(self._answer)
        passed = [specification, theirs, *passed]
        self._process = subprocess.Popen(
            [
                getattr(sys, "_base_executable", None) or sys.executable,
                "-I",
                "-S",
                *(["-B"] if sys.dont_write_bytecode else []),
                "-c",
                _START,
                _SOURCE,
                str(specification),
                str(theirs),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            pass_fds=passed,
            env={},
            cwd="/",
        )
        self._close_given(passed)

    def _read(self, sink: Sink | None) -> Outcome:
        frames = self._frames
        kind, payload = frames.take()
        if kind == wire.REFUSED:
            raise _refusal(payload)
        report = wire.value_of(payload)
        kept: dict[str, bytes] = {}
        kind, payload = frames.take()
        while kind == wire.FILE:
            name, blocks = payload.decode("ascii"), frames.data()
            if sink is None or report["status"] != "done":
                kept[name] = b"".join(blocks)
            else:
                sink(name, blocks)
                for _ in blocks:
                    pass
            kind, payload = frames.take()
        refused = tuple((str(name), str(reason)) for name, reason in wire.value_of(payload))
        return Outcome(outputs=kept, refused=refused, **report)

    def _last_words(self) -> dict[str, object]:
        assert self._process is not None  # noqa: S101 (for the type checker)
        status = self._process.wait()
        os.lseek(self._complaints, 0, os.SEEK_SET)
        text = os.read(self._complaints, 1 << 16).decode("utf-8", "replace").strip()
        if not text:
            return {"status": status, "reason": "silent"}
        return {"status": status, "reason": "said", "detail": text.splitlines()[-1][:200]}

    def _descriptors(
        self, names: Sequence[str], inputs: Mapping[str, Input]
    ) -> list[tuple[str, int]]:
        return [(name, self._descriptor(name, inputs[name])) for name in names]

    def _descriptor(self, name: str, content: Input) -> int:
        if isinstance(content, bytes):
            return self._keep(in_memory("input", content))
        if isinstance(content, int):
            return content
        if isinstance(content, Path):
            try:
                return self._keep(os.open(content, os.O_RDONLY | os.O_CLOEXEC))
            except OSError as error:
                reason = reason_of(error)
                raise SandboxError("sandbox.source", name=name, reason=reason) from None
        ours, theirs = wide_pipe()
        self._feeders.append(Feeder(content, theirs, self._abandon))
        return self._keep(ours)

    def _feed(self) -> None:
        for feeder in self._feeders:
            feeder.start()

    def _abandon(self) -> None:
        # Before the pipe is closed: the launcher must never take a broken input for a whole one.
        if self._process is not None:
            _kill(self._process)
            self._process.wait()

    def _keep(self, descriptor: int) -> int:
        self._open.add(descriptor)
        return descriptor

    def _close_given(self, passed: Sequence[int]) -> None:
        for descriptor in passed:
            if descriptor in self._open:
                self._open.discard(descriptor)
                os.close(descriptor)


def _kill(launcher: subprocess.Popen[bytes]) -> None:
    """Kill the launcher and what it has begun.

    Of its children bubblewrap's second process, before it asks to die with the first, would outlive
    them, and hold the stream open. It is in the launcher's own process group until then. A launcher that
    has no group yet has no child either; until it is waited for, its number is nobody else's.
    """
    for _ in range(2):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(launcher.pid, signal.SIGKILL)
        launcher.kill()


def _refusal(payload: bytes) -> DureError:
    code, facts = wire.value_of(payload)
    return SandboxError(code, **facts)
