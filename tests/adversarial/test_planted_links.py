"""Links that one process of a node plants in its own folder, for root to follow in a backup.

The door owns ``door/``; root backs up and restores all folders, and gives each to its process again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dure.node import genesis
from dure.node.backup import backup_node, restore_node
from dure.node.home import Home
from tests.node import alliance


def test_a_backup_follows_no_link_out_of_the_doors_folder(tmp_path: Path):
    made = alliance.pinned().copy(tmp_path / "alliance")
    home = Home.find(made.home())
    secret = (home.executor / "executor.key").read_bytes()
    for name in ("outgoing", "arrivals"):
        (home.door / name).mkdir(exist_ok=True)
    (home.door / "outgoing" / "stolen").symlink_to(home.executor / "executor.key")
    (home.door / "outgoing" / "folder").symlink_to(home.executor)
    (home.door / "spool").symlink_to(home.executor)
    (home.door / "charter.json").rename(home.door / "arrivals" / "plain")
    (home.door / "charter.json").symlink_to(home.executor / "executor.key")
    os.mkfifo(home.door / "outgoing" / "pipe")

    backup_node(home, tmp_path / "backup", made.passphrase)
    restore_node(tmp_path / "backup", tmp_path / "restored", made.passphrase)
    again = Home.find(tmp_path / "restored")
    doors = [path for path in again.door.rglob("*") if path.is_file()]
    assert secret not in [path.read_bytes() for path in doors]
    assert not list((again.door / "spool").glob("*.key"))
    assert sorted(path.name for path in (again.door / "outgoing").iterdir()) == []
    assert not (again.door / "charter.json").exists()
    # The positive controls: what is plain comes along, keys with their modes.
    assert (again.door / "arrivals" / "plain").is_file()
    assert (again.executor / "executor.key").read_bytes() == secret
    assert (again.executor / "executor.key").stat().st_mode & 0o777 == 0o600


def test_giving_a_folder_away_gives_nothing_away_that_a_link_points_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = Home.find(alliance.pinned().copy(tmp_path / "alliance").home())
    precious = tmp_path / "precious"
    precious.write_text("not the door's")
    (home.door / "link").symlink_to(precious)
    uids = {"door_uid": 70001, "executor_uid": 70002, "keeper_uid": 70003}
    separated = replace(home, settings=replace(home.settings, profile="separated", **uids))
    given: dict[str, int] = {}

    def chown(path: Path, uid: int, _: int, *, follow_symlinks: bool = True) -> None:
        given[os.fspath(path.resolve() if follow_symlinks else path)] = uid

    monkeypatch.setattr(genesis.os, "chown", chown)
    genesis.give_away(separated)
    assert str(precious) not in given
    assert given[str(home.door / "link")] == 70001
    assert given[str(home.keeper / "vault.kek")] == 70003  # the positive control


def test_a_folder_is_given_away_when_all_in_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Else its new owner gets in, and has root give away what it links to, while root goes on."""
    home = Home.find(alliance.pinned().copy(tmp_path / "alliance").home())
    uids = {"door_uid": 70001, "executor_uid": 70002, "keeper_uid": 70003}
    separated = replace(home, settings=replace(home.settings, profile="separated", **uids))
    given: list[Path] = []
    monkeypatch.setattr(genesis.os, "chown", lambda path, *_, **__: given.append(Path(path)))
    genesis.give_away(separated)
    for folder in (home.door, home.executor, home.keeper, home.vault, home.door / "charters"):
        within = [place for place, path in enumerate(given) if folder in path.parents]
        assert within
        assert given.index(folder) > max(within)
