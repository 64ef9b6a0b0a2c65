"""Which engine runs the bodies of jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dure.governance.jobs.job import Job
from dure.trials.jobs.clusters import PROGRAMS, ClusterEngine
from dure.trials.jobs.engines import LOCAL, Engine, LocalEngine

ENGINES = (LOCAL, *PROGRAMS)


def engine_of(
    name: str, command: Callable[[Job], Sequence[str]], folder: Path, partition: str = ""
) -> Engine:
    """Return the engine of that name.

    Parameters
    ----------
    name
        One of `ENGINES`.
    command
        Gives the words that start the body of a job.
    folder
        The doors' own folder; what is submitted to a cluster lies below it.
    partition
        Queue of the cluster.

    Raises
    ------
    TrialJobsError
        ``trials.engine`` when this machine does not have it.
    """
    if name == LOCAL:
        return LocalEngine(command)
    return ClusterEngine(name, command, folder / "jobs", partition)
