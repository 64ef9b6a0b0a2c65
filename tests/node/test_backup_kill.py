"""kill -9 in the middle of a backup or a restore: whole or nothing, and nothing blocks a second try."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, inspect, make_url, text

from dure.core.errors import DureError
from dure.node.backup import MARGIN, backup_node, restore_node
from dure.node.errors import NodeError
from dure.node.home import Home, Settings
from dure.node.resting import at_rest, stay_awake
from dure.storage.database import open_database
from tests.node import alliance
from tests.node.alliance import Alliance, command, finish, start

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

BACKUP = [
    "backup.store.written:2",
    "backup.vault.written",
    "backup.written",
    "folder.renamed",
    "backup.files-sealed",
    "backup.complete",
]
RESTORE = [
    "restore.files-unpacked",
    "restore.vault.copied",
    "restore.store.loaded:1",
    "restore.store.loaded:3",
    "restore.stores.filled",
    "restore.done",
    "restore.numbers-moved",
    "restore.complete",
]
SELECTED = [("backup", fault) for fault in BACKUP] + [("restore", fault) for fault in RESTORE]


def remains(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".partial")]


def types(node) -> list[str]:
    return [row["type"] for row in node.ledger.show(10_000)]


@pytest.mark.parametrize(("verb", "fault"), SELECTED)
def test_a_second_try_does_it(asked: Alliance, tmp_path: Path, verb: str, fault: str):
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    for name in ("backup.partial", "restored.partial"):  # the user's own, which nobody may touch
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").touch()
    home, words = Home.find(asked.home()), ["node", "backup", backup]
    if verb == "restore":
        backup_node(home, backup, asked.passphrase)
        words = ["node", "restore", backup, restored]
    target = backup if verb == "backup" else restored
    killed = finish(start(asked, *words, environment={"DURE_FAULT": fault}))
    assert killed.status == -9, killed
    assert not target.exists()
    assert len(remains(tmp_path)) == 3
    again = command(asked, *words)
    assert again.status == 0, again
    assert sorted(remains(tmp_path)) == ["backup.partial", "restored.partial"]
    assert (tmp_path / f"{target.name}.partial" / "precious").exists()
    if verb == "backup":
        restore_node(backup, restored, asked.passphrase)
    works(asked, restored)


@pytest.mark.parametrize("fault", ["backup.placed", "restore.placed"])
def test_killed_at_the_very_end_it_is_done(asked: Alliance, tmp_path: Path, fault: str):
    verb = fault.partition(".")[0]
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    words = ["node", "backup", backup]
    if verb == "restore":
        backup_node(Home.find(asked.home()), backup, asked.passphrase)
        words = ["node", "restore", backup, restored]
    killed = finish(start(asked, *words, environment={"DURE_FAULT": fault}))
    assert killed.status == -9
    assert command(asked, *words).status == 112
    if verb == "backup":
        restore_node(backup, restored, asked.passphrase)
    works(asked, restored)
    assert remains(tmp_path) == []


def works(made: Alliance, home: Path) -> None:
    """The restored node has its data, and its ledger says once that it was restored."""
    again = replace(made, folder=home.parent / "all")
    again.folder.mkdir()
    home.rename(again.home())
    shutil.copy2(made.passphrase_file, again.passphrase_file)
    with alliance.services_inside(), again.open() as node:
        (row,) = node.datasets.list()
        assert node.datasets.show(row["id"])["croissant"]
        found = [each for each in types(node) if each.startswith("node.")]
    assert sorted(found) == ["node.restored.begun", "node.restored.done"]
    with again.vault() as vault:
        assert vault.verify().clean


def test_the_executor_writes_it_once_wherever_it_is_killed(asked: Alliance, tmp_path: Path):
    backup_node(Home.find(asked.home()), tmp_path / "backup", asked.passphrase)
    home = tmp_path / "all" / "bravo"
    restore_node(tmp_path / "backup", home, asked.passphrase)
    again = replace(asked, folder=home.parent)
    shutil.copy2(asked.passphrase_file, again.passphrase_file)
    for _ in range(2):  # each time the executor dies after one notice is in the ledger
        said = finish(start(again, "node", "status", environment={"DURE_FAULT": "notice.written"}))
        assert said.status != 0
    with again.open() as node:
        found = [each for each in types(node) if each.startswith("node.")]
        node.ledger.export(tmp_path / "record")
        assert node.ledger.verify(tmp_path / "record")["entries"] > 2
    assert sorted(found) == ["node.restored.begun", "node.restored.done"]
    assert list((home / "executor" / "notices").iterdir()) == []


def test_envelopes_go_on_above_every_number_that_may_have_been_given(
    pinned: Alliance, tmp_path: Path
):
    home, backup = Home.find(pinned.home("alpha")), tmp_path / "backup"
    backup_node(home, backup, pinned.passphrase)
    made = restore_node(backup, tmp_path / "restored", pinned.passphrase)
    assert made["next_numbers"] == {"bravo": MARGIN + 1}
    # And twice over: what the first restored life may have sent is jumped over too.
    second = tmp_path / "second"
    backup_node(Home.find(tmp_path / "restored"), second, pinned.passphrase)
    made = restore_node(second, tmp_path / "again", pinned.passphrase)
    assert made["next_numbers"] == {"bravo": 2 * MARGIN + 1}


def test_nothing_is_backed_up_while_a_service_runs(pinned: Alliance, tmp_path: Path):
    home = Home.find(pinned.home())
    with pinned.open() as node:
        node.ledger.head()
        said = command(pinned, "node", "backup", tmp_path / "backup", "--json")
        assert said.status == 122, said
        assert "node.awake" in said.out
    assert not (tmp_path / "backup").exists()
    assert command(pinned, "node", "backup", tmp_path / "backup").status == 0  # it has ended
    # And no service starts while the node rests.
    with at_rest(home):
        said = finish(start(pinned, "node", "status", "--json"))
        assert said.status == 123, said
        with pytest.raises(NodeError, match=r"node\.awake"), at_rest(home):
            pass
        with pytest.raises(NodeError, match=r"node\.at-rest"):
            stay_awake(home, "keeper")
    assert finish(start(pinned, "node", "status")).status == 0
    held = [stay_awake(home, "keeper"), stay_awake(home, "keeper")]  # several may be awake
    for descriptor in held:
        os.close(descriptor)


# ── stores that lie elsewhere ──────────────────────────────────────────────────────────────────


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """URLs of three empty stores outside the node's folder."""
    if request.param == "sqlite":
        yield [f"sqlite:///{tmp_path}/store{number}.db" for number in range(3)]
        return
    server = make_url(os.environ["DURE_TEST_POSTGRES"])
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    names = ["b" + os.urandom(8).hex() for _ in range(3)]
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    yield [
        server.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(
            hide_password=False
        )
        for name in names
    ]
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


def empty(urls: list[str]) -> None:
    for url in urls:
        with closing(open_database(url)) as database, database.rebuild() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            metadata.drop_all(connection)


def tables(url: str) -> set[str]:
    with closing(open_database(url)) as database, database.read() as connection:
        return set(inspect(connection).get_table_names())


@pytest.mark.parametrize(
    "fault", ["restore.store.loaded:2", "restore.done", "restore.complete", "restore.placed"]
)
def test_a_killed_restore_into_stores_elsewhere_is_begun_again(
    urls: list[str], tmp_path: Path, fault: str
):
    settings = Settings(
        "bravo", "intl", "embedded", "bravo.steward",
        database=urls[0], executor_database=urls[1], keeper_database=urls[2],
    )  # fmt: skip
    made = alliance.make(tmp_path / "made", {"bravo": settings})
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    backup_node(Home.find(made.home()), backup, made.passphrase)
    # The stores are those of the living node: nothing is done to them.
    with pytest.raises(DureError, match=r"storage\.backup"):
        restore_node(backup, restored, made.passphrase)
    assert "governance_requests" in tables(urls[1])
    empty(urls)
    words = ("node", "restore", backup, restored)
    killed = finish(start(made, *words, environment={"DURE_FAULT": fault}))
    assert killed.status == -9
    if fault == "restore.placed":  # all is in its place; what is there is nobody's remains
        assert command(made, *words).status == 112
        with pytest.raises(DureError, match=r"storage\.backup"):
            restore_node(backup, tmp_path / "other", made.passphrase)
        return
    with pytest.raises(DureError, match=r"storage\.backup"):  # remains of another restore
        restore_node(backup, tmp_path / "other", made.passphrase)
    again = command(made, *words)
    assert again.status == 0, again
    for url in urls:
        assert "storage_schema_restoring" not in tables(url)
    moved = tmp_path / "all"
    moved.mkdir()
    restored.rename(moved / "bravo")
    shutil.copy2(made.passphrase_file, moved / "passphrase")
    with alliance.services_inside(), replace(made, folder=moved).open() as node:
        node.pin_charter(made.charter)
        assert "node.restored.done" in types(node)
