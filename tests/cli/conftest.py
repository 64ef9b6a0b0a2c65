"""The command line is tested in English; Korean is asked for where it matters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["DURE_LANG"] = "en"  # before anything of the command line is imported

from tests.node import alliance
from tests.node.alliance import Alliance


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DURE_HOME", "DURE_AS", "DURE_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def pinned(tmp_path: Path) -> Iterator[Alliance]:
    """Two nodes with the charter pinned; their services run inside this process."""
    with alliance.services_inside():
        yield alliance.pinned().copy(tmp_path / "pinned")


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Alliance]:
    """Two nodes; bravo has a data set and an open request to transfer it to alpha."""
    with alliance.services_inside():
        yield alliance.asked().copy(tmp_path / "asked")
