"""``dure datasets`` on a corpus: with no node, and at one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.datasets.corpora.corpora import TEXTS, lines, with_brat
from tests.node.alliance import Alliance, command

LABEL = "bravo//O// REL bravo FOR trial"


def test_a_corpus_is_inspected_with_no_node(tmp_path: Path) -> None:
    place, report = with_brat(tmp_path / "reports"), tmp_path / "out.html"
    said = command(None, "datasets", "inspect", place, "--report", report)
    assert (said.status, said.err) == (0, "")
    assert "brat" in said.out
    assert TEXTS[2] not in report.read_text("utf-8")
    assert report.stat().st_mode & 0o777 == 0o600


def test_what_is_no_corpus_says_so(tmp_path: Path) -> None:
    place = with_brat(tmp_path / "reports")
    for option, given in (("--target", "x"), ("--delimiter", "tab"), ("--targets", "coco")):
        said = command(None, "datasets", "inspect", place, option, given)
        assert said.status == 225
        assert f"{option} is for" in " ".join(said.err.split())
    said = command(None, "datasets", "inspect", place, "--annotations", "conll")
    assert (said.status, "[corpora.folder]" in said.err) == (250, True)


def test_a_corpus_is_imported_when_its_offsets_are_said(pinned: Alliance, tmp_path: Path) -> None:
    text = "배가 부산항에"
    place = lines(tmp_path / "reports.jsonl", *[{"text": text, "label": [[7, 16, "PORT"]]}] * 6)
    words = ("datasets", "import", place, "--label", LABEL, "--annotations", "jsonl")
    said = command(pinned, *words)
    assert (said.status, "[corpora.annotations]" in said.err) == (252, True)
    assert "--offsets utf-8" in " ".join(said.err.split())
    told = json.loads(command(pinned, *words, "--json", "--offsets", "utf-8").out)
    assert (told["name"], told["rows"]) == ("reports", "6")
    out = tmp_path / "out"
    assert command(pinned, "datasets", "export", told["id"], out).status == 0
    assert (out / "spans.parquet").is_file()
