"""The body of a job: what ``dure trials run-job ID`` does, wherever it was started.

A thread renews the job's lease and learns from that whether the attempt must stop: cancelled, or
superseded by a later one. Then, and when a worker or a cluster sends SIGTERM, the main thread stops: at
once where it waits for a sandbox, which ends with its caller, else before the next step, so that no
message to the keeper or the executor is left half read. The result of the run and the end of the job
are one transaction.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from sqlalchemy import Connection

from dure.core.errors import DureError
from dure.governance.claims import this_process
from dure.governance.house import House
from dure.governance.jobs.errors import JobsError
from dure.governance.jobs.job import Claim, Job
from dure.governance.jobs.queue import Queue
from dure.trials.jobs.queueing import queue_of
from dure.trials.run import run

LEASE_S = 60
BEAT_S = 10.0

_WAITING = ("dure.sandbox.launching", "outcome")
_OURS = 500
"""From this HTTP status on an error tells of the node or the host, and may be over the next time."""


class _StoppedError(BaseException):
    """The attempt must stop; not an `Exception`, so that nothing on the way takes it for one."""


def run_job(house: House, job_id: str, *, beat_s: float = BEAT_S) -> Job:
    """Do the work of a job that a worker has taken; return the job as it is then.

    Parameters
    ----------
    house
        The node, acting for whoever put the job.
    job_id
        Whole id of the job, which is the run's.
    beat_s
        Seconds between two renewals of the lease.

    Raises
    ------
    JobsError
        ``jobs.unknown``; ``jobs.claim`` when there is nothing to do, or the attempt was superseded.
    DureError
        What the run was refused with. The job has failed for that reason then; where the reason is the
        node's or the host's, it waits again, three times at most.
    """
    queue = queue_of(house)
    claim = queue.begin(job_id, this_process(job_id), LEASE_S)
    attempt = _Attempt(queue, claim)
    try:
        with attempt.stoppable(beat_s):
            _run(house, queue.find(job_id).arguments, attempt)
    except _StoppedError:
        return queue.give_back(claim)
    except JobsError:
        raise
    except DureError as error:
        queue.fail(claim, error.code, again=error.spec.http_status >= _OURS)
        raise
    return queue.find(job_id)


def _run(house: House, arguments: Mapping[str, Any], attempt: _Attempt) -> None:
    def ending(connection: Connection) -> None:
        attempt.queue.finish(connection, attempt.claim, {"run": attempt.claim.id})

    run(
        house,
        arguments["submission"],
        arguments["benchmark"],
        seed=arguments["seed"],
        progress=attempt.says,
        run_id=attempt.claim.id,
        ending=ending,
    )


@dataclass(slots=True)
class _Attempt:
    queue: Queue
    claim: Claim
    stopping: bool = False
    _over: threading.Event = field(default_factory=threading.Event)

    def says(self, progress: str) -> None:
        """Note the step under way; stop here when the attempt must not go on."""
        if self.stopping:
            raise _StoppedError
        try:
            self.queue.renew(self.claim, LEASE_S, progress)
        except JobsError as error:
            if error.facts["reason"] == "cancelled":
                raise _StoppedError from None
            raise

    @contextmanager
    def stoppable(self, beat_s: float) -> Iterator[None]:
        """Renew the lease while the body runs, and stop it when told so."""
        before = signal.signal(signal.SIGTERM, self._stop)
        heart = threading.Thread(target=self._beat, args=(beat_s,), daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._over.set()
            heart.join()
            signal.signal(signal.SIGTERM, before)

    def _beat(self, beat_s: float) -> None:
        while not self._over.wait(beat_s):
            try:
                self.queue.renew(self.claim, LEASE_S)
            except JobsError:
                self.stopping = True
            except DureError:
                continue  # a store that can't be reached now; the lease may still hold when it can
            if self.stopping:  # again at each beat: the last time may have been no time to stop at
                os.kill(os.getpid(), signal.SIGTERM)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number
        self.stopping = True
        if _waits_for_sandbox(frame):
            raise _StoppedError


def _waits_for_sandbox(frame: FrameType | None) -> bool:
    """Say whether a run goes on that was begun whole, and whose end is waited for."""
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) == _WAITING:
            return True
        frame = frame.f_back
    return False
