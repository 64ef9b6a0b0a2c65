"""Processes under other uids, with this checkout's code, wherever that lies."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.node.alliance import ROOT

DOOR, EXECUTOR, KEEPER, STRANGER = 62_001, 62_002, 62_003, 62_009
PACKAGES = (
    "alembic",
    "cedarpy",
    "cryptography",
    "msgspec",
    "obstore",
    "polars",
    "psycopg",
    "pyarrow",
    "sqlalchemy",
)


@dataclass(frozen=True)
class Interpreter:
    """A Python that every uid can run, and where dure and its packages are for it."""

    program: Path
    path: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": self.path,
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "DURE_LANG": "en",
            "HOME": "/nonexistent",
        }

    def run(self, uid: int, code: str, *arguments: object) -> Any:
        """Run code as a uid; return what it puts into ``answer``, or the error's code."""
        program = (
            "import json, sys\nanswer = None\n"
            + textwrap.dedent(code)
            + "\nprint(json.dumps(answer))"
        )
        done = subprocess.run(
            [str(self.program), "-c", program, *map(str, arguments)],
            user=uid,
            group=uid,
            extra_groups=[],
            cwd="/",
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def works(self) -> bool:
        try:
            return bool(
                self.run(STRANGER, "import dure.node.executor, dure.readers.parse; answer = 1")
            )
        except (AssertionError, OSError):
            return False


@contextmanager
def interpreter(folder: Path) -> Iterator[Interpreter | None]:
    """Give an interpreter for every uid; what lies in one user's home is bound into ``folder``."""
    places = list(dict.fromkeys([ROOT / "src", *map(_folder_of, PACKAGES)]))
    programs = [Path(sys.executable), Path(f"/usr/bin/python3.{sys.version_info.minor}")]
    mounted: list[Path] = []

    def bound(name: str, source: Path) -> Path:
        target = folder / name
        target.mkdir()
        subprocess.run(["mount", "--bind", "-o", "ro", str(source), str(target)], check=True)
        mounted.append(target)
        return target

    try:
        for program in programs:
            plain = Interpreter(program, os.pathsep.join(map(str, places)))
            if program.exists() and plain.works():
                yield plain
                return
        base = bound("python", Path(sys.base_prefix))
        program = base / Path(os.path.realpath(sys.executable)).relative_to(sys.base_prefix)
        found = [bound(f"path{number}", place) for number, place in enumerate(places)]
        made = Interpreter(program, os.pathsep.join(map(str, found)))
        yield made if made.works() else None
    finally:
        for target in mounted:
            subprocess.run(["umount", "-l", str(target)], check=False)


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent.parent
