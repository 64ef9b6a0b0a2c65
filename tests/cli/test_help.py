"""What the command line says of itself, in both languages, and how little it loads to say it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from functools import cache

import pytest
from rich.console import Console
from rich.table import Table

from dure.cli.help_tables import WholeTable
from tests.node.alliance import ROOT

KOREAN = re.compile(r"[가-힣]")
COMMANDS = """
node init|node status|node doctor|node start|node backup|node restore|node rotate|node recover|
charter new-key|charter propose|charter sign|charter pin|charter show|
datasets import|datasets columns|datasets inspect|datasets list|datasets show|datasets export|datasets rules|
datasets rules propose|datasets rules check|datasets verify|datasets about|datasets dcat|datasets search|datasets lineage|datasets request-publish|datasets publish|datasets page|datasets acknowledge|datasets dummy|
datasets commit|datasets versions|datasets diff|datasets tag|datasets withdraw|datasets hold|datasets gc|
datasets elements|datasets elements load|datasets elements list|datasets elements show|
datasets elements export|datasets map|datasets map propose|datasets map confirm|datasets map rules|datasets conform|
datasets deidentify|datasets deidentify keys|datasets deidentify request-shred-keys|datasets deidentify shred-keys|datasets deidentify images|datasets deidentify propose|datasets deidentify preview|
datasets deidentify risk|datasets deidentify apply|datasets deidentify request-lower|
datasets deidentify lower|datasets deidentify images|datasets deidentify texts|datasets privacy|datasets privacy record|datasets privacy show|
datasets privacy due|datasets privacy request-shred|datasets privacy shred|
trials doctor|trials probe|trials new|trials check|trials convert|trials submit|trials prepare|trials list|trials run|trials show|trials compare|
trials leaderboard|trials appeal|trials appeals|trials answer|
trials benchmarks|trials offer|trials card|trials close|trials compare|
trials request-release|trials release|trials work|trials watch|trials cancel|trials run-job|
decisions list|decisions show|decisions approve|decisions reject|decisions cast|decisions reconcile|
transfers request|transfers seal|transfers open|
exchange send|exchange receive|exchange status|
ledger show|ledger export|ledger verify
"""
GROUPS = {"node", "charter", "datasets", "trials", "decisions", "transfers", "exchange", "ledger"}


def run(code: str, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(["-c", code] if code else []), *words],
        env=os.environ
        | {
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DURE_LANG": language,
            "COLUMNS": "200",
            "TERM": "dumb",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def helps(language: str) -> dict[str, str]:
    done = run("", "-m", "tests.cli.helps", language=language)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_every_command_is_there():
    wanted = {part.strip() for part in COMMANDS.replace("\n", "").split("|")}
    assert set(helps("en")) == wanted | GROUPS | {""}


EXAMPLE = re.compile(r"(?:For instance|예): (dure trials .*)")
PARSED = """
import json, shlex, sys, typer
from dure.cli.trials import app
root, refused = typer.main.get_command(app), []
for line in json.load(sys.stdin):
    _, _, verb, *words = shlex.split(line)
    try:
        root.commands[verb].make_context(verb, words)
    except BaseException as error:
        refused.append(f"{line}: {error}")
print(json.dumps(refused))
"""


def test_each_verb_on_trials_has_an_example_that_is_taken():
    lines = set()
    for language in ("en", "ko"):
        said = {name: text for name, text in helps(language).items() if name.startswith("trials ")}
        examples = {name: EXAMPLE.findall(" ".join(text.split())) for name, text in said.items()}
        assert not [name for name, found in examples.items() if len(found) != 1]
        assert {found[0].split()[2] for found in examples.values()} == {
            name.split()[1] for name in said
        }
        lines |= {found[0] for found in examples.values()}
    wrong = "dure trials run"  # the positive control
    done = subprocess.run(
        [sys.executable, "-c", PARSED], input=json.dumps([*sorted(lines), wrong]), text=True, check=True,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, stdout=subprocess.PIPE,
    )  # fmt: skip
    (refused,) = json.loads(done.stdout)
    assert refused.startswith(wrong + ":")


def sentences(text: str) -> list[str]:
    """Return the words that a help says, without names of commands, options and values."""
    lines = [
        re.sub(r"[│╭╮╰╯─*]|\[[^\]]*\]|--?[\w-]+|<[^>]*>", " ", line) for line in text.splitlines()
    ]
    return [line for line in lines if re.search(r"[a-z]{4,} [a-z]+ ", line)]


def test_each_speaks_both_languages():
    for command, english in helps("en").items():
        assert not KOREAN.search(english), command
        assert sentences(english), command
        assert KOREAN.search(helps("ko")[command]), command


NARROW = """
import os, sys
os.environ["COLUMNS"] = "80"
sys.argv = ["dure", "datasets", "--help"]
from dure.cli import main
main.run()
"""
KOREAN_HELP = (
    "두 버전의 열과 행, 값 분포의 차이를 비교합니다. 값은 보이지 않습니다. 노드가 없어도 됩니다."
)


def losing(kind: type[Table]) -> list[int]:
    """Return the widths at which a table of help loses something of what it says."""
    lost = []
    for width in range(30, 90):
        table, out = kind(box=None, show_header=False), io.StringIO()
        table.add_column("Command", no_wrap=True)
        table.add_column("Description", ratio=10)
        table.add_row("diff", KOREAN_HELP)
        Console(file=out, width=width).print(table)
        if "".join(out.getvalue().split()) != "diff" + "".join(KOREAN_HELP.split()):
            lost.append(width)
    return lost


def test_no_syllable_is_lost():
    assert losing(WholeTable) == []
    assert losing(Table)  # the positive control
    done = run(NARROW, language="ko")
    assert "diff" in done.stdout
    assert "…" not in done.stdout
    options = run(NARROW.replace('"datasets"', '"trials", "prepare"'), language="ko").stdout
    assert "--floor" in options
    for literal in ("VALUE,…", "KIND,…", "PART,…"):
        options = options.replace(literal, "")
    assert "…" not in options


def test_the_lists_of_options_are_the_same_in_both():
    for command, text in helps("en").items():
        options = re.findall(r"--[a-z][a-z-]+", text)
        assert sorted(set(options)) == sorted(
            set(re.findall(r"--[a-z][a-z-]+", helps("ko")[command]))
        )


HEAVY = (
    "polars",
    "pyarrow",
    "sqlalchemy",
    "cryptography",
    "alembic",
    "sklearn",
    "numpy",
    "cedarpy",
)
LOADED = f"import sys; print([name for name in {HEAVY} if name in sys.modules])"


def test_importing_dure_loads_nothing_heavy():
    assert run(f"import dure; {LOADED}").stdout == "[]\n"
    assert run(f"import dure.node.executor; {LOADED}").stdout != "[]\n"  # the positive control


@pytest.mark.parametrize("words", ["--help", "", "--version"])
def test_asking_for_help_loads_nothing_heavy(words: str):
    code = (
        f"import sys\nfrom dure.cli.main import run\nsys.argv = ['dure', *{words.split()}]\n"
        f"try:\n    run()\nexcept SystemExit:\n    pass\n{LOADED}"
    )
    done = run(code)
    assert done.stdout.endswith("[]\n"), done.stdout + done.stderr


def test_help_wants_a_language_it_knows():
    code = "import sys; from dure.cli.words import LANGUAGE; print(LANGUAGE)"
    for words, wanted in (
        (["--lang", "ko"], "ko"),
        (["--lang=ko"], "ko"),
        (["--lang", "fr"], "en"),
        (["node", "--lang", "en"], "en"),
        ([], "ko"),
        (["--lang"], "ko"),
    ):
        assert run(code, *words, language="ko_KR.UTF-8").stdout == f"{wanted}\n", words
    bare = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DURE", "LC", "LANG"))
    }
    for extra, wanted in (
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LC_ALL": "C", "LANG": "ko"}, "en"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], env=bare | {"PYTHONPATH": str(ROOT / "src")} | extra,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == f"{wanted}\n", extra
