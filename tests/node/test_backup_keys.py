"""Other keys for a vault: rotation, crash-safe, and a new passphrase by the recovery key."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dure.core.errors import DureError
from dure.core.suites import Stretch
from dure.node.backup import backup_node, restore_node
from dure.node.genesis import init_node
from dure.node.home import Home, Settings
from dure.node.rekeying import recover_node, rotate_node
from dure.storage.database import open_database
from dure.storage.errors import StorageError
from dure.storage.kek import read_kek_file
from dure.storage.keys import change_passphrase, new_key, read_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.recovery import read_recovery_file, write_recovery_file
from dure.storage.vault import Vault
from tests.node import alliance
from tests.node.alliance import LABEL, PASSPHRASE, STRETCH, Alliance, command, finish, start

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

FRESH = Passphrase("a passphrase for a new beginning")
BEFORE = [
    "node.rotated.begun",
    "rotation.key-written",
    "vault.rotation.some",
    "vault.rotation.recorded",
]
AFTER = ["vault.rotation.done", "rotation.key-renamed", "node.rotated.done"]


@pytest.fixture
def filled(pinned: Alliance) -> tuple[Alliance, str]:
    with alliance.services_inside(), pinned.open() as node:
        return pinned, node.datasets.import_(pinned.data, label=LABEL).id


def kek(made: Alliance, passphrase: Passphrase | None = None) -> bytes:
    file = made.home() / "keeper" / "vault.kek"
    return read_kek_file(file, passphrase or made.passphrase).key


def opens(made: Alliance, key: bytes) -> bool:
    home = Home.find(made.home())
    with closing(open_database(home.database_url("keeper"))) as database:
        try:
            Vault.open(home.vault, database, key)
        except StorageError as error:
            if error.code != "storage.vault":
                raise
            return False
    return True


def read(made: Alliance, asset: str) -> list[str]:
    """Read the asset through the node; return the operations that the ledger tells of."""
    with alliance.services_inside(), made.open() as node:
        assert node.datasets.show(asset)["croissant"]
        rows = node.ledger.show(10_000)
    return [row["type"] for row in rows if row["type"].startswith("node.")]


def test_rotation_makes_the_old_key_useless(filled: tuple[Alliance, str], tmp_path: Path):
    made, asset = filled
    old, file = kek(made), (made.home() / "keeper" / "vault.kek").read_bytes()
    assert opens(made, old)
    said = command(made, "node", "rotate", "--json")
    assert said.status == 0, said
    assert json.loads(said.out)["vault"]
    assert kek(made) != old
    assert not opens(made, old)
    assert opens(made, kek(made))
    assert sorted(read(made, asset)) == ["node.rotated.begun", "node.rotated.done"]
    assert sorted(read(made, asset)) == ["node.rotated.begun", "node.rotated.done"]  # once
    assert [path.name for path in (made.home() / "keeper").glob("vault*")] == ["vault.kek"]
    # The old file put back opens nothing, and the node says so.
    home = Home.find(made.home())
    new = (home.keeper / "vault.kek").read_bytes()
    (home.keeper / "vault.kek").write_bytes(file)
    with pytest.raises(DureError, match=r"storage\.vault"):
        backup_node(home, tmp_path / "never", made.passphrase)
    (home.keeper / "vault.kek").write_bytes(new)
    # The recovery key goes on opening the new one.
    recover_node(home, home.path / "recovery.key", made.passphrase, FRESH, stretch=STRETCH)
    assert opens(made, kek(made, FRESH))


@pytest.mark.parametrize("fault", BEFORE + AFTER)
def test_kill_while_rotating(filled: tuple[Alliance, str], tmp_path: Path, fault: str):
    made, asset = filled
    old = kek(made)
    killed = finish(start(made, "node", "rotate", environment={"DURE_FAULT": fault}))
    assert killed.status == -9, killed
    assert opens(made, old) == (fault in BEFORE)
    told = read(made, asset)  # the keeper finishes what was begun
    assert told.count("node.rotated.begun") == 1
    assert told.count("node.rotated.done") == (fault == "node.rotated.done")
    assert (kek(made) == old) == (fault in BEFORE)
    assert opens(made, kek(made))
    assert not (made.home() / "keeper" / "vault.kek.next").exists()
    between = kek(made)
    rotate_node(Home.find(made.home()), made.passphrase, stretch=STRETCH)
    assert not opens(made, between)
    assert read(made, asset)[-1 if told else 0].startswith("node.rotated")
    with made.vault() as vault:
        assert vault.verify().clean


@pytest.mark.parametrize("how", ["backup", "rotate", "recover"])
def test_whoever_comes_first_finishes_a_rotation(
    filled: tuple[Alliance, str], tmp_path: Path, how: str
):
    made, _ = filled
    home = Home.find(made.home())
    finish(start(made, "node", "rotate", environment={"DURE_FAULT": "vault.rotation.done"}))
    assert (home.keeper / "vault.kek.next").exists()
    passphrase = made.passphrase
    if how == "backup":
        backup_node(home, tmp_path / "backup", passphrase)
        restore_node(tmp_path / "backup", tmp_path / "restored", passphrase)
    elif how == "rotate":
        rotate_node(home, passphrase, stretch=STRETCH)
    else:
        recover_node(home, home.path / "recovery.key", passphrase, FRESH, stretch=STRETCH)
        passphrase = FRESH
    assert not (home.keeper / "vault.kek.next").exists()
    assert opens(made, kek(made, passphrase))


def test_a_rotation_that_fails_is_told_and_leaves_the_old_key(
    filled: tuple[Alliance, str], monkeypatch: pytest.MonkeyPatch
):
    made, asset = filled
    old = kek(made)

    def full(*_: object) -> None:
        raise StorageError("storage.no-space", path="the disk")

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "rotate", full)
        with pytest.raises(StorageError, match="no-space"):
            rotate_node(Home.find(made.home()), made.passphrase, stretch=STRETCH)
    assert sorted(read(made, asset)) == ["node.rotated.begun", "node.rotated.failed"]
    assert kek(made) == old
    with pytest.raises(StorageError, match="passphrase"):
        rotate_node(Home.find(made.home()), Passphrase("not the passphrase"))
    rotate_node(Home.find(made.home()), made.passphrase, stretch=STRETCH)
    assert not opens(made, old)


# ── recovery ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lost(filled: tuple[Alliance, str]) -> tuple[Alliance, str, Callable[[], None]]:
    """A node whose keeper's passphrase nobody knows; its executor's is the fresh one."""
    made, asset = filled
    home = Home.find(made.home())
    for name in ("executor.key", "node-signing.key"):
        change_passphrase(home.executor / name, made.passphrase, FRESH, stretch=STRETCH)
    return made, asset, lambda: made.passphrase_file.write_bytes(FRESH.reveal() + b"\n")


def test_the_recovery_key_gives_the_keeper_a_new_passphrase(
    lost: tuple[Alliance, str, Callable[[], None]], tmp_path: Path
):
    made, asset, remember = lost
    safe, fresh = tmp_path / "safe.key", tmp_path / "fresh"
    shutil.move(made.home() / "recovery.key", safe)
    fresh.write_bytes(FRESH.reveal())
    fresh.chmod(0o600)
    words = ["node", "recover", safe, "--new-passphrase-file", fresh, "--json"]
    said = command(made, *words)
    assert said.status == 0, said
    remember()
    assert sorted(read(made, asset)) == ["node.recovered.begun", "node.recovered.done"]
    with pytest.raises(DureError, match=r"storage\.passphrase"):
        kek(made, Passphrase(PASSPHRASE))


@pytest.mark.parametrize(
    "fault",
    [
        "node.recovered.begun",
        "recovery.sealing-locked",
        "recovery.vault-locked",
        "node.recovered.done",
    ],
)
def test_kill_while_recovering(
    lost: tuple[Alliance, str, Callable[[], None]], tmp_path: Path, fault: str
):
    made, asset, remember = lost
    fresh = tmp_path / "fresh"
    fresh.write_bytes(FRESH.reveal())
    fresh.chmod(0o600)
    words = ["node", "recover", made.home() / "recovery.key", "--new-passphrase-file", fresh]
    assert finish(start(made, *words, environment={"DURE_FAULT": fault})).status == -9
    assert command(made, *words).status == 0
    remember()
    assert read(made, asset).count("node.recovered.done") == 1 + (fault == "node.recovered.done")


def test_only_its_own_recovery_key_opens_it(pinned: Alliance):
    home, other = Home.find(pinned.home()), pinned.home("alpha") / "recovery.key"
    before = {path.name: path.read_bytes() for path in home.keeper.glob("*.k*")}
    with pytest.raises(StorageError, match="key-file"):
        recover_node(home, other, pinned.passphrase, FRESH)
    with pytest.raises(StorageError, match="passphrase"):
        recover_node(home, home.path / "recovery.key", FRESH, FRESH)
    with pytest.raises(StorageError, match="passphrase"):
        recover_node(home, home.path / "recovery.key", pinned.passphrase, Passphrase("short"))
    assert {path.name: path.read_bytes() for path in home.keeper.glob("*.k*")} == before
    recover_node(home, home.path / "recovery.key", pinned.passphrase, FRESH, stretch=STRETCH)
    assert kek(pinned, FRESH)


def test_a_restore_by_the_recovery_key_opens_all_of_the_keeper(
    lost: tuple[Alliance, str, Callable[[], None]], tmp_path: Path
):
    made, asset, remember = lost
    backup_node(Home.find(made.home()), tmp_path / "backup", made.passphrase)
    again = replace(made, folder=tmp_path / "all")
    again.folder.mkdir()
    recovery = made.home() / "recovery.key"
    restore_node(
        tmp_path / "backup", again.home(), made.passphrase, recovery=recovery, new_passphrase=FRESH
    )
    remember()
    shutil.copy2(made.passphrase_file, again.passphrase_file)
    assert sorted(read(again, asset)) == ["node.restored.begun", "node.restored.done"]
    sealing = read_key_file(again.home() / "keeper" / "sealing.key", FRESH)
    card = json.loads((again.home() / "public" / "member.json").read_text())
    assert sealing.public.hex() == card["node_sealing"]


@pytest.mark.parametrize("suite", ["intl", "kr-public"])
def test_recovery_files(tmp_path: Path, suite: str):
    key, recovery = new_key("sealing", "bravo.node", suite), new_key("recovery", "bravo", suite)
    file = tmp_path / "sealing.recovery"
    write_recovery_file(file, key, recovery.public)
    assert read_recovery_file(file, recovery) == key
    assert key.private not in file.read_bytes()
    assert key.private.hex().encode() not in file.read_bytes()
    with pytest.raises(StorageError, match="conflict"):
        write_recovery_file(file, key, recovery.public)
    with pytest.raises(StorageError, match="key-file"):
        read_recovery_file(file, new_key("recovery", "bravo", suite))
    whole = file.read_bytes()
    for spoilt in (whole.replace(b"bravo.node", b"alpha.node"), whole[:-2], b"{}"):
        file.write_bytes(spoilt)
        with pytest.raises(StorageError, match="key-file"):
            read_recovery_file(file, recovery)
    file.write_bytes(whole)
    file.chmod(0o644)
    with pytest.raises(StorageError, match="key-mode"):
        read_recovery_file(file, recovery)


# ── the vault's grade ──────────────────────────────────────────────────────────────────────────


def test_an_embedded_node_has_a_vault_for_open_data_alone(tmp_path: Path):
    settings, passphrase = Settings("bravo", "intl", "embedded"), Passphrase(PASSPHRASE)
    for grade, code in ((2, "profile"), (-1, "settings")):
        with pytest.raises(DureError, match=rf"node\.{code}"):
            init_node(
                tmp_path / "node",
                settings,
                passphrase,
                os.urandom,
                grade=grade,
                stretch=Stretch(1, 64),
            )
        assert not (tmp_path / "node").exists()
    home = init_node(tmp_path / "node", settings, passphrase, os.urandom, stretch=Stretch(1, 64))
    key = read_kek_file(home.keeper / "vault.kek", passphrase).key
    with closing(open_database(home.database_url("keeper"))) as database:
        assert Vault.open(home.vault, database, key).grade == 0
