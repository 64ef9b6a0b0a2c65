"""Positive controls: the same attempts where they can succeed.

``bare`` runs an attempt for this very user outside the sandbox. ``open`` runs it in a weakened box:
bubblewrap with every capability inside its own namespaces, writable folders and no filter, so that
an attempt on mounts, names or files succeeds and still harms nobody.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import dure
from dure.sandbox.bubblewrap import program
from dure.sandbox.runtime import python_command

_SCRIPT = (
    "import json, sys\n"
    "from pathlib import Path\n"
    "from dure.sandbox.probes.inside import main\n"
    "print('FOUND' + json.dumps(main(sys.argv[2:], Path(sys.argv[1]))))"
)


def bare(names: Sequence[str], clues: Mapping[str, object], folder: Path) -> dict[str, list[str]]:
    """Make attempts outside the sandbox, as the present user."""
    path = folder / "clues.json"
    path.write_text(json.dumps(clues))
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(path), *names],
        check=False,
        capture_output=True,
        text=True,
        close_fds=False,
        env={**os.environ, "PYTHONPATH": str(Path(dure.__file__).parent.parent)},
        timeout=60,
    )
    return _found(ended)


def opened(name: str, clues: Mapping[str, object], folder: Path) -> list[str]:
    """Make one attempt in the weakened box."""
    return _found(ended(["-c", _SCRIPT, "/in/clues.json", name], clues, folder))[name]


def ended(
    arguments: Sequence[str], clues: Mapping[str, object], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run Python in the weakened box and return how that ended."""
    task = python_command(arguments, packages=False)
    for part in ("in", "out"):
        (folder / part).mkdir()
    shutil.copytree(Path(dure.__file__).parent / "sandbox", folder / "dure" / "dure" / "sandbox")
    shutil.copytree(Path(dure.__file__).parent / "core", folder / "dure" / "dure" / "core")
    (folder / "dure" / "dure" / "__init__.py").touch()
    (folder / "in" / "clues.json").write_text(json.dumps(clues))
    relative, folders = program()
    words = [str(Path(folders[0]).parent / relative) if len(folders) > 1 else folders[0]]
    words += ["--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    for bind in task.binds:
        if not bind.target.startswith("/dure"):
            words += ["--ro-bind", str(bind.source), bind.target]
    for source, target in (("in", "/in"), ("out", "/out"), ("dure", "/dure")):
        words += ["--bind", str(folder / source), target]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--clearenv"]
    for variable, value in task.environment.items():
        words += ["--setenv", variable, value]
    return subprocess.run(
        [*words, "--", *task.argv], check=False, capture_output=True, text=True, timeout=60
    )


def _found(ended: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    _, mark, text = ended.stdout.partition("FOUND")
    assert mark, ended.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(text)
    return found
