"""A stranger's folder as the current one: the node's own processes import nothing from there.

Carried media, a download folder or ``/tmp`` may hold a ``dure/`` or a ``json.py``; the executor and the
keeper, which are handed the passphrase, are started from wherever the user stands.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dure.node import separated
from dure.node.errors import NodeError
from dure.node.home import Home
from tests.node import alliance


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a package that leaves a mark when it is imported."""
    mark = tmp_path / "mark"
    package = tmp_path / "media" / "dure"
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text(f"open({str(mark)!r}, 'w')\nraise SystemExit(9)\n")
    monkeypatch.chdir(package.parent)
    return mark


def test_embedded_services_import_nothing_from_the_current_folder(planted: Path, tmp_path: Path):
    made = alliance.pinned().copy(tmp_path / "alliance")
    with made.open() as node:
        assert node.house.links.ask("executor", "status")["unlocked"]
        assert node.house.links.ask("keeper", "status")["unlocked"]
    assert not planted.exists()


def test_separated_services_import_nothing_from_the_current_folder(planted: Path, tmp_path: Path):
    made = alliance.pinned().copy(tmp_path / "alliance")  # its profile does not matter here
    home = Home.find(made.home())
    home.socket("keeper").parent.mkdir(parents=True, exist_ok=True)
    started: list[list[str]] = []
    plain = subprocess.Popen

    def popen(arguments: list[str], **_: object) -> subprocess.Popen[bytes]:
        started.append(arguments)
        # As root would start it, but asked only for its help, and as this user.
        return plain([*arguments[:4], "--help"], stdout=subprocess.DEVNULL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(separated.subprocess, "Popen", popen)
        with pytest.raises(NodeError) as refused:
            separated.start_service(home, "keeper", made.passphrase)
    facts = refused.value.facts
    assert (facts["reason"], facts["status"]) == ("ended", 0)
    assert started[0][1:4] == ["-P", "-m", "dure.node.keeper"]
    assert not planted.exists()


def test_the_planted_package_would_be_imported_without_that(planted: Path):
    """The positive control."""
    started = subprocess.run([sys.executable, "-m", "dure.node.keeper", "--help"], check=False)
    assert started.returncode == 9
    assert planted.exists()
