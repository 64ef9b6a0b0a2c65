"""Under umask 077, as a careful administrator has it: doctors, an import, a whole trial."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import test_verbs
from tests.node.alliance import Alliance


@pytest.fixture(autouse=True)
def strict() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_the_doctors_find_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for group in ("node", "trials"):
        report = test_verbs.told(None, group, "doctor")
        assert [each for each in report["findings"] if each["severity"] == "error"] == []


@pytest.mark.exhaustive  # the same way under the usual mask: tests/cli/test_verbs.py
def test_a_trial_from_import_to_released_report(pinned: Alliance, tmp_path: Path):
    test_verbs.test_a_trial_from_submission_to_released_report(pinned, tmp_path)
