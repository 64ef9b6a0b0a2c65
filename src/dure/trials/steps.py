"""The steps of a trial that run inside the sandbox: what each is given, and how content gets there."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from dure.governance.house import House, Stream
from dure.sandbox.box import Sink, run
from dure.sandbox.runtime import PACKAGES, installed, processors, python_command
from dure.sandbox.spares import Spares
from dure.sandbox.tasks import MIB, Input, Limits, Outcome, Task
from dure.trials.errors import TrialsError
from dure.trials.manifest import Manifest
from dure.trials.runtimes import RUNTIMES, Runtime
from dure.trials.tasks import TaskType

TIER = "A"
CORES = 2
AHEAD_S = 1.0

SPLIT = "dure.trials.split"
RUNNER = "dure.trials.runner"
SCORING = "dure.trials.scoring"

OWN_LIMITS = Limits(
    wall_s=300,
    cpu_s=600,
    memory_bytes=4096 * MIB,
    output_bytes=4096 * MIB,
    output_files=8,
)
"""Limits of our own steps."""
IMAGE_LIMITS = replace(OWN_LIMITS, wall_s=1800, cpu_s=3600)
"""The same, of a split that decodes images."""

_TRACKEVAL = "trackeval"
_PACKAGES = {
    SPLIT: (*PACKAGES, "pillow"),
    SCORING: (*PACKAGES, "faster-coco-eval", _TRACKEVAL),
}
"""What our own steps are given: one decodes images, the other scores detectors and trackers."""

_BLOCK_BYTES = 1 << 20


@dataclass(slots=True)
class Sealed:
    """Sealed content on its way into one sandbox, under tickets for one run.

    Parameters
    ----------
    house
        The node.
    run
        Id of the run that the content goes to.
    """

    house: House
    run: str
    _open: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            with contextlib.suppress(OSError):
                os.close(self._open.pop())

    def stream(self, asset_id: str, *, purpose: str) -> Iterator[bytes]:
        """Return an asset's content, that fails unless it arrives whole.

        Raises
        ------
        TrialsError
            ``trials.stream``, while it is read.
        """
        stream = self.house.open(asset_id, purpose=purpose, run=self.run)
        self._open.append(stream.fd)
        return _whole(stream, asset_id)


def _whole(stream: Stream, asset_id: str) -> Iterator[bytes]:
    got = 0
    while block := os.read(stream.fd, _BLOCK_BYTES):
        got += len(block)
        if got > stream.size:
            break
        yield block
    if got != stream.size:
        raise TrialsError("trials.stream", name=asset_id[:16], got=got, size=stream.size)


def run_step(
    module: str,
    inputs: Mapping[str, Input],
    limits: Limits,
    *,
    sink: Sink | None = None,
    tier: str = TIER,
    runtime: Runtime | None = None,
) -> Outcome:
    """Run one of our modules inside the sandbox and return how it ended.

    Parameters
    ----------
    module
        `SPLIT`, `RUNNER` or `SCORING`.
    inputs
        Names under ``/in`` and their content.
    limits
        What it may use.
    sink
        As `dure.sandbox.box.run` takes it.
    tier
        Which tier of sandbox.
    runtime
        Whose packages are there; by default those of our own steps.

    Raises
    ------
    SandboxError
        When this host can't make the sandbox; nothing has been run then.
    """
    return run(_task(module, tuple(inputs), limits, runtime), inputs, sink=sink, tier=tier)


@contextlib.contextmanager
def ahead(module: str, limits: Limits, after_s: float = AHEAD_S) -> Iterator[Spares]:
    """Have the sandbox of a later step start meanwhile, for what runs within to be given it.

    Parameters
    ----------
    module, limits
        As `run_step` takes them.
    after_s
        What is over sooner has no use for it, and most that fails does so at once: until then nothing
        is started.
    """
    with Spares() as spares:
        timer = threading.Timer(after_s, spares.prepare, (_task(module, (), limits),))
        timer.start()
        try:
            yield spares
        finally:
            timer.cancel()
            timer.join()


def _task(
    module: str, inputs: tuple[str, ...], limits: Limits, runtime: Runtime | None = None
) -> Task:
    threads = {
        name: str(CORES)
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS")
    }
    # Threads that wait must sleep: spinning on a busy machine was seen to cost minutes.
    threads["OMP_WAIT_POLICY"] = "passive"
    return python_command(
        ("-m", module),
        inputs=inputs,
        environment=threads,
        limits=limits,
        packages=runtime.packages if runtime else _PACKAGES.get(module, True),
        binds=(processors(),) if runtime and runtime.counts_processors else (),
    )


def require_scorer(task: TaskType) -> None:
    """Refuse a task that can't be scored here.

    Raises
    ------
    TrialsError
        ``trials.benchmark`` when what scores tracks is not installed.
    """
    if task is TaskType.TRACKING and not any(installed((_TRACKEVAL,))):
        raise TrialsError("trials.benchmark", part="task", reason="no-trackeval")


def algorithm_limits(manifest: Manifest) -> Limits:
    """Return the limits of an algorithm's sandbox."""
    return Limits(
        wall_s=manifest.wall_s,
        cpu_s=manifest.wall_s * CORES,
        memory_bytes=manifest.memory_mib * MIB,
        output_bytes=256 * MIB,
        output_files=4,
        tmp_bytes=256 * MIB,
    )


def runtime_facts(name: str = "scikit-learn") -> dict[str, str]:
    """Return name, digest and versions of a runtime."""
    return RUNTIMES[name].facts()
