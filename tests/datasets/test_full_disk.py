"""A disk that fills up under the vault or a store: a clear error, and the next try goes well."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dure.core.errors import DureError
from tests.datasets.world import LABEL, World

pytestmark = pytest.mark.root


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Put a folder onto a file system of 24 MiB."""
    kept = folder.with_name(folder.name + ".kept")
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    mounting = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("takes the right to mount a tmpfs")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, free_bytes: int) -> Path:
    """Leave so much room on a disk; return the file that takes the rest."""
    for store in folder.glob("*.db"):
        with sqlite3.connect(store) as connection:  # else its log has room inside itself
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    room, ballast = os.statvfs(folder), folder / "ballast"
    ballast.write_bytes(b"\0" * (room.f_bavail * room.f_frsize - free_bytes))
    return ballast


# Room that is left beside the table's 1.4 MB, and what is refused for want of it.
CASES = [
    ("vault", 256 * 1024, "storage.no-space"),
    ("keeper", 0, "storage.no-space"),
    ("door", 0, "storage.no-space"),
    ("executor", 0, "storage.no-space"),
]


@pytest.mark.parametrize(("folder", "free_bytes", "code"), CASES, ids=[case[0] for case in CASES])
def test_a_full_disk_leaves_no_data_set_and_the_next_try_goes_well(
    world: World, tmp_path: Path, folder: str, free_bytes: int, code: str
) -> None:
    file = tmp_path / "noise.csv"
    file.write_text("n\n" + "\n".join(os.urandom(24).hex() for _ in range(50_000)))
    node = world.copy(tmp_path / "node")
    with small_disk(node.home / folder):
        with node.open() as opened:
            before, listed = node.left(), opened.datasets.list()
            opened.house.links.need("keeper")
            opened.house.links.ask("keeper", "status")
            ballast = fill(node.home / folder, free_bytes)
            with pytest.raises(DureError) as refused:
                opened.datasets.import_(file, label=LABEL)
            assert refused.value.code == code
            assert opened.datasets.list() == listed
            ballast.unlink()
        left = node.left()
        assert left.catalogued == before.catalogued
        if folder != "door":
            assert not left.since(before)
        else:  # sealed before the door's store refused; no list shows it, the next try takes it up
            assert left.versions - before.versions == 1
        with node.open() as opened:
            asset = opened.datasets.import_(file, label=LABEL)
            opened.datasets.export(asset.id, tmp_path / "out")
        after = node.left()
        assert len(after.catalogued - before.catalogued) == 2
        assert after.versions - before.versions == 2
