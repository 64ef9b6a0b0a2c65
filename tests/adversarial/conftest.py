"""The power cut, for the tests that pull the plug."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.node.alliance import ROOT, Alliance


@pytest.fixture(scope="session")
def power_cut(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str, str, Alliance], int]]:
    """Runs a verb on an alliance and cuts the power at a fault point; returns the exit status."""
    scratch = tmp_path_factory.mktemp("scratch")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.adversarial.stem"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TMPDIR": str(scratch)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as stem:
        assert stem.stdin is not None
        assert stem.stdout is not None
        assert stem.stdout.readline() == "ready\n"

        def cut(verb: str, point: str, made: Alliance) -> int:
            stem.stdin.write(f"{point}\t{verb}\t{made.folder}\n")
            status = int(stem.stdout.readline())
            assert list(scratch.iterdir()) == []
            return status

        yield cut
        stem.stdin.close()
