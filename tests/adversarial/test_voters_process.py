"""A voter's own process holds the passphrase and the signing key: a crash of it leaves no dump."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node.alliance import ROOT

_PROGRAM = """
import json, sys
from pathlib import Path
from dure.cli import passphrases
from dure.storage.hardening import hardening
before = hardening().complete
taken = getattr(passphrases, sys.argv[1])(*map(Path, sys.argv[2:]))
print(json.dumps([before, hardening().complete, taken.reveal().decode()]))
"""


@pytest.mark.parametrize("verb", ["node_passphrase", "key_passphrase", "new_passphrase"])
def test_who_takes_a_passphrase_is_hardened_first(tmp_path: Path, verb: str):
    secret = tmp_path / "passphrase"
    secret.write_text("open sesame, please\n")
    secret.chmod(0o600)
    arguments = ["officer.key", secret] if verb == "key_passphrase" else [secret]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, verb, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=True,
    )
    # False before is the positive control: nothing else had hardened it.
    assert json.loads(done.stdout) == [False, True, "open sesame, please"]
