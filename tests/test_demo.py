"""The demonstration says what it is before it plays anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("word", "language", "status", "said"),
    [
        ("--help", "en", 0, "three invented agencies"),
        ("--help", "ko", 0, "세 기관"),
        ("--play-it-twice", "en", 2, "unrecognized arguments"),
    ],
)
def test_asking_plays_nothing(word: str, language: str, status: int, said: str):
    done = subprocess.run(
        [sys.executable, "-m", "demo", word],
        cwd=ROOT,
        env=os.environ
        | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DURE_LANG": language, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert "checks held" not in done.stdout
