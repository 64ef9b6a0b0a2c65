"""Killed at any step of an import: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dure.node.errors import NodeError
from dure.node.node import Node
from tests.datasets.world import LABEL, ROOT, World

# In order: intent, table sealed, table recorded, document sealed, document recorded, outcome.
POINTS = [
    "dataset.import.begun",
    "vault.page.written",
    "keeper.remembered",
    "house.sealed",
    "dataset.table-sealed",
    "house.sealed:2",
    "dataset.sealed",
    "dataset.import.done",
]


def door(world: World, file: Path, fault: str) -> subprocess.CompletedProcess[bytes]:
    """Import in a process of its own, which dies at the fault point, or its service does."""
    return subprocess.run(
        [sys.executable, "-m", "tests.datasets.importing_child", world.home, file, LABEL],
        cwd=ROOT,
        env=os.environ | {"DURE_FAULT": fault},
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("fault", POINTS)
def test_an_import_that_was_killed_is_taken_up_again(
    world: World, steward: Node, csv: Path, fault: str
) -> None:
    before = world.left()
    names = {row["name"] for row in steward.datasets.list()}
    file = csv.rename(csv.with_name(f"{csv.parent.name}.csv"))
    assert file.stem not in names

    died = door(world, file, fault)
    if fault.startswith(("vault.", "keeper.")):
        assert NodeError.__name__.encode() in died.stderr, "the door says that its keeper is gone"
    else:
        assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-500:]
    half = [row for row in steward.datasets.list() if row["name"] == file.stem]
    assert len(half) == (fault in {"dataset.sealed", "dataset.import.done"})

    asset = steward.datasets.import_(file, label=LABEL)
    assert [row["id"] for row in steward.datasets.list() if row["name"] == file.stem] == [asset.id]
    left = world.left()
    assert len(left.catalogued - before.catalogued) == 2
    assert (left.versions - before.versions, left.remembered - before.remembered) == (2, 2)
    steward.datasets.export(asset.id, csv.parent / "out")
    types = [entry["type"] for entry in steward.ledger.show(40)]
    assert types.count("dataset.import.begun") >= 2
    assert steward.datasets.import_(file, label=LABEL) == asset
    assert not world.left().since(left)
