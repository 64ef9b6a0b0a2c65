"""What people read: usage errors and fields in their language, and what is done next."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node.alliance import ROOT, SHARED, Alliance, command

HANGUL = re.compile(r"[가-힣]")
USAGE = (
    "datasets import",
    "datasets import FILE",
    "datasets imprt",
    "nonsense",
    "node status --hom x",
    "ledger show --last",
    "ledger show --last 0",
    "ledger show --last x",
    "node status a b",
    "--lang fr node status",
)


def dure(words: str, language: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from dure.cli.main import run; run()", *words.split()],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "DURE_LANG": language},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", USAGE)
def test_words_that_cant_be_read_are_refused_in_the_readers_language(words: str):
    korean = "--lang" not in words
    for language in ("en", "ko"):
        done = dure(words, language)
        assert (done.returncode, done.stdout) == (2, ""), done
        what, why, following, code = done.stderr.splitlines()
        assert code == "  [cli.usage]"
        assert following.endswith("--help")
        for line in (what, why):
            assert bool(HANGUL.search(line)) is (language == "ko" and korean), line


def test_a_program_gets_them_as_json():
    done = dure("--json datasets import", "en")
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["exit_status"]) == ("cli.usage", 2)
    assert (done.returncode, done.stderr) == (2, "")


def test_help_is_korean_throughout():
    for words in ("node init --help", "node --help"):
        english, korean = dure(words, "en").stdout, dure(words, "ko").stdout
        for phrase in ("Usage:", "Show this message", *(["[required]"] if "init" in words else [])):
            assert phrase in english
            assert phrase not in korean
        assert "--install-completion" not in english


def test_fields_are_korean_for_people_and_stay_for_programs(asked: Alliance):
    code = (
        "import sys\nfrom dure.cli.fields import FIELDS\nfrom dure.cli.output import Output\n"
        "Output('--json' in sys.argv).value(dict.fromkeys(FIELDS, 'x'))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "DURE_LANG": "ko"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert all(HANGUL.search(line) for line in shown)
    (row,) = json.loads(command(asked, "decisions", "list", "--json").out)
    view = json.loads(command(asked, "decisions", "show", row["id"], "--json").out)
    status = json.loads(command(asked, "node", "status", "--json").out)
    (asset,) = json.loads(command(asked, "datasets", "list", "--json").out)
    shown_asset = json.loads(command(asked, "datasets", "show", asset["id"], "--json").out)
    from dure.cli.fields import FIELDS

    for value in (view, status, shown_asset["asset"]):
        assert set(value) <= set(FIELDS)


def test_what_to_do_next_is_said(asked: Alliance):
    said = command(asked, "transfers", "request", "tracks", "--to", "alpha", "--label", SHARED)
    (*_, last) = said.out.splitlines()
    request = re.search(r"dure decisions approve (\w+) --key KEY", last)
    assert request, said
    assert command(asked, "decisions", "show", request[1]).status == 0


def test_a_charter_that_people_signed_is_not_overwritten(tmp_path: Path):
    signed = tmp_path / "charter.json"
    signed.write_text("signatures", encoding="utf-8")
    propose = ("charter", "propose", tmp_path / "alliance.toml", "--out")
    refused = command(None, *propose, signed)
    assert (refused.status, "is there already" in refused.err) == (2, True)
    assert signed.read_text(encoding="utf-8") == "signatures"
    assert "is there already" not in command(None, *propose, tmp_path / "new.json").err
