"""Where the positive controls are made: outside the sandbox, or in one with its walls taken down.

Nothing of this host is changed: what is made outside are harmless things on canaries and in a folder
that is thrown away, and the weakened sandbox has every right in namespaces of its own alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dure.sandbox.bubblewrap import program
from dure.sandbox.runtime import python_command
from dure.sandbox.tasks import MIB, Limits
from dure.trials.probes.inside import APART, OUTSIDE, Seen

LOOSE = Limits(
    wall_s=60,
    cpu_s=60,
    memory_bytes=1024 * MIB,
    processes=300,
    output_bytes=64 * MIB,
    output_files=6000,
    tmp_bytes=1100 * MIB,
    stdout_bytes=16 * MIB,
    open_files=1024,
)
"""Limits under which every attempt on resources gets what it wants."""

ENOUGH = {"spin_s": 0.3, "sleep_s": 0.5, "hold_s": 0.05}
"""Seconds of what attempts on resources do where nothing ends them: more than the tight limits."""

_MODULE = "dure.trials.probes.inside"
_HERE = Path(__file__).parent
_WAIT_S = 60


def outside(names: Sequence[str], clues: Mapping[str, object]) -> Seen:
    """Make attempts outside the sandbox, as the present user; nothing is seen of those that broke off."""
    scratch = Path(str(clues["scratch"]))
    path = scratch / "clues.json"
    told = {**clues, "names": list(names), "how": OUTSIDE, "out": str(scratch), "flags": []}
    path.write_text(json.dumps(told), encoding="utf-8")
    paths = dict.fromkeys([str(clues["source"]), *filter(None, sys.path)])  # as they are found here
    _wait(
        subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
    )
    return _read(scratch / "outcomes.json")


def opened(names: Sequence[str], clues: Mapping[str, object]) -> Seen:
    """Make attempts in the weakened sandbox, each with mounts of its own."""
    told = {**clues, "names": list(names), "how": APART, "out": "/out", "scratch": "/tmp"}  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="dure-open-") as folder:
        place = Path(folder)
        own = place / "dure" / "dure" / "trials"
        shutil.copytree(_HERE, own / "probes", ignore=shutil.ignore_patterns("__pycache__"))
        for part in (own, own.parent):
            (part / "__init__.py").touch()
        text = json.dumps(told | {"own_mounts": True})
        start(["-m", _MODULE, "/in/clues.json"], place, {"clues.json": text})
        return _read(place / "out" / "outcomes.json")


def start(
    arguments: Sequence[str], folder: Path, inputs: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run Python in bubblewrap with every right in its own namespaces, writable folders and no filter.

    Parameters
    ----------
    arguments
        What follows ``python3``.
    folder
        Where its ``/in``, ``/out`` and ``/dure`` lie.
    inputs
        Names and texts under ``/in``.
    """
    task = python_command(arguments, packages=False)
    for part in ("in", "out", "dure"):
        (folder / part).mkdir(exist_ok=True)
    for name, text in inputs.items():
        (folder / "in" / name).write_text(text, encoding="utf-8")
    relative, folders = program()
    words = [str(Path(folders[0]).parent / relative) if len(folders) > 1 else folders[0]]
    words += ["--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    words += ["--die-with-parent"]
    for bind in task.binds:
        if not bind.target.startswith("/dure"):
            words += ["--ro-bind", str(bind.source), bind.target]
    for part in ("in", "out", "dure"):
        words += ["--bind", str(folder / part), f"/{part}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--clearenv"]  # noqa: S108
    for variable, value in task.environment.items():
        words += ["--setenv", variable, value]
    return subprocess.run(
        [*words, "--", *task.argv], check=False, capture_output=True, text=True, timeout=_WAIT_S
    )


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read(path: Path) -> Seen:
    try:
        return {name: (one, words) for name, (one, words) in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError):
        return {}
