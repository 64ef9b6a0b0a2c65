"""How the room is plugged in, and what it says for itself."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from dure.core.rooms import load
from dure.trials import records, view
from dure.trials.errors import TrialsError
from dure.trials.spec import ACTIONS, RELEASE, ROOM
from dure.trials.tables import METADATA, RELEASES, RUNS
from tests.trials.test_release import place, report_bytes


def test_the_spec_names_what_exists():
    assert load(ROOM.acts[RELEASE]).__name__ == "ReleaseReport"
    assert load(ROOM.tables) is METADATA
    [critical] = [action for action in ACTIONS if action.critical]
    assert critical.name == RELEASE
    assert critical.lowers
    assert critical.quorum.votes == 2
    assert "trial.run.begun" in ROOM.events
    assert all(name.startswith("trials_") for name in METADATA.tables)


def test_exit_statuses_are_the_room_s_own():
    statuses = {row.exit_status for row in TrialsError.TABLE.values()}
    assert statuses >= {*range(92, 103), *range(242, 247)}
    for row in TrialsError.TABLE.values():
        for text in (row.what, row.why, row.next_step):
            assert text.en
            assert text.ko
            assert text.ko != text.en or "{" in text.en


def test_the_room_itself_is_light():
    root = Path(__file__).resolve().parents[2]
    code = (
        "import sys, dure.trials.spec; print({'numpy', 'pyarrow', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(root / "src")},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"set()\n"


ROW = {
    "id": "c", "submission_id": "s", "benchmark_id": "b", "agency": "x", "seed": 1,
    "status": "running", "begun_at": "x", "begun_by": "x", "claimant": "x",
    "lease_ends_at": "x",
}  # fmt: skip


def write(house, table, values):
    with house.database.write() as connection:
        connection.execute(insert(table).values(**values))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "done"},
        {"status": "resting"},
        {"ended_at": "2026-01-01T00:00:00Z"},
        {"report_id": "r"},
        {"outcome": "ok"},
        {"submission_id": "nobody's"},
    ],
)
def test_the_database_keeps_a_run_s_parts_together(house, changes):
    place(house, report_bytes())
    write(house, RUNS, ROW)  # the control
    with pytest.raises(IntegrityError):
        write(house, RUNS, ROW | {"id": "d"} | changes)
    assert len(records.listed(house, RUNS)) == 2


def test_a_release_has_who_and_when_or_neither(house):
    run, _ = place(house, report_bytes())
    asked = {"run_id": run, "agency": "x", "requested_at": "x", "requested_by": "x"}
    write(house, RELEASES, asked | {"request_id": "1"})  # the control
    for extra in ({"released_at": "x"}, {"released_at": "x", "released_by": "x"}):
        with pytest.raises(IntegrityError):
            write(house, RELEASES, asked | {"request_id": "2"} | extra)


def test_doctor_needs_no_node():
    host, findings = view.doctor()
    assert host.tier == "A"
    assert "scikit-learn" in findings[0].locator
    assert {"plain", "scikit-learn", "onnx"} <= set(re.findall(r"[\w-]+", findings[0].words.en))
    assert [one["tier"] for one in view.tiers(host)] == ["A", "A+", "B"]
    states = {one["tier"]: one["state"] for one in view.tiers(host)}
    assert states["A"] == states["B"] == "works"
    lacking = view.tiers(replace(host, tier="none"))
    assert lacking[0]["state"] == "missing"
