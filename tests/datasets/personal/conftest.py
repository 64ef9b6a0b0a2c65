"""One scanner for all tests of this folder: its patterns take a fifth of a second to compile."""

from __future__ import annotations

import pytest

from dure.datasets.personal.scan import Scanner


@pytest.fixture(scope="session")
def scanner() -> Scanner:
    return Scanner(engine_name="hyperscan")


@pytest.fixture(scope="session")
def plain() -> Scanner:
    return Scanner(engine_name="re")
