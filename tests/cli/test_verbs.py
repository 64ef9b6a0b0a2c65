"""Every verb from the command line: one JSON value with ``--json``, words for people without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli import algorithms
from tests.node.alliance import LABEL, PASSPHRASE, SHARED, Alliance, command, wait_for


def told(made: Alliance | None, *words: object, status: int = 0, **more: Any) -> Any:
    """Run a verb with ``--json``; return the value it prints."""
    said = command(made, *words, "--json", **more)
    assert said.status == status, said
    assert said.err == ""
    return json.loads(said.out)


def words_of(made: Alliance | None, *words: object, **more: Any) -> str:
    said = command(made, *words, **more)
    assert said.status == 0, said
    return said.out


def key(made: Alliance, person: str) -> tuple[object, ...]:
    return ("--key", made.key(person), "--key-passphrase-file", made.passphrase_file)


def test_a_data_set_comes_in_and_is_seen(pinned: Alliance, tmp_path: Path):
    made = told(pinned, "datasets", "import", pinned.data, "--label", LABEL, "--name", "tracks",
                "--description", "Three ships.", "--licence", "CC0-1.0")  # fmt: skip
    assert (made["name"], made["rows"], made["columns"]) == ("tracks", "3", "3")
    (row,) = told(pinned, "datasets", "list")
    assert row["id"] == made["id"]
    assert told(pinned, "datasets", "list", "--purpose", "scoring") == [row]  # narrower than trial
    shown = told(pinned, "datasets", "show", "tracks")
    assert shown["croissant"]["license"].endswith("/CC0-1.0")
    assert told(pinned, "datasets", "export", "tracks", tmp_path / "out")["dataset"] == made["id"]
    assert (tmp_path / "out").is_dir()
    assert "tracks" in words_of(pinned, "datasets", "list")
    assert "speed_kn" in words_of(pinned, "datasets", "show", made["id"][:8])
    assert "Nothing to show" in words_of(pinned, "decisions", "list")


def test_a_transfer_from_request_to_the_other_agencys_vault(asked: Alliance, tmp_path: Path):
    media = tmp_path / "media"
    (row,) = told(asked, "decisions", "list")
    request = row["id"]
    other = told(asked, "transfers", "request", "tracks", "--to", "alpha", "--label", SHARED)["id"]
    view = told(asked, "decisions", "show", request)
    assert told(asked, "decisions", "show", request[:8])["digest"] == view["digest"]
    wait_for(told(asked, "decisions", "show", other))
    assert view["digest"] in words_of(
        asked, "decisions", "approve", request, *key(asked, "bravo.checker")
    )
    voted = told(asked, "decisions", "approve", request, *key(asked, "bravo.officer"))
    assert voted["state"] == "approved"
    rejected = told(asked, "decisions", "reject", other, *key(asked, "bravo.officer"))
    assert rejected["state"] == "rejected"
    sealed = told(asked, "transfers", "seal", request)
    assert told(asked, "transfers", "seal", request) == sealed  # the envelope again, not the act
    assert told(asked, "decisions", "reconcile", request)["state"] == "done"
    (sent,) = told(asked, "exchange", "send", media)
    assert sent["file"] == sealed["envelope"]
    assert told(asked, "exchange", "send", media) == []
    assert len(told(asked, "exchange", "send", media, "--again")) == 1
    (standing,) = told(asked, "exchange", "status")
    assert (standing["agency"], standing["last_sent"]) == ("alpha", 1)
    received = told(asked, "exchange", "receive", media, agency="alpha")
    assert [item["kind"] for item in received["handled"]] == ["bundle"]
    (bundle,) = told(asked, "transfers", "open", agency="alpha")
    assert "dure-bundle" in words_of(asked, "transfers", "open", agency="alpha")
    taken = told(asked, "transfers", "open", bundle["bundle"], agency="alpha")
    assert taken["label"] == SHARED
    again = words_of(asked, "exchange", "receive", media, agency="alpha")
    assert "taken at an earlier time" in again
    assert "alpha" in words_of(asked, "exchange", "status")
    assert "approved" not in words_of(asked, "decisions", "list")


def test_a_vote_is_carried_in_files(asked: Alliance, tmp_path: Path):
    (row,) = told(asked, "decisions", "list")
    file, vote = tmp_path / "request.json", tmp_path / "vote.json"
    view = told(asked, "decisions", "show", row["id"], "--out", file)
    wait_for(view)
    # On the officer's own machine, where there is no node at all.
    made = told(None, "decisions", "approve", file, *key(asked, "bravo.checker"), "--out", vote)
    assert made["request"] == view["digest"]
    assert told(asked, "decisions", "cast", vote)["approvals"] == ["bravo.checker"]
    beside = told(None, "decisions", "approve", file, *key(asked, "bravo.officer"))
    assert Path(beside["vote"]).parent == asked.key("bravo.officer").parent
    kept = told(
        asked, "decisions", "approve", row["id"], *key(asked, "bravo.officer"), "--out", vote
    )
    assert kept["vote"] == str(vote)
    assert told(asked, "decisions", "cast", vote)["state"] == "approved"


def test_the_ledger_is_shown_exported_and_verified(asked: Alliance, tmp_path: Path):
    entries = told(asked, "ledger", "show", "--last", 3)
    assert len(entries) == 3
    assert "content.read" in words_of(asked, "ledger", "show")
    record, earlier = tmp_path / "record", tmp_path / "earlier"
    made = told(asked, "ledger", "export", record)
    earlier.write_text(made["checkpoint"])
    told(asked, "ledger", "export", record)
    verify = ("ledger", "verify", record, "--charter", asked.charter_file, "--agency", "bravo")
    whole = told(None, *verify, "--since", earlier)
    assert whole["continues"] == made["size"] < whole["entries"]
    assert "The ledger is whole." in words_of(None, *verify)
    (bundle,) = (path for path in (record / "tile" / "entries").rglob("*") if path.is_file())
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(bytes(content))
    error = told(None, *verify, status=command(None, *verify).status)["error"]
    assert error["code"].startswith("ledger.")
    assert error["exit_status"] == command(None, *verify).status > 0


def test_the_node_says_what_it_is(pinned: Alliance):
    status = told(pinned, "node", "status")
    assert (status["agency"], status["profile"]) == ("bravo", "embedded")
    assert status["requests"] == 0
    assert told(pinned, "node", "status", who="bravo.auditor")["principal"] == "bravo.auditor"
    assert "embedded" in words_of(pinned, "node", "status")
    shown = told(pinned, "charter", "show")
    assert shown["digest"] == pinned.charter.charter.digest()
    words = words_of(pinned, "charter", "show")
    for part in (shown["digest"][:40], "bravo.steward", "Principals", "checker"):
        assert part in words
    # A delegate reads a charter before signing it, with no node at hand.
    carried = told(None, "charter", "show", pinned.charter_file)
    assert carried == shown | {"signed_by": ["alpha", "bravo"]}
    said = command(pinned, "node", "doctor", "--json")
    report = json.loads(said.out)
    assert "node.embedded" in [finding["code"] for finding in report["findings"]]
    assert said.status == (0 if report["ready"] else 1)
    assert "Open data only" in " ".join(command(pinned, "node", "doctor").out.split())


def test_the_doctors_need_no_node(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for group in ("node", "trials"):
        said = command(None, group, "doctor", "--json")
        assert "findings" in json.loads(said.out)
        assert command(None, group, "doctor").out


def test_a_first_alliance_from_nothing(tmp_path: Path, monkeypatch):
    """The ceremony from an empty folder, with the suite of Korean public agencies."""
    monkeypatch.chdir(tmp_path)
    passphrase = tmp_path / "passphrase"
    passphrase.write_bytes(PASSPHRASE)
    passphrase.chmod(0o600)
    asking = ("--key-passphrase-file", passphrase)
    made = told(None, "--passphrase-file", passphrase, "node", "init", "coast-node", "--agency",
                "coast", "--suite", "kr-public", "--principal", "coast.steward")  # fmt: skip
    assert made["profile"] == "embedded"
    assert Path(made["recovery_key"]).stat().st_mode & 0o777 == 0o600
    for person in ("coast.delegate", "coast.steward"):
        told(
            None,
            "charter",
            "new-key",
            person,
            "--out",
            f"keys/{person}.key",
            "--suite",
            "kr-public",
            *asking,
        )
    (tmp_path / "alliance.toml").write_text(ONE, encoding="utf-8")
    proposed = told(None, "charter", "propose", "alliance.toml", "--out", "charter.json")
    assert proposed["signed_by"] == []
    signed = told(
        None,
        "charter",
        "sign",
        "charter.json",
        "--agency",
        "coast",
        "--key",
        "keys/coast.delegate.key",
        *asking,
    )
    assert signed["signed_by"] == ["coast"]
    node = ("--home", "coast-node", "--passphrase-file", passphrase)
    pinned = told(None, *node, "charter", "pin", "charter.json", "--digest", signed["digest"])
    assert pinned["digest"] == proposed["digest"]
    assert told(None, *node, "node", "status")["suite"] == "kr-public"
    (tmp_path / "next.toml").write_text(ONE.replace("of one", "renamed"), encoding="utf-8")
    again = told(
        None, "charter", "propose", "next.toml", "--out", "next.json", "--previous", "charter.json"
    )
    assert again["version"] == 2
    told(
        None,
        "charter",
        "sign",
        "next.json",
        "--agency",
        "coast",
        "--key",
        "keys/coast.delegate.key",
        *asking,
    )
    told(None, *node, "charter", "pin", "next.json")
    assert told(None, *node, "charter", "show")["alliance"] == "Alliance renamed"


ONE = """alliance = "Alliance of one"
suite = "kr-public"
quorum = 1
deny = ["asset.transfer"]
[labels]
id = "first"
grades = ["O", "S", "C"]
categories = ["answer-key"]
purposes = [["trial", ""], ["scoring", "trial"]]
[[members]]
card = "coast-node/public/member.json"
delegate = "keys/coast.delegate.json"
name = { en = "Coast Agency", ko = "해안청" }
[[principals]]
id = "coast.steward"
roles = ["steward"]
grade = "O"
purposes = ["trial"]
keys = ["keys/coast.steward.json"]
[rules."report.release"]
votes = 3
"""


def test_a_trial_from_submission_to_released_report(pinned: Alliance, tmp_path: Path):
    media = tmp_path / "media"
    folder, data = algorithms.write(tmp_path)
    sent = told(
        pinned, "trials", "submit", folder, "--to", "bravo", agency="alpha", who="alpha.developer"
    )
    told(pinned, "exchange", "send", media, agency="alpha", who="alpha.developer")
    told(pinned, "exchange", "receive", media)
    (row,) = told(pinned, "trials", "list")["submissions"]
    submission = row["asset_id"]
    assert row["asset_id"] != sent["submission"]  # each node has its own name for it
    told(pinned, "datasets", "import", data, "--label", LABEL, "--name", "toy")
    benchmark = told(
        pinned, "trials", "prepare", "toy", "--name", "toy", "--target", "y", "--features", "a, b",
        "--floor", "mae=0.9", "--protect", "least=20",
    )  # fmt: skip
    assert benchmark["findings"] == []
    assert benchmark["answers_label"] == "bravo//O//answer-key REL bravo FOR scoring"
    run = told(pinned, "trials", "run", row["asset_id"][:12], "--on", benchmark["benchmark"][:12])
    assert run["outcome"] == "ok", run
    shown = told(pinned, "trials", "show", run["run"], "--diagnosis")
    assert "diagnosis" in shown
    assert {step["passage"] for step in shown["evidence"]["gates"]} <= {"passed", "not-applicable"}
    read = words_of(pinned, "trials", "show", run["run"])
    assert "not applicable" in read
    assert shown["result"]["figures"]["mae"]["difference"]["upper"] in read
    assert "limits.wall_s" in read
    assert '"' not in read, "an output checker reads tables, not JSON"
    assert read.startswith("Surely better than always answering with the mean")
    html = tmp_path / "report.html"
    assert told(pinned, "trials", "show", run["run"][:12], "--html", html) == {
        **{name: part for name, part in shown.items() if name != "diagnosis"}, "html": str(html),
    }  # fmt: skip
    assert "Surely better than always" in html.read_text("utf-8")
    assert "확실히 낫습니다" in html.read_text("utf-8")
    refused = command(pinned, "trials", "show", run["run"], "--html", tmp_path / "report.txt")
    assert (refused.status, "trials.page" in refused.err) == (235, True)
    assert not (tmp_path / "report.txt").exists()
    assert told(pinned, "trials", "leaderboard", benchmark["benchmark"]) == []
    (row,) = told(pinned, "trials", "leaderboard", benchmark["benchmark"], "--all")
    assert (row["rank"], row["agency"], row["released"]) == (1, "alpha", False)
    appealed = told(pinned, "trials", "appeal", run["run"][:12], "--reason", "too good")
    assert (appealed["outcome"], appealed["ruling"]) == ("ok", None)
    assert "too good" in words_of(pinned, "trials", "appeals")
    ruling = ("trials", "answer", run["run"], "--ruling", "stands", "--words", "no")
    assert told(pinned, *ruling, status=230)["error"]["code"] == "trials.appeal"  # of one's own
    answered = told(pinned, *ruling, who="bravo.checker")
    assert answered["ruling"] == "stands"
    (listed,) = told(pinned, "trials", "appeals")
    assert listed | {"hint": answered["hint"]} == answered
    listed = told(pinned, "trials", "list")
    assert [len(listed[part]) for part in ("submissions", "benchmarks", "runs", "received")] == [
        1,
        1,
        1,
        0,
    ]
    assert "Benchmarks" in words_of(pinned, "trials", "list")
    view = told(pinned, "trials", "request-release", run["run"])
    assert f"dure trials show {run['run']}" in words_of(pinned, "decisions", "show", view["id"])
    wait_for(view)
    for person in ("bravo.checker", "bravo.officer"):
        told(pinned, "decisions", "approve", view["id"], *key(pinned, person))
    released = told(pinned, "trials", "release", view["id"])
    assert "0." in words_of(pinned, "trials", "leaderboard", benchmark["benchmark"])
    assert told(pinned, "trials", "release", view["id"])["envelope"] == released["envelope"]
    assert told(pinned, "decisions", "reconcile", view["id"])["state"] == "done"
    told(pinned, "exchange", "send", media)
    told(pinned, "exchange", "receive", media, agency="alpha", who="alpha.developer")
    (report,) = told(pinned, "trials", "list", agency="alpha", who="alpha.developer")["received"]
    assert report["agency"] == "bravo"
    developer: dict[str, Any] = {"agency": "alpha", "who": "alpha.developer"}
    read = words_of(pinned, "trials", "show", report["asset_id"][:12], "--html", html, **developer)
    assert read.startswith("Surely better than always answering with the mean")
    assert "Gates" not in read
    assert "people released it" in html.read_text("utf-8")
    beside = (run["run"][:12], released["asset"][:12])
    found = told(pinned, "trials", "compare", *beside, "--html", html)
    assert [one["released"] for one in found["reports"]] == [False, True]
    assert {pair["surely_better"] for pair in found["pairs"]} == {""}
    assert "open: the intervals overlap" in words_of(pinned, "trials", "compare", *beside)
    assert "Trials beside each other" in html.read_text("utf-8")
    alone = command(pinned, "trials", "compare", run["run"])
    assert (alone.status, "trials.compare" in alone.err) == (229, True)
    asked = ("--on", "toy", "--seed", "2", "--queue")
    waiting = words_of(pinned, "trials", "run", submission[:12], *asked)
    assert "dure trials work" in waiting
    queued = told(pinned, "trials", "watch")[0]["run"]
    assert f"dure trials watch {queued[:12]}" in " ".join(waiting.split())


@pytest.mark.parametrize(
    "words",
    [("ledger", "show", "--", "--json"), ("--json", "--", "ledger", "show")],
)
def test_json_after_two_dashes_is_an_argument(pinned: Alliance, words: tuple[str, ...]):
    assert command(pinned, *words).status == (2 if words[-1] == "--json" else 0)


def test_dummy_data_are_made_of_a_document_alone(pinned: Alliance, tmp_path: Path):
    told(pinned, "datasets", "import", pinned.data, "--label", LABEL, "--name", "tracks",
         "--with-ranges")  # fmt: skip
    hub = tmp_path / "hub"
    told(pinned, "datasets", "export", "tracks", hub, "--layout", "huggingface")
    assert (hub / "README.md").is_file()
    assert (hub / "data" / "train-00000-of-00001.parquet").is_file()
    # Elsewhere, where there is no node and no table.
    document = tmp_path / "elsewhere.json"
    document.write_bytes((hub / "croissant.json").read_bytes())
    dummy = ("datasets", "dummy", document, "--rows", 5, "--seed", 3, "--out")
    made = told(None, *dummy, tmp_path / "a.csv")
    assert (made["rows"], made["seed"]) == (5, 3)
    assert len((tmp_path / "a.csv").read_text("utf-8").splitlines()) == 6
    assert "a.csv" not in words_of(None, *dummy, tmp_path / "b.parquet")
    assert told(None, *dummy, tmp_path / "a.csv", status=89)["error"]["code"] == "datasets.folder"
    document.write_text("{}")
    assert told(None, *dummy, tmp_path / "c.csv", status=90)["error"]["code"] == "datasets.document"
    assert command(None, *dummy, tmp_path / "c.xlsx").status == 2
    assert not (tmp_path / "c.csv").exists()


def test_a_statement_is_filled_in_and_leads_to_a_catalogue_entry(pinned: Alliance, tmp_path: Path):
    about = tmp_path / "about.toml"
    assert str(about) in words_of(None, "datasets", "about", about)
    about.write_text(about.read_text("utf-8").replace('name = ""', 'name = "tracks"', 1), "utf-8")
    assert told(None, "datasets", "about", about)["file"] == str(about)
    told(pinned, "datasets", "import", pinned.data, "--label", LABEL, "--about", about)
    entry = told(pinned, "datasets", "dcat", "tracks")
    assert entry["dct:title"] == ["tracks"]
    told(pinned, "datasets", "export", "tracks", tmp_path / "out")
    assert told(None, "datasets", "dcat", tmp_path / "out") == entry
    assert json.loads(words_of(None, "datasets", "dcat", tmp_path / "out")) == entry
    told(None, "datasets", "dcat", tmp_path / "out", "--out", tmp_path / "entry.json")
    assert json.loads((tmp_path / "entry.json").read_text("utf-8")) == entry


def test_a_data_set_becomes_known_to_another_agency(pinned: Alliance, tmp_path: Path):
    media, document = tmp_path / "media", tmp_path / "croissant.json"
    told(pinned, "datasets", "import", pinned.data, "--label", SHARED, "--name", "[bold]tracks")
    view = told(pinned, "datasets", "request-publish", "[bold]tracks", "--to", "alpha")
    assert "dure datasets show" in words_of(pinned, "decisions", "show", view["id"])
    wait_for(view)
    for person in ("bravo.checker", "bravo.officer"):
        told(pinned, "decisions", "approve", view["id"], *key(pinned, person))
    assert len(told(pinned, "datasets", "publish", view["id"])["envelopes"]) == 1
    told(pinned, "exchange", "send", media)
    told(pinned, "exchange", "receive", media, agency="alpha")
    (hit,) = told(pinned, "datasets", "search", "tracks", agency="alpha")
    assert (hit["agency"], hit["here"]) == ("bravo", False)
    assert "its page" in words_of(pinned, "datasets", "search", agency="alpha")
    refused = told(pinned, "datasets", "page", hit["id"], agency="alpha", status=217)["error"]
    assert refused["code"] == "datasets.conditions"
    assert "trial" in words_of(pinned, "datasets", "acknowledge", hit["id"], agency="alpha")
    shown = told(pinned, "datasets", "page", hit["id"], "--out", document, agency="alpha")
    assert json.loads(document.read_text("utf-8")) == shown["croissant"]
    assert "speed_kn" in words_of(pinned, "datasets", "page", hit["id"], agency="alpha")
    told(None, "datasets", "dummy", document, "--out", tmp_path / "dummy.csv")  # and so to build
    graph = told(pinned, "datasets", "lineage", "[bold]tracks")
    assert [edge["to"] for edge in graph["edges"]] == [graph["asset"]]
    tree = words_of(pinned, "datasets", "lineage", "[bold]tracks")
    assert "[bold]tracks" in tree
    assert "dataset.table" in tree


def test_a_data_set_over_time(pinned: Alliance, tmp_path: Path):
    again = tmp_path / "again.csv"
    again.write_text(pinned.data.read_text("utf-8").replace("10.5", "11.5"), "utf-8")
    told(pinned, "datasets", "import", pinned.data, "--label", LABEL, "--name", "tracks")
    second = told(pinned, "datasets", "commit", "tracks", again, "--note", "[bold]corrected")
    assert (second["number"], second["note"]) == (2, "[bold]corrected")
    assert told(pinned, "datasets", "tag", "tracks@1", "first")["tag"] == "first"
    assert told(pinned, "datasets", "tag", "tracks", "first", status=199)["error"]
    found = told(pinned, "datasets", "diff", "tracks@first", "tracks")
    assert (found["rows"]["added"], found["rows"]["removed"], found["empty"]) == (1, 1, False)
    shown = words_of(pinned, "datasets", "diff", "tracks@1", "tracks@2")
    assert "kolmogorov-smirnov" in shown
    assert "11.5" not in shown
    same = words_of(pinned, "datasets", "diff", "tracks", "tracks")
    assert "No column's values moved." in same
    assert told(pinned, "datasets", "hold", "tracks@1")["held"] is True
    assert told(pinned, "datasets", "hold", "tracks@1", "--lift", status=60)["error"]
    assert (
        told(pinned, "datasets", "hold", "tracks@1", "--lift", who="bravo.officer")["held"] is False
    )
    assert command(pinned, "datasets", "withdraw", "tracks@1").status == 2
    reached = told(pinned, "datasets", "withdraw", "tracks@1", "--dry-run")
    assert [row["withdrawn"] for row in reached] == ["", ""]
    assert "dataset.table" in words_of(
        pinned, "datasets", "withdraw", "tracks@1", "--reason", "a wrong delivery"
    )
    refused = told(pinned, "datasets", "show", "tracks@1", status=60)["error"]
    assert "withdrawn" in refused["why"]
    log = words_of(pinned, "datasets", "versions", "tracks")
    assert "[bold]" in log
    assert "withdrawn" in log
    assert "first" in log
    assert [row["number"] for row in told(pinned, "datasets", "versions", "tracks")] == [2, 1]
    assert told(pinned, "datasets", "gc") == {"assets": 0, "drafts": 0, "files": 0}
