"""Folders that appear whole, or not at all; what the dead left is removed, what the living make is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dure.storage.folders import new_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_takes_its_name_at_the_end(tmp_path: Path):
    target = tmp_path / "out"
    with new_folder(target) as partial:
        (partial / "below").mkdir()
        (partial / "below" / "file").write_text("whole")
        assert not target.exists()
        assert partial.stat().st_mode & 0o077 == 0
    assert names(tmp_path) == ["out"]
    assert (target / "below" / "file").read_text() == "whole"


def test_a_body_that_fails_leaves_nothing(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "out") as partial:
        (partial / "file").write_text("half")
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_only_an_empty_folder_is_replaced(tmp_path: Path):
    target = tmp_path / "out"
    target.mkdir()
    with new_folder(target) as partial:
        (partial / "file").write_text("first")
    with pytest.raises(OSError, match="not empty"), new_folder(target):
        pass
    assert names(tmp_path) == ["out"]
    assert (target / "file").read_text() == "first"


def test_only_what_the_dead_left_is_removed(tmp_path: Path):
    target, digits = tmp_path / "out", "0123456789abcdef"
    precious = tmp_path / "precious"
    dead, others = (tmp_path / f".{name}.{digits}.partial" for name in ("out", "other"))
    link = tmp_path / f".out.{digits[::-1]}.partial"
    users = [tmp_path / f"{name}.partial" for name in ("out", ".out", f".out.{digits}0")]
    for folder in (dead, others, precious, *users):
        folder.mkdir()
        (folder / "file").touch()
    link.symlink_to(precious)
    with new_folder(target) as living:
        assert not dead.exists()
        with new_folder(
            target
        ):  # the control: one that somebody is making just now is left to them
            assert living.is_dir()
        target.rename(tmp_path / "first")
    assert (precious / "file").exists()
    kept = {"first", "out", link.name, others.name, precious.name, *(each.name for each in users)}
    assert set(names(tmp_path)) == kept
