"""Backup and restore: everything comes back except permission; recovery without the passphrase."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dure.core.errors import DureError
from dure.node.backup import backup_node, restore_node
from dure.node.home import Home
from dure.storage.kek import read_kek_file
from dure.storage.passphrases import Passphrase
from tests.node import alliance
from tests.node.alliance import LABEL, Alliance, command


@pytest.fixture
def approved(tmp_path: Path) -> tuple[Alliance, str]:
    made = alliance.asked().copy(tmp_path / "approved")
    with alliance.services_inside(), made.open() as node:
        (row,) = node.decisions.list()
        made.approve(node, row["id"])
    return made, row["id"]


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_every_permit_is_dead_after_a_restore(approved: tuple[Alliance, str], tmp_path: Path):
    made, request = approved
    backup, restored = tmp_path / "backup", replace(made, folder=tmp_path / "restored")
    with alliance.services_inside():
        said = command(made, "node", "backup", backup, "--json")
        assert said.status == 0, said
        assert sorted(json.loads(said.out)["stores"]) == ["executor", "keeper", "node"]
        shutil.copytree(made.folder, restored.folder, ignore=shutil.ignore_patterns("bravo"))
        said = command(made, "node", "restore", backup, restored.home(), "--json")
        assert said.status == 0, said
        with restored.open() as node:
            view = node.decisions.show(request)
            assert (view["state"], view["reason"]) == ("void", "restored")
            with pytest.raises(DureError) as refused:
                node.transfers.seal(request)
            assert refused.value.facts["reason"] == "restored"
            # Everything else is there, and work goes on: the same request anew, the same ledger.
            (row,) = node.datasets.list()
            assert node.datasets.show(row["id"])["croissant"]
            node.ledger.export(tmp_path / "record")
            with made.open() as before:
                earlier = before.ledger.head()["checkpoint"]
            assert node.ledger.verify(tmp_path / "record", since=earlier)["continues"] > 0
            again = node.transfers.request(row["id"], to="alpha", label=alliance.SHARED)["id"]
            restored.approve(node, again)
            assert node.transfers.seal(again)["to"] == "alpha"
        # The positive control: where nothing was restored, the permit is good.
        with made.open() as node:
            assert node.transfers.seal(request)["to"] == "alpha"
    with restored.vault() as vault:
        assert vault.verify().clean
    with Home_modes(restored.home()):
        pass


class Home_modes:  # noqa: N801  # reads as a sentence above
    """Checks that the folders of a restored node are as closed as those of a new one."""

    def __init__(self, path: Path) -> None:
        self.home = Home.find(path)

    def __enter__(self) -> None:
        for folder in (self.home.door, self.home.executor, self.home.keeper, self.home.vault):
            assert folder.stat().st_mode & 0o077 == 0, folder
        for key in self.home.path.rglob("*.key"):
            assert key.stat().st_mode & 0o077 == 0, key

    def __exit__(self, *_: object) -> None:
        return


def test_the_recovery_key_opens_it_when_the_passphrase_is_lost(pinned: Alliance, tmp_path: Path):
    with alliance.services_inside(), pinned.open() as node:
        asset = node.datasets.import_(pinned.data, label=LABEL)
    home = Home.find(pinned.home())
    backup = tmp_path / "backup"
    backup_node(home, backup, pinned.passphrase)
    safe = tmp_path / "safe.key"
    shutil.move(home.path / "recovery.key", safe)  # where it belongs
    assert not list(backup.rglob("recovery*"))
    made = restore_node(backup, tmp_path / "restored", pinned.passphrase, recovery=safe)
    restored = replace(pinned, folder=tmp_path / "all")
    restored.folder.mkdir()
    shutil.move(tmp_path / "restored", restored.home())
    shutil.copy2(pinned.passphrase_file, restored.passphrase_file)
    with alliance.services_inside(), restored.open() as node:
        assert [row["id"] for row in node.datasets.list()] == [asset.id]
    assert made["incarnation"]
    # And where the passphrase is lost, the vault opens with a new one.
    fresh = Passphrase("a passphrase for a new beginning")
    restore_node(backup, tmp_path / "again", pinned.passphrase, recovery=safe, new_passphrase=fresh)
    again = tmp_path / "again" / "keeper" / "vault.kek"
    assert (
        read_kek_file(again, fresh).key
        == read_kek_file(home.keeper / "vault.kek", pinned.passphrase).key
    )
    with pytest.raises(DureError, match=r"storage\.passphrase"):
        read_kek_file(again, pinned.passphrase)
    # Another agency's recovery key opens nothing.
    other = pinned.home("alpha") / "recovery.key"
    with pytest.raises(DureError, match=r"storage\.key-file"):
        restore_node(backup, tmp_path / "never", pinned.passphrase, recovery=other)
    assert not (tmp_path / "never").exists()


def test_what_is_refused_leaves_nothing(pinned: Alliance, tmp_path: Path):
    home, wrong = Home.find(pinned.home()), Passphrase("not the passphrase")
    backup = tmp_path / "backup"
    with pytest.raises(DureError, match=r"storage\.passphrase"):
        backup_node(home, backup, wrong)
    backup_node(home, backup, pinned.passphrase)
    before = tree(tmp_path)
    with pytest.raises(DureError, match=r"node\.home-taken"):
        backup_node(home, backup, pinned.passphrase)
    for path, words in ((home.path, "home-taken"), (pinned.data, "home-taken")):
        with pytest.raises(DureError, match=words):
            restore_node(backup, path, pinned.passphrase)
    with pytest.raises(DureError, match=r"storage\.passphrase"):
        restore_node(backup, tmp_path / "new", wrong)
    with pytest.raises(DureError, match=r"node\.home-missing"):
        restore_node(tmp_path, tmp_path / "new", pinned.passphrase)
    assert tree(tmp_path) == before
    for part in sorted((backup / "state").rglob("*")):
        if part.is_file():
            content = bytearray(part.read_bytes())
            content[len(content) // 2] ^= 1
            part.write_bytes(bytes(content))
    with pytest.raises(DureError, match=r"storage\."):
        restore_node(backup, tmp_path / "new", pinned.passphrase)
    assert tree(tmp_path) == before


def test_a_backup_shows_nothing_in_clear(pinned: Alliance, tmp_path: Path):
    with alliance.services_inside(), pinned.open() as node:
        node.datasets.import_(pinned.data, label=LABEL, name="a-telling-name")
    home, backup = Home.find(pinned.home()), tmp_path / "backup"
    assert b"a-telling-name" in (home.door / "node.db").read_bytes() + (
        (home.door / "node.db-wal").read_bytes() if (home.door / "node.db-wal").exists() else b""
    )
    backup_node(home, backup, pinned.passphrase)
    everything = b"".join(path.read_bytes() for path in backup.rglob("*") if path.is_file())
    assert b"a-telling-name" not in everything
    assert backup.stat().st_mode & 0o077 == 0


def test_restoring_into_the_folder_one_stands_in(pinned: Alliance, tmp_path: Path, monkeypatch):
    backup_node(Home.find(pinned.home()), tmp_path / "backup", pinned.passphrase)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    restore_node(Path("../backup"), Path(), pinned.passphrase)
    assert (here / "node.toml").exists()
    assert Home.find(here).settings.agency == "bravo"
