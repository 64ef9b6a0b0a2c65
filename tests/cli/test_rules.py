"""``dure datasets rules`` on bare files: no node is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.node.alliance import Said, command


def toml(*rules: str) -> str:
    return "contract = 1\n" + "".join(f"[[rule]]\n{rule}\n" for rule in rules)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text("unit,age\na,30\nb,200\nb,\n", encoding="utf-8")
    return file


def check(file: Path, contract: str, *words: object) -> Said:
    rules = file.with_name("rules.toml")
    rules.write_text(contract, encoding="utf-8")
    return command(None, "datasets", "rules", "check", file, rules, *words)


AGES = 'kind = "range"\ncolumn = "age"\nmax = 120'
UNITS = 'kind = "foreign-key"\ncolumns = ["unit"]\ntable = "units"\nkeys = ["id"]'


def test_a_broken_rule_ends_with_a_status_of_its_own(file: Path):
    said = check(file, toml(AGES, 'kind = "row-count"\nmin = 1'))
    assert said.status == 91
    assert "[datasets.rules]" in said.err
    assert "1 of 2 rules hold" in said.out
    assert "range(age)" in said.out
    assert "200" not in said.out + said.err
    kept = check(file, toml('kind = "row-count"\nmin = 1'))
    assert (kept.status, kept.err) == (0, "")
    assert "1 of 1 rules hold" in kept.out


def test_programs_get_one_value_and_the_status(file: Path):
    said = check(file, toml(AGES, UNITS), "--json")
    body: dict[str, Any] = json.loads(said.out)
    assert (said.status, said.err) == (91, "")
    assert (body["kept"], body["broken"], body["unfit"]) == (0, 1, 1)
    assert body["outcomes"][0]["samples"] == [{"row": 2, "values": {}}]
    units = file.with_name("units.csv")
    units.write_text("id\na\nb\n", encoding="utf-8")
    more = ("--table", f"units={units}", "--show", "age", "--samples", "5", "--json")
    body = json.loads(check(file, toml(AGES, UNITS), *more).out)
    assert [one["state"] for one in body["outcomes"]] == ["broken", "kept"]
    assert body["outcomes"][0]["samples"] == [{"row": 2, "values": {"age": "200"}}]
    shown = check(file, toml(AGES, 'kind = "not-null"\ncolumn = "age"'), "--show", "age")
    assert "2: age=200" in shown.out
    assert "3: age=-" in shown.out


def test_a_contract_that_is_none(file: Path):
    said = check(file, "contract = 1\n[[rule]]\nkind = 'magic'\n")
    assert (said.status, said.out) == (90, "")
    assert "rules.toml, rule[0].kind" in said.err


def test_a_proposal_is_printed_written_and_kept(file: Path, tmp_path: Path):
    words = ("datasets", "rules", "propose", file)
    printed = command(None, *words)
    assert printed.status == 0
    assert 'kind = "type"' in printed.out
    body = json.loads(command(None, *words, "--json").out)
    assert body["left_out"] == 0
    assert check(file, body["contract"]).status == 0
    out = tmp_path / "out.toml"
    assert command(None, *words, "--out", out).status == 0
    assert out.read_text(encoding="utf-8") == body["contract"]
    again = command(None, *words, "--out", out)
    assert (again.status, again.out) == (21, "")
    assert json.loads(command(None, *words, "--out", tmp_path / "b.toml", "--json").out)["file"]
