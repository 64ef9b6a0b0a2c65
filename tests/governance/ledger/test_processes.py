"""Real processes: killed at every step of a write, and appending at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dure.governance.ledger.check import fsck
from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.verify import verify_export
from tests.governance.ledger.ledgers import ORIGIN, Keys, entries, open_ledger

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("worker.py")


def start(*given: str, fault: str = "") -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DURE_FAULT": fault}
    return subprocess.Popen(
        [sys.executable, str(WORKER), *given], env=environment, stdout=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    said, _ = process.communicate(timeout=100)
    return process.returncode, said.splitlines()


APPEND_FAULTS = ["ledger.entries", "ledger.tiles", "ledger.signed", "ledger.committed"]


@pytest.mark.parametrize("passing", [1, 24])
@pytest.mark.parametrize("fault", APPEND_FAULTS)
def test_a_kill_within_an_append_loses_nothing_acknowledged(
    ledger: Ledger, url: str, keys: Keys, fault: str, passing: int
) -> None:
    ledger.append(entries(250))
    status, said = finish(start("append", url, "killed", "100", fault=f"{fault}:{passing}"))
    assert status == -signal.SIGKILL
    assert len(said) == passing - 1
    acknowledged = int(said[-1].split()[1]) if said else 250
    again = open_ledger(ledger.db, keys)
    size = fsck(again).size
    batch = 1 + (passing - 1) % 150
    assert size == acknowledged + (batch if fault == "ledger.committed" else 0)
    assert again.append([b"after"]).first == size
    assert ledger.append([b"and on"]).first == size + 1
    for line in said:
        first, end, number = map(int, line.split())
        expected = [f"killed {number} {n}".encode() for n in range(end - first)]
        assert again.entries(first, end) == expected
    assert fsck(again).size == size + 2
    again.close()


EXPORT_FAULTS = [
    "ledger.export.aside:1",
    "ledger.export.placed:1",
    "ledger.export.aside:3",
    "ledger.export.placed:5",
    "ledger.export.tiles",
    "ledger.export.aside:7",
    "ledger.export.placed:7",
    "ledger.export.checkpoint",
]


@pytest.mark.parametrize("fault", EXPORT_FAULTS)
@pytest.mark.parametrize("earlier", [0, 300])
def test_a_kill_within_an_export_leaves_a_valid_one_or_none(
    sqlite_ledger: Ledger, keys: Keys, tmp_path: Path, fault: str, earlier: int
) -> None:
    ledger, directory = sqlite_ledger, tmp_path / "export"
    note = None
    if earlier:
        ledger.append(entries(earlier))
        note = export_tiles(ledger, directory).note
    ledger.append(entries(700 - earlier, earlier))
    url = str(ledger.db.engine.url)
    status, _ = finish(start("export", url, str(directory), fault=fault))
    assert status == -signal.SIGKILL
    if (directory / "checkpoint").exists():
        found = verify_export(directory, ORIGIN, keys.public, keys.suite, note)
        assert found.size in {earlier, 700}
    else:
        assert not earlier
    export_tiles(ledger, directory)
    assert verify_export(directory, ORIGIN, keys.public, keys.suite, note).size == 700
    assert not (directory / ".writing").exists()


def test_processes_appending_at_once_lose_nothing_and_never_fork(
    ledger: Ledger, url: str, tmp_path: Path, keys: Keys
) -> None:
    workers = [start("append", url, f"worker{n}", "40") for n in range(3)]
    earlier = []
    for batch in range(40):
        ledger.append([b"here %d" % batch])
        earlier.append(ledger.head().note)
    found: list[tuple[int, int, str, int]] = []
    for number, worker in enumerate(workers):
        status, said = finish(worker)
        assert status == 0
        for line in said:
            first, end, batch = map(int, line.split())
            found.append((first, end, f"worker{number}", batch))
    size = fsck(ledger).size
    assert size == 40 + 3 * sum(1 + batch % 150 for batch in range(40))
    assert len(found) == 3 * 40
    for first, end, name, batch in found:
        expected = [f"{name} {batch} {n}".encode() for n in range(end - first)]
        assert ledger.entries(first, end) == expected
    assert sum(entry.startswith(b"here") for entry in ledger.entries(0, size)) == 40
    export_tiles(ledger, tmp_path / "export")
    for note in earlier[::8]:
        verify_export(tmp_path / "export", ORIGIN, keys.public, keys.suite, note)
