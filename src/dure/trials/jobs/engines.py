"""What runs the bodies of jobs: child processes of the worker here, a cluster elsewhere."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from dure.governance.jobs.job import Job

LOCAL = "local"
END_S = 30.0
BEGIN_S = 120


class Engine(Protocol):
    """Starts and stops the bodies of jobs."""

    @property
    def name(self) -> str:
        """What it is called in the queue: ``local``, ``slurm``, ``pbs``."""

    @property
    def patience_s(self) -> int:
        """For how long a job that was taken may wait here before it begins, unless it is known to wait."""

    def start(self, job: Job) -> str:
        """Start the body of a job; return what the job is called here from now on, or "".

        Raises
        ------
        TrialJobsError
            ``trials.engine``.
        """

    def living(self, jobs: Iterable[Job]) -> set[str]:
        """Return those of these running jobs whose bodies wait or run here.

        Raises
        ------
        TrialJobsError
            ``trials.engine`` when that can't be known now.
        """

    def has_ended(self) -> bool:
        """Say whether a body of this process's own has ended since `living` was asked."""

    def cancel(self, job: Job) -> None:
        """Have a job's body stop soon."""

    def close(self, *, stop: bool) -> None:
        """Let go; ``stop`` also of the bodies, in order."""


@dataclass(slots=True)
class LocalEngine:
    """Runs each body as a child process.

    The children are in sessions of their own: they outlive a worker that is killed, and end their jobs
    themselves.

    Parameters
    ----------
    command
        Gives the words that start the body of a job.
    """

    command: Callable[[Job], Sequence[str]]
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As `Engine.name`."""
        return LOCAL

    @property
    def patience_s(self) -> int:
        """As `Engine.patience_s`."""
        return BEGIN_S

    def start(self, job: Job) -> str:
        """As `Engine.start`."""
        self._children[job.id] = subprocess.Popen(
            list(self.command(job)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        return ""

    def living(self, jobs: Iterable[Job]) -> set[str]:
        """As `Engine.living`; of another worker's children their leases tell."""
        ended = [name for name, child in self._children.items() if child.poll() is not None]
        for name in ended:
            del self._children[name]
        return {job.id for job in jobs if job.id not in ended}

    def has_ended(self) -> bool:
        """As `Engine.has_ended`."""
        return any(child.poll() is not None for child in self._children.values())

    def cancel(self, job: Job) -> None:
        """As `Engine.cancel`."""
        if job.id in self._children:
            self._children[job.id].send_signal(signal.SIGTERM)

    def close(self, *, stop: bool) -> None:
        """As `Engine.close`; a body that does not stop is killed, and its job comes back."""
        for child in self._children.values():
            if stop:
                child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(END_S if stop else None)
            child.kill()
            child.wait()
        self._children.clear()
