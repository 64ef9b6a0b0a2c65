"""Running one task in the sandbox: this side of the launcher.

The caller's process may have threads, keys and open files; so it never forks itself. It starts
`dure.sandbox.launcher` as a fresh process that gets three things: the plan, the inputs' descriptors,
and a pipe to answer on.
"""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from dure.core.errors import DureError
from dure.core.system import reason_of
from dure.sandbox import wire
from dure.sandbox.bubblewrap import program
from dure.sandbox.errors import SandboxError
from dure.sandbox.seccomp import filter_program
from dure.sandbox.tasks import Input, Outcome, Task

TIERS = ("A",)

Sink = Callable[[str, Iterator[bytes]], None]
Reader = Callable[[BinaryIO, Callable[[], Outcome]], None]

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


def run(
    task: Task,
    inputs: Mapping[str, Input] | None = None,
    *,
    sink: Sink | None = None,
    reader: Reader | None = None,
    tier: str | None = None,
) -> Outcome:
    r"""Run a task in the sandbox and return how it ended.

    Parameters
    ----------
    task
        What to run.
    inputs
        The content of each of the task's inputs; it is copied into memory that only this run
        sees, never onto a disk. A descriptor is read to its end and stays the caller's.
    sink
        Called with name and blocks of each output of a run that ended well, in order of name, so
        that large outputs need not lie in memory. When it raises, the run is abandoned.
    reader
        Of a task that streams: called while it runs, with the pipe that it writes to, and with what ends
        the reading, waits for the run and returns its outcome. When it raises, the run is abandoned.
    tier
        ``"A"``, or None for the best that there is.

    Returns
    -------
    Outcome
        How it ended. A task that fails or is killed is an outcome, not an error.

    Raises
    ------
    SandboxError
        When the sandbox can't be made (nothing has been run then), an input can't be read or is
        too large, or the task is malformed.

    Examples
    --------
    >>> from dure.sandbox.runtime import python_command
    >>> run(python_command(["-c", "print(6 * 7)"])).stdout
    b'42\n'
    """
    if tier is not None and tier not in TIERS:
        raise SandboxError("sandbox.tier", tier=tier[:16], known=", ".join(TIERS))
    given = dict(inputs or {})
    if set(given) != set(task.inputs) or task.stream != (reader is not None):
        raise SandboxError("sandbox.task", part="given")
    with _Launch(task, given) as launch:
        return launch.outcome(sink) if reader is None else launch.streamed(sink, reader)


def plan_of(
    task: Task, inputs: list[tuple[str, int]], stream: Sequence[int] = ()
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

    Raises
    ------
    SandboxError
        ``sandbox.part-missing``.
    """
    return {
        "root": os.geteuid() == 0,
        "name": f"dure-{secrets.token_hex(8)}",
        "bwrap": program(),
        "seccomp": filter_program(),
        "binds": [(os.fspath(bind.source), bind.target, list(bind.hidden)) for bind in task.binds],
        "inputs": inputs,
        "stream": list(stream),
        "limits": asdict(task.limits),
        "argv": list(task.argv),
        "environment": dict(task.environment),
    }


class _Launch:
    """The launcher process of one run, and the threads that feed it."""

    def __init__(self, task: Task, inputs: Mapping[str, Input]) -> None:
        self._task, self._inputs = task, inputs
        self._open: set[int] = set()
        self._feeders: list[_Feeder] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for descriptor in self._open:
            os.close(descriptor)
        self._open.clear()
        if self._process is not None:
            # The launcher ends by itself, cleaning up, because the pipe to its caller is closed.
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for feeder in self._feeders:
            feeder.join()

    def _start(self) -> None:
        task = self._task
        given = [(name, self._descriptor(name, self._inputs[name])) for name in task.inputs]
        stream: list[int] = []
        if task.stream:
            self._stream, written = (self._keep(descriptor) for descriptor in _wide_pipe())
            stream.append(written)
        plan = plan_of(task, given, stream)
        specification = self._keep(_in_memory("plan", marshal.dumps(plan)))
        self._complaints = self._keep(_in_memory("complaints", b""))
        self._answer, theirs = (self._keep(descriptor) for descriptor in _wide_pipe())
        passed = [specification, theirs, *stream, *(descriptor for _, descriptor in given)]
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
        for descriptor in passed:
            if descriptor in self._open:
                self._close(descriptor)
        for feeder in self._feeders:
            feeder.start()

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
        with os.fdopen(self._stream, "rb", buffering=_PIPE_BYTES) as pipe:

            def ended() -> Outcome:
                pipe.close()  # who still writes must not be waited for
                if not found:
                    found.append(self.outcome(sink))
                return found[0]

            reader(pipe, ended)
            return ended()

    def _read(self, sink: Sink | None) -> Outcome:
        frames = _Frames(wire.frames(self._answer))
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

    def _descriptor(self, name: str, content: Input) -> int:
        if isinstance(content, bytes):
            return self._keep(_in_memory("input", content))
        if isinstance(content, int):
            return content
        if isinstance(content, Path):
            try:
                return self._keep(os.open(content, os.O_RDONLY | os.O_CLOEXEC))
            except OSError as error:
                reason = reason_of(error)
                raise SandboxError("sandbox.source", name=name, reason=reason) from None
        ours, theirs = _wide_pipe()
        self._feeders.append(_Feeder(content, theirs, self._abandon))
        return self._keep(ours)

    def _abandon(self) -> None:
        # Before the pipe is closed: the launcher must never take a broken input for a whole one.
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _keep(self, descriptor: int) -> int:
        self._open.add(descriptor)
        return descriptor

    def _close(self, descriptor: int) -> None:
        self._open.discard(descriptor)
        os.close(descriptor)


class _Feeder(threading.Thread):
    """Feeds chunks into a pipe; when they fail, the run is abandoned first."""

    def __init__(
        self, chunks: Iterable[bytes], descriptor: int, abandon: Callable[[], None]
    ) -> None:
        super().__init__(name="dure-sandbox-feeder", daemon=True)
        self._chunks, self._descriptor, self._abandon = chunks, descriptor, abandon
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for chunk in self._chunks:
                view = memoryview(chunk)
                while view:
                    view = view[os.write(self._descriptor, view) :]
        except BrokenPipeError:
            return
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            self.error = error
            self._abandon()
        finally:
            os.close(self._descriptor)


class _Frames:
    """Frames with one of them held back, so that a file's blocks can be an iterator."""

    def __init__(self, source: Iterator[tuple[bytes, bytes]]) -> None:
        self._source = source
        self._held: tuple[bytes, bytes] | None = None

    def take(self) -> tuple[bytes, bytes]:
        held, self._held = self._held, None
        if held is not None:
            return held
        try:
            return next(self._source)
        except StopIteration:
            raise wire.Broken from None

    def data(self) -> Iterator[bytes]:
        while True:
            kind, payload = self.take()
            if kind != wire.DATA:
                self._held = kind, payload
                return
            yield payload


def _refusal(payload: bytes) -> DureError:
    code, facts = wire.value_of(payload)
    return SandboxError(code, **facts)


def _wide_pipe() -> tuple[int, int]:
    """Return a pipe that holds a block, so that two processes needn't take turns 16 times for it."""
    ours, theirs = os.pipe()
    with contextlib.suppress(OSError):  # a user may have so many pages in pipes, and no more
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ours, theirs


def _in_memory(name: str, content: bytes) -> int:
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, descriptor)
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        stack.pop_all()
    return descriptor


_PATIENCE_S = 15.0
_PIPE_BYTES = 1 << 20
