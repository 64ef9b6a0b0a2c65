"""``dure datasets deidentify`` and ``privacy``: on a bare file, and on a data set of a node."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dure.datasets.privacy.errors import PrivacyError
from dure.node.desks.privacy import PrivacyDesk
from tests.datasets.privacy import people
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, command, services_inside

NUMBER = people.resident_number(0)


def test_a_first_minute_needs_no_node(tmp_path: Path):
    file, plan = people.write(tmp_path), tmp_path / "plan.toml"
    said = command(None, "datasets", "deidentify", "propose", file, "--out", plan)
    assert (said.status, said.err) == (0, "")
    assert 'method = "pseudonym"\nname = "주민등록번호"' in plan.read_text("utf-8")
    said = command(None, "datasets", "deidentify", "preview", file, plan, "--rows", 1)
    assert (said.status, said.err) == (0, "")
    assert "999999-9999999" in said.out
    assert NUMBER not in said.out
    shown = command(
        None, "datasets", "deidentify", "preview", file, plan, "--show", "주민등록번호", "--json"
    )
    assert json.loads(shown.out)["before"][0]["주민등록번호"] == NUMBER
    said = command(None, "datasets", "deidentify", "risk", file, plan, "--json")
    body = json.loads(said.out)
    assert body["before"]["k"] <= body["after"]["k"]
    assert body["personal_left"] == body["unnamed_columns"] == []


def test_risk_lists_what_a_plan_leaves(tmp_path: Path):
    file, plan = people.write(tmp_path), tmp_path / "plan.toml"
    plan.write_text('deidentify = 1\n[[column]]\nmethod = "drop"\nname = "성명"\n', "utf-8")
    said = command(None, "datasets", "deidentify", "risk", file, plan)
    assert said.status == 0
    assert "registration" in said.out
    assert "The plan doesn't name, and so keeps: 주민등록번호, 나이" in said.out
    assert NUMBER not in said.out


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("propose", "people.csv", "--service-number", "##"), "privacy.scan", 209),
        (("preview", "people.csv", "missing.toml"), "readers.source", 45),
        (("risk", "people.csv", "other.toml"), "privacy.plan", 204),
    ],
)
def test_what_can_not_be_used_is_refused_in_words(
    tmp_path: Path, words: tuple[str, ...], code: str, status: int
):
    people.write(tmp_path)
    (tmp_path / "other.toml").write_text('deidentify = 1\nquasi = ["no such"]\n', "utf-8")
    given = (tmp_path / word if "." in word else word for word in words)
    said = command(None, "datasets", "deidentify", *given)
    assert said.status == status
    assert f"[{code}]" in said.err


def test_a_steward_applies_a_plan_writes_a_record_and_asks_for_a_lower_label(tmp_path: Path):
    made = alliance.pinned().copy(tmp_path / "made")
    file, plan = people.write(tmp_path), tmp_path / "plan.toml"
    plan.write_text(people.PLAN, encoding="utf-8")
    with services_inside():
        command(made, "datasets", "import", file, "--label", LABEL, "--name", "people")
        said = command(made, "datasets", "deidentify", "apply", "people", plan, "--name", "safe")
        assert (said.status, said.err) == (0, "")
        assert LABEL in said.out
        refused = command(
            made, "datasets", "deidentify", "request-lower", "people", "--label", SHARED
        )
        assert (refused.status, "[privacy.record]" in refused.err) == (207, True)
        said = command(
            made,
            *("datasets", "privacy", "record", "safe", "--basis", "pseudonym-research"),
            *("--purpose", "연구", "--retain-until", "2099-12-31"),
            *("--handling", "pseudonymised", "--review", "adequate"),
            *("--reviewer", "bravo.officer", "--reviewed-on", "2026-01-31"),
        )
        assert (said.status, said.err) == (0, "")
        assert "scientific research" in said.out
        assert "There is no record" in command(made, "datasets", "privacy", "show", "people").out
        shown = json.loads(command(made, "datasets", "privacy", "show", "safe", "--json").out)
        assert (shown["number"], shown["basis"]) == (1, "pseudonym-research")
        assert "Nothing is due" in command(made, "datasets", "privacy", "due", "--request").out
        said = command(made, "datasets", "deidentify", "request-lower", "safe", "--label", SHARED)
        assert (said.status, said.err) == (0, "")
        assert "dure decisions approve" in said.out
        early = command(made, "datasets", "privacy", "request-shred", "safe")
        assert (early.status, "[privacy.request]" in early.err) == (208, True)
        for words in (("deidentify", "lower"), ("privacy", "shred")):
            said = command(made, "datasets", *words, "0" * 16)
            assert (said.status, "[governance.unknown]" in said.err) == (65, True), said


def test_what_can_not_be_asked_for_is_said_and_keeps_no_other_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told = {"id": "a" * 64, "name": "ships", "retain_until": "2026-01-01", "derived": 0}
    refused = PrivacyError("privacy.request", asset="a" * 16, reason="images")
    rows = [{**told, "request": "", "refused": refused}, {**told, "request": "0" * 16}]
    monkeypatch.setattr(PrivacyDesk, "request_due", lambda _: [dict(row) for row in rows])
    with services_inside():
        made = alliance.pinned().copy(tmp_path / "made")
        said = command(made, "datasets", "privacy", "due", "--request", "--json")
        first, second = json.loads(said.out)
        assert (said.status, first["refused"]["code"]) == (1, "privacy.request")
        assert (second["request"], "refused" in second) == ("0" * 16, False)
        assert command(made, "datasets", "privacy", "due", "--request").status == 1
