"""A worker: takes jobs from the queue in fair order and has an engine run them.

Several workers may serve one queue; the bounds hold over all of them. A worker that is killed leaves
nothing behind but leases, which end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dure.core.errors import DureError
from dure.governance.claims import this_process
from dure.governance.jobs.job import Job, Stage
from dure.governance.jobs.queue import Queue
from dure.trials.jobs.engines import Engine

POLL_S = 1.0
SLICE_S = 0.05


@dataclass(slots=True)
class Worker:
    """Serves a queue with one engine.

    Parameters
    ----------
    queue
        The queue, with its bounds.
    engine
        Runs the bodies.
    told
        Called with each job that was taken, and with each that ended or came back.
    stop
        Set by whoever wants the worker to end in order.
    permitted
        Called before each body is started; raises when whoever serves may not any more.
    poll_s
        Seconds between two looks; where a body ends here, the next look is at once.
    """

    queue: Queue
    engine: Engine
    told: Callable[[Job], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    permitted: Callable[[], object] = lambda: None
    poll_s: float = POLL_S
    _mine: set[str] = field(default_factory=set)

    def work(self, *, until_empty: bool) -> None:
        """Serve until told to stop, or until nothing waits and nothing runs.

        Raises
        ------
        TrialJobsError
            ``trials.engine``; the job that could not be started waits again.
        GovernanceError
            As ``permitted`` says it; so does the job then.
        """
        try:
            while not self.stop.is_set():
                self.look()
                if until_empty and not self.queue.listed((Stage.QUEUED, Stage.RUNNING)):
                    break
                self._rest()
        finally:
            self.engine.close(stop=self.stop.is_set())

    def look(self) -> None:
        """Look once: at what ended, at what is to be cancelled, at what is next."""
        running = self.queue.listed((Stage.RUNNING,), self.engine.name)
        living = self.engine.living(running)
        for job in running:
            if job.id not in living:
                self.queue.give_up(job)
            elif job.cancelling:
                self.engine.cancel(job)
        named = [job.id for job in running if job.id in living and job.native_id]
        if named:
            self.queue.keep(named, self.engine.patience_s)
        self._tell()
        me, patience_s = this_process("0"), self.engine.patience_s
        while taken := self.queue.take(me, self.engine.name, patience_s):
            self._start(taken)

    def _rest(self) -> None:
        until = time.monotonic() + self.poll_s
        while (left := until - time.monotonic()) > 0 and not self.engine.has_ended():
            if self.stop.wait(min(left, SLICE_S)):
                return

    def _start(self, job: Job) -> None:
        try:
            self.permitted()
            native_id = self.engine.start(job)
        except DureError:
            self.queue.give_up(job, blame=False)
            raise
        if native_id:
            self.queue.name(job, native_id)
        self._mine.add(job.id)
        self.told(job)

    def _tell(self) -> None:
        for job_id in sorted(self._mine):
            job = self.queue.find(job_id)
            if job.state is not Stage.RUNNING:
                self._mine.discard(job_id)
                self.told(job)
