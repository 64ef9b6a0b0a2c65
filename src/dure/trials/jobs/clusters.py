"""Beyond one machine: bodies of jobs on a cluster, through PSI/J (psij-python).

What goes to the scheduler is one command line, ``dure … trials run-job ID``. Nothing else crosses: no
code, no pickled object, no data; the job's body opens the node as any door does and has its content
streamed into its sandbox. Where the scheduler starts a body twice (a node was lost and the job queued
again), the later attempt supersedes the earlier.

The queue's own leases say what lives; the scheduler is asked at each look which jobs it still knows.
PSI/J's polling thread is not used.

Source: PSI/J specification, https://exaworks.org/job-api-spec/specification.html
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from dure.governance.jobs.job import Job
from dure.trials.jobs.errors import TrialJobsError

PROGRAMS = {"slurm": "sbatch", "pbs": "qsub"}
"""Scheduler -> the program that submits to it. Slurm is tested; PBS goes the same way and is not."""

LONGEST = timedelta(hours=2)
CORES = 2

_INHERITED = ("PATH", "PYTHONPATH", "LANG", "DURE_LANG", "SLURM_CONF")
_LEFT = frozenset({".ec", ".nodefile", ".out"})
"""What a job's script leaves; what the body said is in there too, which is ids and states alone."""
_WAIT_S = 30.0
_PATIENCE_S = 15 * 60


@dataclass(slots=True)
class ClusterEngine:
    """Runs each body as a job of a cluster.

    Parameters
    ----------
    name
        ``slurm`` or ``pbs``.
    command
        Gives the words that start the body of a job, on any machine of the cluster.
    folder
        For the scripts that are submitted, on every machine of the cluster.
    partition
        Queue of the cluster; "" means its usual one.
    """

    name: str
    command: Callable[[Job], Sequence[str]]
    folder: Path
    partition: str = ""
    _executor: Any = field(init=False)

    def __post_init__(self) -> None:
        if shutil.which(PROGRAMS[self.name]) is None:
            raise self._refusal("no-program")
        try:
            from psij import JobExecutor
        except ImportError:
            raise self._refusal("no-part") from None
        self._executor = JobExecutor.get_instance(self.name, config=self._settings())

    @property
    def patience_s(self) -> int:
        """As `dure.trials.jobs.engines.Engine.patience_s`."""
        return _PATIENCE_S

    def start(self, job: Job) -> str:
        """As `dure.trials.jobs.engines.Engine.start`."""
        import psij

        program, *arguments = self.command(job)
        attributes = psij.JobAttributes(duration=LONGEST, queue_name=self.partition or None)
        wanted = psij.Job(
            psij.JobSpec(
                name=f"dure-{job.id[:8]}",
                executable=program,
                arguments=arguments,
                directory=self.folder,
                inherit_environment=False,
                environment={n: os.environ[n] for n in _INHERITED if n in os.environ},
                resources=psij.ResourceSpecV1(node_count=1, cpu_cores_per_process=CORES),
                attributes=attributes,
            )
        )
        try:
            self._executor.submit(wanted)
        except psij.SubmitException:
            raise self._refusal("refused") from None
        finally:  # the scheduler has a copy
            (self.folder / self.name / f"{wanted.id}.job").unlink(missing_ok=True)
        return str(wanted.native_id)

    def living(self, jobs: Iterable[Job]) -> set[str]:
        """As `dure.trials.jobs.engines.Engine.living`; a job that was never named lives by its lease."""
        running = list(jobs)
        if not any(job.native_id for job in running):
            return {job.id for job in running}
        known = self._known()
        return {job.id for job in running if not job.native_id or job.native_id in known}

    def has_ended(self) -> bool:
        """As `dure.trials.jobs.engines.Engine.has_ended`; here only the scheduler knows."""
        return False

    def cancel(self, job: Job) -> None:
        """As `dure.trials.jobs.engines.Engine.cancel`; of one that runs, its lease's renewal tells it."""
        if job.native_id and not job.progress:
            self._said(self._executor.get_cancel_command(job.native_id))

    def close(self, *, stop: bool) -> None:
        """As `dure.trials.jobs.engines.Engine.close`; jobs on the cluster go on."""
        del stop
        with suppress(TrialJobsError):
            self._known()

    def _known(self) -> set[str]:
        """Return the jobs that the scheduler knows and that have not ended; tidy up after the others."""
        status, out = self._said(self._executor.get_status_command([]))
        if self.name == "slurm":
            out = _without_reasons(out)
        try:
            found = self._executor.parse_status_output(status, out)
        except (AssertionError, RuntimeError, StopIteration):
            raise self._refusal("silent") from None
        known = {native for native, told in found.items() if not told.state.final}
        for path in (self.folder / self.name).glob("*.*"):
            if path.suffix in _LEFT and path.stem not in known:
                path.unlink(missing_ok=True)
        return known

    def _said(self, command: Sequence[str]) -> tuple[int, str]:
        try:
            done = subprocess.run(
                list(command), capture_output=True, text=True, timeout=_WAIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            raise self._refusal("silent") from None
        return done.returncode, done.stdout

    def _settings(self) -> Any:
        from psij.executors.batch.batch_scheduler_executor import BatchSchedulerExecutorConfig

        self.folder.mkdir(mode=0o700, exist_ok=True)
        return BatchSchedulerExecutorConfig(
            work_directory=self.folder,
            initial_queue_polling_delay=3600,
            queue_polling_interval=3600,
        )

    def _refusal(self, reason: str) -> TrialJobsError:
        return TrialJobsError("trials.engine", engine=self.name, reason=reason)


def _without_reasons(out: str) -> str:
    """Return what squeue said with the same reason everywhere; PSI/J stumbles over one of several words."""
    heading, *rows = out.splitlines() or [""]
    return "\n".join([heading, *(" ".join([*row.split()[:2], "Resources"]) for row in rows)])
