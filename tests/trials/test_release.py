"""Releasing a report: only what people signed, only what passes the gates, and only once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import DureError
from dure.core.suites import digest_of
from dure.governance.errors import GovernanceError
from dure.trials import view
from dure.trials.errors import TrialsError
from dure.trials.receipt import receive_report
from dure.trials.release import (
    note_release,
    release,
    release_label,
    request_release,
)
from dure.trials.releasing import ReleaseReport, read_report
from dure.trials.reports.comparing import compare
from dure.trials.reports.reading import read
from dure.trials.tables import BENCHMARKS, RUNS, SUBMISSIONS
from tests.trials import releasing
from tests.trials.house import ALPHA, BRAVO, SUITE, Key, label

SEALED = "alpha+bravo//O//answer-key,traffic REL bravo FOR scoring"
TARGET = "alpha+bravo//O//traffic REL alpha,bravo FOR trial"
SIDE = {"value": "0.5", "lower": "0.25", "upper": "0.75"}
RESULT = {
    "outcome": "ok",
    "task": "tabular-regression",
    "rows": "120",
    "interval": "95 %",
    "baseline": "mean",
    "figures": {"mae": dict.fromkeys(("algorithm", "baseline", "difference"), SIDE)},
}
EVIDENCE = {
    "task": "tabular-regression",
    "metrics": ["mae"],
    "algorithm_name": "mean 1.0",
    "algorithm_digest": digest_of(b"algorithm"),
    "benchmark_name": "delays",
}


def report_bytes(result=RESULT, evidence=EVIDENCE, **changes):
    parts = {
        "kind": "trial",
        "schema_version": 1,
        "result": result,
        "evidence": evidence,
        "findings": [],
    }
    return canonical_json(parts | changes)


def place(house, data, run="ab" * 16, digests=None):
    """Put a run with this sealed report into a house, as a trial leaves it."""
    report = parse_canonical(data)
    asset = house.seal(
        [data],
        kind="report",
        media_type="application/json",
        schema_id="dure/trial-report/v1",
        label=label(SEALED),
        producer="trial.run",
        name="report",
    )
    result, evidence = digests or (
        SUITE.digest("result", report["result"]),
        SUITE.digest("evidence", report["evidence"]),
    )
    who = {"recorded_at": "2026-01-01T00:00:00Z", "recorded_by": "x"}
    with house.database.write() as connection:
        connection.execute(
            insert(SUBMISSIONS).values(
                asset_id="s", name="mean", version="1", task="t", digest=result, agency=ALPHA,
                destination=BRAVO, manifest="", **who,
            )
        )  # fmt: skip
        connection.execute(
            insert(BENCHMARKS).values(
                asset_id="b", name="delays", dataset_id="d", train_id="t", features_id="f",
                answers_id="a", definition="{}", budget=1, prepared_at="x", prepared_by="x", version=1,
            )
        )  # fmt: skip
        connection.execute(
            insert(RUNS).values(
                id=run, submission_id="s", benchmark_id="b", agency=ALPHA, seed=1, status="done",
                outcome=report["result"].get("outcome", "ok"), report_id=asset.id,
                report_digest=SUITE.digest("report", report), result_digest=result,
                evidence_digest=evidence, begun_at="x", begun_by="x", claimant="x",
                lease_ends_at="x", ended_at="x",
            )
        )  # fmt: skip
    return run, asset


def test_the_whole_way(house, developer):
    run, _ = place(house, report_bytes())
    request = request_release(house, run[:8])
    assert (request.source, request.target) == (SEALED, TARGET)
    assert request.arguments["to"] == ALPHA
    with pytest.raises(GovernanceError):
        release(house, request.id)  # nobody has signed
    house.approve(request)
    outcome = release(house, request.id)
    payload = (house.released / outcome["file"]).read_bytes()
    assert digest_of(payload) == outcome["digest"]
    assert house.executor.released("report", outcome["digest"]) == request.id
    minted = house.contents.assets[outcome["asset"]]
    assert str(minted.label) == TARGET
    [row] = view.runs(house)
    assert row["releases"][0]["released_id"] == outcome["asset"]
    with pytest.raises(GovernanceError):
        release(house, request.id)  # a permit is used once
    assert len(list(house.released.iterdir())) == 1

    arrived = receive_report(developer, payload, BRAVO)
    assert str(arrived.label) == TARGET
    assert receive_report(developer, payload, BRAVO) == arrived
    [row] = view.received(developer)
    assert row["request_id"] == request.id
    document = json.loads(payload)["document"]
    assert document["result"] == RESULT
    assert "stdout" not in document

    house.assets.record(minted, "released report", {}, by=house.who)  # as a node settles it
    sealed, released = read(house, run[:8]), read(house, minted.id[:8])
    received = read(developer, arrived.id)
    assert (sealed.released, released.released, received.released) == (False, True, True)
    assert sealed.result == released.result == received.result == RESULT
    assert sealed.digests == released.digests == received.digests
    assert (sealed.benchmark_id, released.benchmark_id, received.benchmark_id) == ("b", "b", "")
    assert (sealed.label, received.label) == (SEALED, TARGET)
    assert released.document == received.document == document
    assert compare([sealed, received]).metrics == ("mae",)
    for name in ("", "zz", run[:7], arrived.id[:7], "../../x"):
        with pytest.raises(TrialsError, match=r"trials\.unknown"):
            read(developer, name)


@pytest.mark.parametrize("who", ["alpha.developer", "alpha.stranger"])
def test_a_report_is_read_by_those_who_may(house, developer, who, monkeypatch):
    run, _ = place(house, report_bytes())
    request = request_release(house, run)
    house.approve(request)
    outcome = release(house, request.id)
    house.assets.record(
        house.contents.assets[outcome["asset"]], "released report", {}, by=house.who
    )
    arrived = receive_report(developer, (house.released / outcome["file"]).read_bytes(), BRAVO)
    assert read(house, run).result == RESULT  # the control
    monkeypatch.setattr(house, "who", who)
    with pytest.raises(DureError, match="denied"):
        read(house, run)
    with pytest.raises(DureError, match="denied"):
        compare([read(house, run), read(house, outcome["asset"])])
    assert read(developer, arrived.id).result == RESULT


def test_only_the_class_of_a_failure(house):
    run, _ = place(house, report_bytes({"outcome": "limit-exceeded", "task": "tabular-regression"}))
    request = request_release(house, run)
    house.approve(request)
    document = json.loads((house.released / release(house, request.id)["file"]).read_bytes())
    assert document["document"]["result"]["outcome"] == "limit-exceeded"


def test_changed_evidence_voids_the_request(house):
    run, asset = place(house, report_bytes())
    request = request_release(house, run)
    house.approve(request)
    other = RESULT | {"rows": "130"}
    house.contents.content[asset.id] = report_bytes(other)
    with pytest.raises(GovernanceError, match="evidence"):
        release(house, request.id)
    assert list(house.released.iterdir()) == []


LOUD = RESULT | {
    "figures": {"mae": {side: SIDE | {"value": "0.12345"} for side in RESULT["figures"]["mae"]}}
}


@pytest.mark.parametrize(
    "data",
    [
        report_bytes(LOUD),
        report_bytes(RESULT | {"stdout": "the first row"}),
        report_bytes(RESULT | {"rows": "9"}),
        report_bytes({"outcome": "ok", "task": "tabular-regression"}),
        report_bytes({"outcome": "refused", "task": "tabular-regression", "why": "row 1"}),
        report_bytes(evidence=EVIDENCE | {"task": "other"}),
        report_bytes(evidence=EVIDENCE | {"metrics": "mae"}),
        report_bytes(kind="inspection"),
    ],
)
def test_the_executor_puts_it_through_the_gates_again(house, data):
    run, _ = place(house, data)
    request = request_release(house, run)
    house.approve(request)
    with pytest.raises(DureError):
        release(house, request.id)
    assert list(house.released.iterdir()) == []
    [row] = view.runs(house)
    assert row["releases"][0]["released_at"] is None


def test_digests_that_are_not_the_report_s(house):
    run, _ = place(house, report_bytes(), digests=(digest_of(b"1"), digest_of(b"2")))
    request = request_release(house, run)
    house.approve(request)
    with pytest.raises(GovernanceError, match=r"trials\.not-releasable"):
        release(house, request.id)


def test_what_a_request_may_not_ask(house):
    run, _ = place(house, report_bytes())
    with pytest.raises(TrialsError, match="does not let alpha"):
        request_release(house, run, target=label("alpha+bravo//O//traffic REL bravo FOR trial"))
    with pytest.raises(DureError):
        request_release(house, run, to="nowhere")
    house.as_("bravo.checker")
    with pytest.raises(DureError, match="denied"):
        request_release(house, run)
    with pytest.raises(TrialsError, match=r"trials\.unknown"):
        release(house, "0" * 16)


def test_the_label_a_report_is_released_under():
    source = label(SEALED)
    assert str(release_label(source, ALPHA)) == TARGET
    everybody = label("bravo//S//answer-key REL * FOR *")
    assert str(release_label(everybody, ALPHA)) == "bravo//S// REL alpha,bravo FOR trial"


def test_an_error_after_the_rename_is_still_a_release(house, monkeypatch):
    run, _ = place(house, report_bytes())
    request = request_release(house, run)
    house.approve(request)
    seal, calls = house.contents.seal, []

    def fail_once(*arguments, **about):
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the keeper went away")
        return seal(*arguments, **about)

    monkeypatch.setattr(house.contents, "seal", fail_once)
    outcome = release(house, request.id)
    assert (house.released / outcome["file"]).exists()
    assert house.executor.released("report", outcome["digest"]) == request.id
    note_release(house, request.id, {"asset": "another"})  # the first word stands
    assert view.runs(house)[0]["releases"][0]["released_id"] == outcome["asset"]


def prepare(folder, house):
    """Leave in a folder what a releasing process of its own needs."""
    run, asset = place(house, report_bytes())
    request = request_release(house, run)
    (folder / "request.json").write_text(json.dumps(request.to_dict()))
    contents = {asset.id: house.contents.content[asset.id].hex()}
    (folder / "contents.json").write_text(json.dumps(contents))
    return request


def perform(folder, fault=""):
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-m", "tests.trials.releasing", str(folder)],
        env=os.environ | {"PYTHONPATH": f"{root / 'src'}:{root}", "DURE_FAULT": fault},
        cwd=root,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("fault", "happened"),
    [("release.signed", False), ("release.drafted", False), ("release.written", True), ("", True)],
)
def test_killed_in_the_middle(tmp_path, house, fault, happened):
    folder = tmp_path / "executor"
    folder.mkdir()
    request = prepare(folder, house)
    done = perform(folder, fault)
    assert done.returncode == (-9 if fault else 0), done.stderr
    told = []
    context = releasing.context(folder, told)
    outcome = ReleaseReport().happened(releasing.permit(request), request, context)
    assert (outcome is not None) is happened
    assert list(folder.glob("*.part")) == []
    assert (folder / f"report-{request.id}.json").exists() is happened
    if outcome is not None:
        assert told == [("report", outcome["digest"])]
    if not fault:
        assert json.loads(done.stdout) == dict(outcome)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"kind": "trial"}', report_bytes(result=[])])
def test_reports_that_have_no_form(data):
    with pytest.raises(TrialsError, match=r"trials\.not-releasable"):
        read_report(data)


def test_an_act_reads_one_report_of_bounded_size(tmp_path, house, monkeypatch):
    from dataclasses import replace

    from dure.trials import releasing as module

    request = prepare(tmp_path, house)
    context = releasing.context(tmp_path, [])
    act = ReleaseReport()
    assert act.evidence(request, context) == request.evidence
    with pytest.raises(TrialsError, match="one report"):
        act.evidence(replace(request, assets=request.assets * 2), context)
    with pytest.raises(TrialsError, match="form of one"):
        act.happened(releasing.permit(request), replace(request, id="../x"), context)
    with pytest.raises(TrialsError, match="another outcome"):
        told = dict(request.arguments) | {"outcome": "refused"}
        act.perform(releasing.permit(request), replace(request, arguments=told), context)
    with pytest.raises(TrialsError, match="let alpha have it"):
        bad = replace(request, target="alpha+bravo//O// REL bravo FOR trial")
        act.perform(releasing.permit(request), bad, context)
    monkeypatch.setattr(module, "MOST_REPORT_BYTES", 10)
    with pytest.raises(TrialsError, match="too large"):
        act.evidence(request, context)


# ── arriving ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def payload(house):
    run, _ = place(house, report_bytes())
    request = request_release(house, run)
    house.approve(request)
    return (house.released / release(house, request.id)["file"]).read_bytes()


def resigned(payload, who="bravo executor", **changes):
    document = json.loads(payload)["document"] | changes
    signature = SUITE.sign_value(Key(who).private, "released-report", document)
    return canonical_json({"document": document, "signature": signature})


def test_control_a_resigned_document_is_accepted(developer, payload):
    assert resigned(payload) == payload
    receive_report(developer, resigned(payload), BRAVO)


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: b"",
        lambda payload: b" " + payload,
        lambda payload: payload.replace(b'"0.5"', b'"0.4"', 1),
        lambda payload: resigned(payload, who="alpha executor"),
        lambda payload: resigned(payload, agency="alpha"),
        lambda payload: resigned(payload, to="bravo"),
        lambda payload: resigned(payload, form="dure/released-report/v2"),
        lambda payload: resigned(payload, extra="x"),
        lambda payload: resigned(payload, result_digest=digest_of(b"")),
        lambda payload: resigned(payload, result=LOUD, result_digest=SUITE.digest("result", LOUD)),
        lambda payload: resigned(payload, result=[], result_digest=SUITE.digest("result", [])),
        lambda payload: resigned(payload, target="alpha+bravo//O//traffic REL bravo FOR trial"),
        lambda payload: canonical_json(json.loads(payload) | {"signature": 3}),
    ],
)
def test_what_is_not_that_report(developer, payload, change):
    with pytest.raises(TrialsError, match=r"trials\.payload"):
        receive_report(developer, change(payload), BRAVO)
    assert view.received(developer) == []


def test_a_flipped_byte_anywhere(developer, payload):
    for position in range(0, len(payload), 97):
        damaged = bytearray(payload)
        damaged[position] ^= 1
        with pytest.raises(DureError):
            receive_report(developer, bytes(damaged), BRAVO)
