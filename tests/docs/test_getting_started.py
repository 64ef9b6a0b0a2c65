"""The page that a newcomer follows, run as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
FENCE = re.compile(r"```(sh|toml|python)\n(.*?)```", re.DOTALL)


def script() -> str:
    """Every block of the page in order; the TOML block becomes the file that the page names."""
    lines = ["set -euo pipefail"]
    for kind, block in FENCE.findall(PAGE):
        if kind == "toml":
            lines.append(f"cat > alliance.toml <<'END'\n{block}END")
        elif kind == "python":
            lines.append(f"{sys.executable} - <<'END'\n{block}END")
        else:
            lines += [
                line for line in block.splitlines() if not line.startswith(("make", "export PATH"))
            ]
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_page_works_as_it_stands(tmp_path):
    door = tmp_path / "bin" / "dure"
    door.parent.mkdir()
    door.write_text(f"#!{sys.executable}\nfrom dure.cli.main import run\nrun()\n")
    door.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", script()],
        cwd=tmp_path,
        env={
            **{key: value for key, value in os.environ.items() if not key.startswith("DURE_")},
            "DURE_LANG": "en",
            "PATH": f"{door.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "A first alliance of one" in done.stdout
    assert "The ledger is whole." in done.stdout
    assert (tmp_path / "record").is_dir()
    assert (tmp_path / "record-2").is_dir()


def test_the_page_is_more_than_a_few_lines():
    assert len([line for line in script().splitlines() if line.startswith("dure ")]) > 10
