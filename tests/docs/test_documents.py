"""The documents are in step with the code, with each other and with the make targets."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: path.as_posix()
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)

# Each name of the design's table, and the words that it forbids to be mixed up.
TERMS = {
    "Alliance": "협의체", "Charter": "협약", "Node": "기관 노드", "Principal": "행위자",
    "Label": "보안등급 표시", "Asset": "자산", "Vault": "격리 저장소", "Ticket": "열람권",
    "Trial": "시험", "Action": "행위", "Verdict": "판정", "Request": "요청", "Vote": "표결",
    "Permit": "승인서", "Executor": "집행 서비스", "Keeper": "키 관리 서비스", "Ledger": "감사 기록",
    "Checkpoint": "서명 기준점", "Witness": "공동확인 기관", "Finding": "점검 결과",
    "Report": "보고서", "Targets": "정답", "Outcome": "시험 결과", "Disposition": "처분",
    "Profile": "운영 구성", "Statistics": "통계", "Runtime": "실행 환경", "Gate": "반출 관문",
    "Check": "협약 점검", "Benchmark": "평가 기준 자산", "Envelope": "봉투", "Bundle": "봉인 꾸러미",
    "Room": "방", "Attestation": "소속 기관 확인", "Canonical bytes": "정규 바이트",
    "Crypto suite": "암호 묶음", "Sandbox": "격리 실행 환경", "Handle": "가명 식별자",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands() -> list[list[str]]:
    """Every ``dure …`` line of the documents, cut to words."""
    return [
        words[1:]
        for path in DOCUMENTS
        for block in FENCE.findall(path.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if (words := shlex.split(line, comments=True)) and Path(words[0]).name == "dure"
    ]


def test_generated_documents_are_in_step_with_the_code():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_docs.py", "--check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


def test_every_make_target_that_a_document_names_exists():
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        quoted = [
            *re.findall(r"`make ([a-z0-9-]+)", text),
            *re.findall(r"^make ([a-z0-9-]+)", text, re.MULTILINE),
        ]
        assert set(quoted) <= targets, path


def test_make_help_explains_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = makefile.split(".PHONY:")[1].split("\n\n")[0].replace("\\", " ").split()
    explained = subprocess.run(
        ["make", "help"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert set(phony) == {line.split()[0] for line in explained.splitlines() if line}


def test_make_serve_is_honest():
    done = subprocess.run(
        ["make", "serve"], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode != 0
    assert "not built yet" in done.stderr


def test_every_command_in_the_documents_is_one_that_dure_knows():
    import typer

    from dure.cli.main import app

    assert commands()
    root = typer.main.get_command(app)
    for words in commands():
        command = root
        for word in words:
            if word.startswith("-") or not hasattr(command, "get_command"):
                break
            context = command.make_context("dure", [], resilient_parsing=True)
            command = command.get_command(context, word)
            assert command is not None, words


def test_both_readmes_say_the_same():
    english, korean = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")
    )
    shape = re.compile(r"^(#+) ", re.MULTILINE)
    assert shape.findall(english) == shape.findall(korean)
    without_comments = re.compile(r" +#.*$", re.MULTILINE)
    assert [without_comments.sub("", one) for one in FENCE.findall(english)] == [
        without_comments.sub("", one) for one in FENCE.findall(korean)
    ]
    others = {"README.md", "README.ko.md"}
    assert set(LINK.findall(english)) - others == set(LINK.findall(korean)) - others


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_is_one_page_of_four_parts(path):
    text = path.read_text(encoding="utf-8")
    number = int(path.name[:4])
    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Considered",
    ]
    assert len(text.splitlines()) <= 70
    title = text.splitlines()[0].partition(". ")[2]
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert f"{number}. [{title}](decisions/{path.name})" in index


def test_decisions_are_numbered_without_gaps():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize(("term", "korean"), TERMS.items())
def test_the_glossary_has_each_term_of_the_design_in_both_languages(term, korean):
    rows = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    assert any(row.startswith(f"| {term} | {korean} |") for row in rows)


def test_no_glossary_term_stands_twice():
    rows = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    terms = [
        row.split("|")[1].strip() for row in rows if row.startswith("| ") and "한국어" not in row
    ]
    koreans = [
        row.split("|")[2].strip() for row in rows if row.startswith("| ") and "한국어" not in row
    ]
    assert len(terms) == len(set(terms))
    assert len(koreans) == len(set(koreans))


def test_every_environment_variable_that_the_code_reads_is_documented():
    settings = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for path in (ROOT / "src").rglob("*.py"):
        for name in re.findall(r"\bDURE_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8")):
            assert f"`{name}`" in settings, (name, path)


def test_the_picture_of_the_house_is_plain_and_shows_every_layer():
    picture = (ROOT / "docs" / "house.svg").read_text(encoding="utf-8")
    tree = ET.fromstring(picture)
    words = " ".join(tree.itertext())
    rooms = {path.parent.name for path in (ROOT / "src" / "dure").glob("*/__init__.py")}
    assert not [room for room in rooms if room not in words]
    assert not re.search(r"<script|<image|href|url\(|@import|\bon\w+=", picture)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [room for room in rooms if room not in readme.split("The same for a terminal")[1]]


def test_the_changelog_names_this_version_or_what_is_unreleased():
    import dure

    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {dure.__version__}" in text or "## Unreleased" in text
