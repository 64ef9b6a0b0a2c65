"""Convert pickled weights to safetensors, inside the sandbox alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dure.core.system import reason_of
from dure.sandbox.tasks import MIB, Limits
from dure.trials import steps
from dure.trials.developing.conversion import REASONS, RESULT, SAID, WEIGHTS
from dure.trials.errors import TrialsError
from dure.trials.runtimes import RUNTIMES

MODULE = "dure.trials.developing.conversion"
MOST_BYTES = 1024 * MIB

_LIMITS = Limits(
    wall_s=120, cpu_s=120, memory_bytes=4096 * MIB, output_bytes=1100 * MIB, output_files=2
)


def convert(path: Path) -> tuple[bytes, int]:
    """Return the arrays of a pickle as the bytes of a safetensors file, and how many they are.

    Parameters
    ----------
    path
        A pickle of arrays, or what ``torch.save`` wrote of a state dictionary; at most 1 GiB.

    Raises
    ------
    TrialsError
        ``trials.convert``: nothing of the file but arrays is ever rebuilt.
    SandboxError
        When this host can't make the sandbox.

    Source
    ------
    safetensors format, header of JSON and flat data.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise TrialsError("trials.convert", reason=reason_of(error)) from None
    if len(data) > MOST_BYTES:
        raise TrialsError("trials.convert", reason="too-large")
    ended = steps.run_step(MODULE, {WEIGHTS: data}, _LIMITS, runtime=RUNTIMES["plain"])
    said = _said(ended.outputs.get(SAID, b"")) if ended.status == "done" else {}
    if said.get("refused") in REASONS:
        raise TrialsError("trials.convert", reason=said["refused"])
    if RESULT not in ended.outputs or type(said.get("arrays")) is not int:
        raise TrialsError("trials.convert", reason="not-a-pickle")
    return ended.outputs[RESULT], said["arrays"]


def _said(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data) if len(data) < 256 else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
