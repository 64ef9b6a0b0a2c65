"""The same sandbox for a user who is not root: no control groups, no throw-away user, same walls."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.users import UID, run_as_ordinary_user

pytestmark = pytest.mark.root


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own folders are closed to other users.
    made = Path(tempfile.mkdtemp(prefix="dure-user-"))
    yield made
    shutil.rmtree(made)


def test_the_helper_really_is_another_user(folder: Path) -> None:
    ended = run_as_ordinary_user(["-c", "import os; print(os.getuid(), os.getgroups())"], folder)
    assert ended.stdout == f"{UID} []\n"


def passes_inside(folder: Path, *files: str) -> None:
    ended = run_as_ordinary_user(
        [
            *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:cov"),
            *("-c", "/dev/null", "-W", "ignore::pytest.PytestUnknownMarkWarning"),
            *("--rootdir", ".", "--import-mode=importlib", *files),
        ],
        folder,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " passed" in ended.stdout
    assert "skipped" not in ended.stdout


def test_every_test_of_the_box_passes_as_an_ordinary_user(folder: Path) -> None:
    passes_inside(folder, "tests/sandbox/test_box.py")


def test_tier_b_contains_an_ordinary_users_runs_beside_that_users_processes(folder: Path) -> None:
    contains = "tests/sandbox/test_tiers.py::test_tier_b_contains_what_a_bare_process_does"
    passes_inside(folder, contains)


@pytest.mark.exhaustive
def test_every_test_of_tiers_and_spares_passes_as_an_ordinary_user(folder: Path) -> None:
    passes_inside(folder, "tests/sandbox/test_tiers.py", "tests/sandbox/test_spares.py")


def test_the_report_of_the_host_is_honest_about_the_bounds(folder: Path) -> None:
    script = (
        "from dure.sandbox.host import probe_host; r = probe_host();"
        "print(r.tier, r.uid, [f.code for f in r.findings])"
    )
    ended = run_as_ordinary_user(["-c", script], folder)
    assert ended.stdout == f"A {UID} ['sandbox.no-control-group']\n", ended.stderr
