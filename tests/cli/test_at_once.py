"""Several processes at once on one node: nothing is lost, the ledger does not fork."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from dure.storage.vault import Garbage
from tests.node import alliance
from tests.node.alliance import LABEL, finish, start

PROCESSES = 4


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path):
    made = alliance.pinned().copy(tmp_path / "made")
    files = []
    for number in range(PROCESSES):
        file = tmp_path / f"table{number}.csv"
        file.write_text("a,b\n" + "".join(f"{row},{row * number}\n" for row in range(200)))
        files.append(file)
    # The last two import the same file: the same data set, told once.
    running = [
        start(made, "datasets", "import", file, "--label", LABEL, "--json")
        for file in [*files, files[-1]]
    ]
    said = [finish(process) for process in running]
    assert [each.status for each in said] == [0] * (PROCESSES + 1), said
    ids = {json.loads(each.out)["id"] for each in said}
    with alliance.services_inside(), made.open() as node:
        assert {row["id"] for row in node.datasets.list()} == ids
        size = node.ledger.export(tmp_path / "record")["size"]
        assert node.ledger.verify(tmp_path / "record")["entries"] == size
        types = Counter(entry["type"] for entry in node.ledger.show(1000))
    assert types["dataset.import.begun"] == types["dataset.import.done"] == PROCESSES + 1
    assert len(ids) in (PROCESSES, PROCESSES + 1)  # a document names the second it was made in
    with made.vault() as vault:
        checked = vault.verify()
    assert checked.clean
    assert checked.garbage == Garbage(0, 0)


def test_people_who_vote_at_once_complete_one_permit(tmp_path: Path):
    made = alliance.asked().copy(tmp_path / "made")
    with alliance.services_inside(), made.open() as node:
        (row,) = node.decisions.list()
        alliance.wait_for(node.decisions.show(row["id"]))
    running = [
        start(
            made, "decisions", "approve", row["id"], "--key", made.key(person),
            "--key-passphrase-file", made.passphrase_file,
        )
        for person in ("bravo.checker", "bravo.officer")
    ]  # fmt: skip
    assert [finish(process).status for process in running] == [0, 0]
    sealing = [start(made, "transfers", "seal", row["id"], "--json") for _ in range(3)]
    said = [finish(process) for process in sealing]
    sealed = [json.loads(each.out) for each in said if each.status == 0]
    assert sealed
    assert (
        len({each["digest"] for each in sealed}) == len({each["envelope"] for each in sealed}) == 1
    )
    assert {each.status for each in said if each.status} <= {68, 69}  # used, or being performed
    with alliance.services_inside(), made.open() as node:
        types = Counter(entry["type"] for entry in node.ledger.show(1000))
        assert node.decisions.show(row["id"])["state"] == "done"
    assert (
        types["decisions.approved"]
        == types["asset.transfer.begun"]
        == types["asset.transfer.done"]
        == 1
    )
    assert len(list((made.home() / "executor" / "releases").iterdir())) == 1
