"""One node for the session; each test looks at what changed in it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dure.node.node import Node
from tests.datasets.world import ROOT, World, found


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("alliance")
    with _surroundings(root / "scratch"):
        return found(root)


@pytest.fixture(scope="module", autouse=True)
def _surrounded(world: World) -> Iterator[None]:
    """What a module of this room changes in the environment ends with it: others run after."""
    with _surroundings(world.scratch):
        yield


@contextmanager
def _surroundings(scratch: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        # The node's services are processes of their own: they must find this checkout.
        patch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT}")
        patch.setenv("TMPDIR", str(scratch))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def steward(world: World) -> Iterator[Node]:
    with world.open("bravo.steward") as node:
        yield node


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """A small file that no other test imports, since its own path is in it."""
    file = tmp_path / "holdings.csv"
    file.write_text(f"name,n,place\na,1,{tmp_path.name}\nb,2,\n", encoding="utf-8")
    return file


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MiB; only root can make one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("takes the right to mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
