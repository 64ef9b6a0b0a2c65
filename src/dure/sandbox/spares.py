"""Spare sandboxes: started and imported before anybody needs them, without data, each used once.

Starting a sandbox whose program imports the packages takes most of a second of processor time. Who
knows which sandbox comes next has it started meanwhile (`Spares.prepare`); who starts the same again
and again keeps some ready (`Spares.keep`). Whoever runs such a task within ``with Spares()`` is given a
spare, when there is a fitting one; else the run starts as ever. So nothing depends on a spare.

Each is a sandbox of its own from the beginning: it has no data until it is taken, shares no memory with
another, and ends after one run. What it may use is bounded as ever: memory and processor time over its
whole life, the clock from when it is taken. A verdict is the same with a spare and without.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from dure.sandbox.errors import SandboxError
from dure.sandbox.launching import SPARE_INPUTS, Launch
from dure.sandbox.runtime import OWN, PYTHON_FLAGS
from dure.sandbox.tasks import Bind, Input, Task

MOST = 4
AGE_S = 600.0

_OURS = "dure."
_WAITER = "dure.sandbox.waiter"
_COMMAND = len(PYTHON_FLAGS) + 2
_MOST_ARGUMENT_BYTES = 1 << 16  # what a socket takes at once
_Key = tuple[object, ...]
_Signs = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class _Spare:
    launch: Launch
    signs: _Signs
    until: float


class Spares:
    """Spare sandboxes of this process; the thread that has entered it has its runs be given them.

    Parameters
    ----------
    most
        How many there may be at one time, of all kinds together.
    age_s
        How long one may wait for its run.

    Examples
    --------
    >>> from dure.sandbox.box import run
    >>> from dure.sandbox.runtime import python_command
    >>> task = python_command(["-m", "dure.readers.worker", "csv", "{}"], inputs=["raw"])
    >>> with Spares() as spares:
    ...     spares.prepare(task)
    ...     run(task, {"raw": b"a"}).status
    'failed'
    """

    def __init__(self, *, most: int = MOST, age_s: float = AGE_S) -> None:
        self._most, self._age_s = most, age_s
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._ready: dict[_Key, deque[_Spare]] = {}
        self._kept: dict[_Key, tuple[int, tuple[str, ...]]] = {}
        self._open = True
        self.taken = 0

    def __enter__(self) -> Self:
        self._token = _CURRENT.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _CURRENT.reset(self._token)
        self.close()

    def prepare(self, task: Task, count: int = 1, *, imports: tuple[str, ...] = ()) -> None:
        """Start spares for a task that comes soon, unless there are enough; errors show when it comes.

        Parameters
        ----------
        task
            Any that differs from it only in its arguments and inputs can be given the spare.
        count
            How many there are to be.
        imports
            What a spare imports besides the task's module, which may import some things late.
        """
        key = _key(task)
        if key is None or os.getpid() != self._process:
            return
        with self._lock, suppress(SandboxError, OSError):
            ready = self._ready.setdefault(key, deque())
            while (
                self._open
                and len(ready) < count
                and sum(map(len, self._ready.values())) < self._most
            ):
                ready.append(self._started(task, imports))

    def keep(self, task: Task, count: int = 1, *, imports: tuple[str, ...] = ()) -> None:
        """Have so many spares for a task, now and whenever one has been taken.

        Parameters
        ----------
        task, count, imports
            As `prepare` takes them.
        """
        key = _key(task)
        if key is not None:
            self._kept[key] = count, imports
            self.prepare(task, count, imports=imports)

    def take(self, task: Task, inputs: Mapping[str, Input]) -> Launch | None:
        """Return a spare that has begun with a task, or None when there is none for it."""
        key = _key(task)
        arguments = task.argv[_COMMAND:]
        if (
            key is None
            or os.getpid() != self._process
            or len(task.inputs) > SPARE_INPUTS
            or sum(map(len, arguments)) > _MOST_ARGUMENT_BYTES // 4
        ):
            return None
        launch = self._claimed(key, task)
        if launch is None:
            return None
        self.taken += 1
        if kept := self._kept.get(key):
            # Not in the way of the run that was just given one.
            again = partial(self.prepare, task, kept[0], imports=kept[1])
            threading.Thread(target=again, name="dure-sandbox-spares", daemon=True).start()
        try:
            launch.hand_over(arguments, task.inputs, inputs)
        except BaseException:
            launch.close()
            raise
        return launch

    def wait(self, wait_s: float = 60.0) -> bool:
        """Wait until the imports of all spares are done; say whether they are."""
        until = time.monotonic() + wait_s
        with self._lock:
            return all(
                spare.launch.is_ready(max(0.0, until - time.monotonic()))
                for ready in self._ready.values()
                for spare in ready
            )

    def close(self) -> None:
        """Throw all spares away."""
        with self._lock:
            self._open = False
            self._kept.clear()
            thrown = [spare for ready in self._ready.values() for spare in ready]
            self._ready.clear()
        if os.getpid() == self._process:
            for spare in thrown:
                spare.launch.close()

    def _claimed(self, key: _Key, task: Task) -> Launch | None:
        while True:
            with self._lock:
                ready = self._ready.get(key)
                if not ready:
                    return None
                spare = ready.popleft()
            fresh = spare.until > time.monotonic() and spare.signs == _signs(task.binds)
            if fresh and spare.launch.claim():
                return spare.launch
            spare.launch.close()

    def _started(self, task: Task, imports: tuple[str, ...]) -> _Spare:
        module = task.argv[_COMMAND - 1]
        waiting = (*task.argv[: _COMMAND - 1], _WAITER, module, *imports)
        launch = Launch(replace(task, argv=waiting, inputs=()))
        signs = _signs(task.binds)
        try:
            launch.start_spare(self._age_s)
        except BaseException:
            launch.close()
            raise
        return _Spare(launch, signs, time.monotonic() + self._age_s)


_CURRENT: ContextVar[Spares | None] = ContextVar("spares", default=None)


def current() -> Spares | None:
    """Return the spares that runs are given here, if there are any."""
    return _CURRENT.get()


def begun(task: Task, inputs: Mapping[str, Input], imports: tuple[str, ...]) -> Launch | None:
    """Return a run that imports while its inputs are still coming; None when it has to begin as ever."""
    own = Spares(most=1)
    try:
        own.prepare(task, imports=imports)
        return own.take(task, inputs)
    finally:
        own.close()


def _key(task: Task) -> _Key | None:
    """Return what a spare for a task has in common with it: all but arguments and inputs."""
    command = task.argv[:_COMMAND]
    if len(command) < _COMMAND or command[:-2] != PYTHON_FLAGS or command[-2] != "-m":
        return None
    if not command[-1].startswith(_OURS):
        return None
    environment = tuple(sorted(task.environment.items()))
    return (command, task.binds, environment, task.limits, task.stream)


def _signs(binds: tuple[Bind, ...]) -> _Signs:
    """Return signs by which it shows that what is bound has been replaced: our source by its folders.

    Installers and version control put a new file in an old one's place, which its folder tells. To look
    at each file would take as long as all the rest of a hand-over.
    """
    return tuple(
        (path, facts.st_ino, facts.st_mtime_ns) for bind in binds for path, facts in _facts(bind)
    )


def _facts(bind: Bind) -> Iterator[tuple[str, os.stat_result]]:
    with suppress(OSError):  # what has gone is missed in the signs
        yield bind.target, bind.source.stat()
        for folder in _own_folders(bind.source) if bind.target == OWN else ():
            yield str(folder), folder.stat()


@cache
def _own_folders(root: Path) -> tuple[Path, ...]:
    return tuple(Path(folder) for folder, _, _ in os.walk(root) if "__pycache__" not in folder)
