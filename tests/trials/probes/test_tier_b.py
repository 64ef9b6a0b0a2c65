"""The suite in tier B: nothing escapes but what the tier says it does not contain, and that shows."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from dure.sandbox import landlock
from dure.trials.probes import gaps
from dure.trials.probes.catalogue import CATALOGUE, FAMILIES
from dure.trials.probes.suite import ProbeOutcome, run_suite
from tests.cli import test_probing
from tests.node.alliance import command
from tests.sandbox.users import run_as_ordinary_user

WALLS = ("network", "files", "processes", "calls")


def escaped(found: tuple[ProbeOutcome, ...]) -> set[str]:
    return {one.name for one in found if one.outcome == "escaped"}


def check(found: tuple[ProbeOutcome, ...]) -> None:
    assert [one for one in found if one.outcome in {"escaped", "unprobed"}] == []
    assert {one.name for one in found} == {probe.name for probe in CATALOGUE}
    assert {one.name.partition(".")[0] for one in found if one.counted} == set(FAMILIES)
    assert sum(one.counted for one in found) >= 90


def test_nothing_escapes_but_the_documented_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run_suite(WALLS, controls=False, tier="B")
    assert [one for one in found if one.outcome in {"escaped", "unprobed"}] == []
    told = {one.name for one in found if one.outcome == "informational"}
    assert set(gaps.GAPS["B"]) <= told
    # A gap that nobody has written down is an escape; so is one that a stronger tier has.
    monkeypatch.setattr(gaps, "GAPS", {"B": {}})
    assert escaped(run_suite(["files"], controls=False, tier="B")) == {
        "files.host-file-is-there",
        "files.size-of-host-file",
    }


def test_without_landlock_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    # The launcher is a process of its own: what it is told to allow is the wall taken down.
    monkeypatch.setattr("dure.sandbox.tier_b._allowed", lambda _: [("/", landlock.READ)])
    assert escaped(run_suite(["files"], controls=False, tier="B")) >= {
        "files.host-file",
        "files.accounts",
        "files.climb-out",
    }


def test_what_is_watched_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    probes = [one for one in CATALOGUE if one.name in gaps.WATCHED["B"]]
    assert len(probes) == len(gaps.WATCHED["B"]) == 4
    monkeypatch.setattr("dure.trials.probes.suite.CATALOGUE", probes)
    found = run_suite(controls=False, tier="B")
    assert {(one.outcome, one.seen) for one in found} == {("contained", "killed: memory")}


def test_the_gaps_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "processes.see-host"
    gap = ProbeOutcome(name, "informational", "sees", test_probing.HELD.where, "worked", "sees")
    test_probing.told(monkeypatch, gap)
    said = command(None, "trials", "probe", "--tier", "B")
    assert said.status == 0
    assert "does not contain 1 of these" in said.out
    assert "Open data alone" in said.out
    assert "does not contain" not in command(None, "trials", "probe", "--tier", "A").out
    unknown = command(None, "trials", "probe", "--tier", "C")
    assert (unknown.status, "A | " in unknown.err) == (2, True)


def test_a_report_names_its_tier() -> None:
    said = command(None, "trials", "probe", "--family", "archives", "--tier", "B", "--json")
    whole = json.loads(said.out)
    assert (said.status, whole["verdict"], whole["host"]["tier"]) == (0, "contained", "B")


@pytest.mark.exhaustive
def test_nothing_escapes_with_every_control() -> None:
    check(run_suite(tier="B"))


_AS_ANOTHER = """
import json
from dure.trials.probes.suite import run_suite
print(json.dumps([[o.name, o.outcome, o.seen, o.where, o.control, o.reached] for o in run_suite(tier="B")]))
"""


@pytest.mark.root
@pytest.mark.exhaustive
def test_nothing_escapes_an_ordinary_user_either() -> None:
    folder = Path(tempfile.mkdtemp(prefix="dure-user-"))  # pytest's own are closed to other users
    try:
        ended = run_as_ordinary_user(["-c", _AS_ANOTHER], folder)
    finally:
        shutil.rmtree(folder)
    assert ended.returncode == 0, ended.stderr
    check(tuple(ProbeOutcome(*row) for row in json.loads(ended.stdout)))
