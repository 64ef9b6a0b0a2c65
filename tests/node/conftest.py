"""Copies of the alliance, one for each test that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dure.node.node import Node
from tests.node import alliance
from tests.node.alliance import Alliance


@pytest.fixture
def pinned(tmp_path: Path) -> Alliance:
    """Two nodes with the charter pinned."""
    return alliance.pinned().copy(tmp_path / "pinned")


@pytest.fixture
def asked(tmp_path: Path) -> Alliance:
    """Two nodes; bravo has a data set and an open request to transfer it to alpha."""
    return alliance.asked().copy(tmp_path / "asked")


@pytest.fixture
def node(asked: Alliance) -> Iterator[Node]:
    """Bravo's node, opened for its steward."""
    with alliance.services_inside(), asked.open() as opened:
        yield opened
