"""``dure trials probe``: the verdict first, a status for each, and a report that somebody signs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dure.sandbox import tiers
from dure.sandbox.tasks import HostReport
from dure.trials.probes import suite
from dure.trials.probes.catalogue import Control
from dure.trials.probes.suite import ProbeOutcome
from tests.node.alliance import Alliance, command

HELD = ProbeOutcome("files.host-file", "contained", "ENOENT", Control.BARE, "worked", "read it")
SILENT = ProbeOutcome("files.sysrq", "contained", "ENOENT", Control.ROOT, "failed", "ENOENT")
OUT = replace(HELD, name="network.tcp-loopback", outcome="escaped", seen="connected")
BROKEN = replace(HELD, name="calls.bpf", outcome="unprobed", seen="a defect")


def told(monkeypatch: pytest.MonkeyPatch, *outcomes: ProbeOutcome) -> None:
    """Have the suite come to this, and take its steps."""

    def run(families, *, progress, tier):
        progress("together")
        progress("loose")
        return [one for one in outcomes if not families or one.name.partition(".")[0] in families]

    monkeypatch.setattr(suite, "run_suite", run)
    monkeypatch.setattr(tiers, "probe_host_in", lambda tier: HostReport(tier, 0, {}, ()))


@pytest.mark.parametrize(
    ("outcomes", "status", "first"),
    [
        ((HELD, SILENT), 0, "Nothing got out."),
        ((HELD, BROKEN, OUT), 226, "Something got out."),
        ((HELD, BROKEN), 227, "Not everything could be probed."),
    ],
)
def test_the_verdict_comes_first_and_is_the_status(outcomes, status, first, monkeypatch):
    told(monkeypatch, *outcomes)
    said = command(None, "trials", "probe")
    assert said.status == status
    assert said.out.splitlines()[0] == first
    assert "Nobody has signed" in said.out
    names = {one.name for one in outcomes if one.outcome in {"escaped", "unprobed"}}
    assert any(name in said.err for name in names) or not names
    as_json = command(None, "trials", "probe", "--json")
    assert as_json.status == status
    assert {row["name"] for row in json.loads(as_json.out)["probes"]} == {
        one.name for one in outcomes
    }


def test_all_shows_what_needs_no_look(monkeypatch):
    told(monkeypatch, HELD, SILENT)
    assert "host-file" not in command(None, "trials", "probe").out
    assert "sysrq" in command(None, "trials", "probe").out
    assert "host-file" in command(None, "trials", "probe", "--all").out


def test_a_family_is_chosen_by_name(monkeypatch):
    told(monkeypatch, HELD, BROKEN)
    assert command(None, "trials", "probe", "--family", "files").status == 0
    assert command(None, "trials", "probe", "--family", "calls").status == 227
    unknown = command(None, "trials", "probe", "--family", "nothing")
    assert unknown.status == 2
    assert "network | files" in unknown.err


def test_a_report_is_signed_kept_and_verified(pinned: Alliance, tmp_path: Path, monkeypatch):
    told(monkeypatch, HELD, SILENT)
    file, charter = tmp_path / "probes.json", pinned.folder / "charter.json"
    passphrase = ("--key-passphrase-file", pinned.passphrase_file)
    signer = ("--key", pinned.key("bravo.steward"), *passphrase)
    made = command(None, "trials", "probe", *signer, "--report", file)
    assert made.status == 0, made
    assert "Signed by bravo.steward" in made.out
    checked = command(None, "trials", "probe", "--verify", file, "--charter", charter)
    assert checked.status == 0, checked
    assert checked.out.splitlines()[0] == "Nothing got out."
    file.write_bytes(file.read_bytes().replace(b'"tier":"A"', b'"tier":"B"'))
    changed = command(None, "trials", "probe", "--verify", file)
    assert changed.status == 228
    assert "signature is not over this report" in changed.err


def test_the_node_signs_and_keeps_the_last_whole_report(
    pinned: Alliance, tmp_path: Path, monkeypatch
):
    from dure.trials.probes import report

    told(monkeypatch, *[replace(HELD, name=name) for name in report.titles()])
    file, charter = tmp_path / "probes.json", pinned.folder / "charter.json"
    made = command(pinned, "trials", "probe", "--sign", "--report", file)
    assert made.status == 0, made
    assert "Signed by bravo, key" in made.out
    verify = ("trials", "probe", "--verify", file, "--charter", charter)
    assert "Signed by bravo, key" in command(None, *verify).out
    with pinned.open() as node:
        kept = node.house.host_reports.last("A")
        assert kept == file.read_bytes()
        last = node.ledger.show(1)[-1]
        assert last["type"] == "host.probed"
    part = command(pinned, "trials", "probe", "--sign", "--family", "files", "--tier", "B")
    assert part.status == 0
    with pinned.open() as node:
        assert node.house.host_reports.last("A") == kept
        assert node.house.host_reports.last("B") == b""  # a part is no proof
    file.write_bytes(file.read_bytes().replace(b'"kernel":"', b'"kernel":"0'))
    changed = command(None, *verify)
    assert (changed.status, "signature is not over" in changed.err) == (228, True)
    both = command(pinned, "trials", "probe", "--sign", "--key", pinned.key("bravo.steward"))
    assert both.status == 2


def test_a_report_of_other_probes_is_said_to_be_one(tmp_path: Path, monkeypatch):
    from dure.trials.probes import report

    told(monkeypatch, HELD)
    file = tmp_path / "probes.json"
    assert command(None, "trials", "probe", "--report", file).status == 0
    assert "other probes" not in command(None, "trials", "probe", "--verify", file).out
    monkeypatch.setattr(report, "suite_digest", lambda: "sha256:other")
    assert "other probes" in command(None, "trials", "probe", "--verify", file).out


def test_a_report_that_leaves_probes_out_is_said_to(tmp_path: Path, monkeypatch):
    """What escaped may have been left out by who signed it, or by asking for one family alone."""
    from dure.trials.probes import report

    every = [replace(HELD, name=name) for name in report.titles()]
    file = tmp_path / "probes.json"
    for outcomes, said in ((every[2:], "leaves out 2 "), (every, "")):
        told(monkeypatch, *outcomes)
        command(None, "trials", "probe", "--report", file)
        verified = command(None, "trials", "probe", "--verify", file).out
        assert ("leaves out" in verified) == bool(said)
        assert said in verified


def test_a_report_of_what_escaped_is_verified_all_the_same(tmp_path: Path, monkeypatch):
    told(monkeypatch, OUT)
    file = tmp_path / "probes.json"
    assert command(None, "trials", "probe", "--report", file).status == 226
    verified = command(None, "trials", "probe", "--verify", file)
    assert (verified.status, verified.out.splitlines()[0]) == (0, "Something got out.")


def test_a_family_is_really_probed():
    said = command(None, "trials", "probe", "--family", "archives", "--json")
    whole = json.loads(said.out)
    assert (said.status, whole["verdict"], whole["signature"]) == (0, "contained", None)
    assert whole["counts"]["contained_with_control"] == whole["counts"]["probes"] > 10
    assert {row["control"]["where"] for row in whole["probes"]} == {"naive"}
