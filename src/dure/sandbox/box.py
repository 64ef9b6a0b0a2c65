"""Running one task in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping

from dure.sandbox.errors import SandboxError
from dure.sandbox.launching import Launch, Reader, Sink
from dure.sandbox.spares import begun, current
from dure.sandbox.tasks import Input, Outcome, Task

__all__ = ["TIERS", "Reader", "Sink", "run"]

TIERS = ("A", "A+", "B")


def run(
    task: Task,
    inputs: Mapping[str, Input] | None = None,
    *,
    sink: Sink | None = None,
    reader: Reader | None = None,
    imports: tuple[str, ...] | None = None,
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
    imports
        Of a task whose inputs take their time to come: what its module imports late. It is started before
        they are there, and imports that meanwhile. It gets them, as ever, when they are whole.
    tier
        ``"A"``; ``"A+"`` where there is a current gVisor; ``"B"`` where policy lets it
        (`dure.sandbox.tiers`); None is ``"A"``, never less.

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
    launch = _started(task, given, imports, tier or TIERS[0])
    try:
        return launch.outcome(sink) if reader is None else launch.streamed(sink, reader)
    finally:
        launch.close()


def _started(
    task: Task, inputs: Mapping[str, Input], imports: tuple[str, ...] | None, tier: str
) -> Launch:
    spares = current() if tier == TIERS[0] else None
    launch = spares.take(task, inputs) if spares is not None else None
    if launch is None and imports is not None and tier == TIERS[0]:
        launch = begun(task, inputs, imports)
    if launch is None:
        launch = Launch(task, tier)
        try:
            launch.start(inputs)
        except BaseException:
            launch.close()
            raise
    return launch
