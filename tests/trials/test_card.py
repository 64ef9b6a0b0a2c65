"""The benchmark card: what it tells, what it never tells, and that a changed one is refused."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.core.canonical import canonical_json
from dure.core.errors import CoreError
from dure.trials.definition import Definition
from dure.trials.developing.check import _rows_of as rows_of
from dure.trials.developing.check import check
from dure.trials.developing.template import new
from dure.trials.errors import TrialsError
from dure.trials.manifest import ColumnType, read_manifest
from dure.trials.offering import card as cards
from dure.trials.offering.card import Card, parse_card, read_card
from dure.trials.outcomes import OutcomeClass
from dure.trials.tasks import TaskType
from tests.trials.test_developing import ONNX


def rows(count: int = 100) -> bytes:
    table = pa.table(
        {
            "carrier": [("AA", "BB", None)[n % 3] for n in range(count)],
            "distance": [float(n % 7) for n in range(count)],
            "arr_delay": [float(n) for n in range(count)],
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def made(dummy: bytes = b"PAR1 rows PAR1", **changes: object) -> Card:
    definition = Definition(
        "arrival-delay",
        TaskType.REGRESSION,
        "arr_delay",
        ("carrier", "distance"),
        seed=77_777,
        floors=(("mae", "40"),),
        subgroup="secret-column",
        subgroups=("secret-value", "another"),
    )
    types = {
        "carrier": ColumnType.TEXT,
        "distance": ColumnType.NUMBER,
        "arr_delay": ColumnType.NUMBER,
    }
    parts = {
        "agency": "bravo", "version": 2, "prepared": "2026-01-01T00:00:00Z", "definition": definition,
        "subgroups": 2, "types": types, "limits": cards.LIMITS, "dummy": dummy,
    }  # fmt: skip
    return Card(**(parts | changes))  # type: ignore[arg-type]


def refused(data: bytes) -> str:
    with pytest.raises(TrialsError) as caught:
        parse_card(data, "a.card")
    assert caught.value.code == "trials.card"
    return str(caught.value.facts["reason"])


def test_a_card_comes_back_as_it_was_but_for_what_it_never_tells():
    told = made().to_bytes()
    found = parse_card(told)
    assert found.to_bytes() == told
    assert (found.name, found.subgroups, found.types) == ("arrival-delay@2", 2, made().types)
    assert found.definition.floors == (("mae", "40"),)
    for hidden in (b"secret-column", b"secret-value", b"77777", b"77_777", b"seed"):
        assert hidden not in told


def test_what_was_changed_on_the_way_is_refused():
    told = made().to_bytes()
    assert parse_card(told)  # the control
    assert refused(told[:-1]) == "card-rows"
    assert refused(told + b"x") == "card-rows"
    assert refused(told.replace(b"rows", b"raws")) == "card-rows"
    line, _, dummy = told.partition(b"\n")
    assert refused(line) == "card-form"
    assert refused(b" " + told) == "card-form"
    for changes in (
        {"form": "dure/benchmark-card/v2"}, {"more": 1}, {"version": 0}, {"version": True},
        {"agency": "a\nb"}, {"subgroups": -1}, {"limits": {"wall_s": 10**6, "memory_mib": 1}},
        {"limits": {**cards.LIMITS, "x": 1}}, {"types": {"carrier": "text"}},
        {"types": {**json.loads(line)["types"], "carrier": "pickle"}}, {"dummy": {}},
    ):  # fmt: skip
        other = canonical_json({**json.loads(line), **changes})
        assert refused(other + b"\n" + dummy) == "card-form", changes
    for changes in (
        {"seed": 1}, {"subgroups": ["a"]}, {"budget": 0}, {"budget": "20"}, {"floors": {}},
        {"task": "anything"}, {"features": ["a\u202eb"]}, {"target": "carrier"}, {"more": 1},
    ):  # fmt: skip
        definition = json.loads(line)["definition"] | changes
        other = canonical_json({**json.loads(line), "definition": definition})
        assert refused(other + b"\n" + dummy) == "card-form", changes


def test_a_card_has_limits(monkeypatch: pytest.MonkeyPatch):
    told = made(b"").to_bytes()
    assert parse_card(told)
    monkeypatch.setattr(cards, "MOST_CARD", len(told) - 1)
    assert refused(told) == "card-form"
    monkeypatch.setattr(cards, "MOST_CARD", len(told))
    monkeypatch.setattr(cards, "MOST_HEAD", len(told) - 2)
    assert refused(told) == "card-form"


@settings(max_examples=40)
@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_nothing_else_is_a_card(given_: object):
    try:
        data = given_ if isinstance(given_, bytes) else canonical_json(given_) + b"\n"
    except CoreError:  # it has no canonical form
        return
    assert refused(data) == "card-form"


def test_a_card_in_a_file(tmp_path: Path):
    with pytest.raises(TrialsError) as caught:
        read_card(tmp_path / "none.card")
    assert caught.value.code == "trials.card"
    (tmp_path / "a.card").write_bytes(made().to_bytes())
    assert read_card(tmp_path / "a.card").agency == "bravo"


def test_a_submission_begun_for_a_card_fits_it_and_runs_on_its_rows(tmp_path: Path):
    card = made(rows())
    types = {name: kind for name, kind in card.types.items() if name != "arr_delay"}
    new(tmp_path / "mine", TaskType.REGRESSION, target="arr_delay", features=types)
    found = check(tmp_path / "mine", card=parse_card(card.to_bytes()))
    assert (found.outcome, found.rows) == (OutcomeClass.OK, 30)
    new(tmp_path / "other", TaskType.REGRESSION, target="arr_delay", features={"speed": "number"})
    with pytest.raises(TrialsError) as caught:
        check(tmp_path / "other", card=card)
    assert caught.value.code == "trials.columns"
    with pytest.raises(TrialsError) as caught:  # its rows are for our own sandbox alone
        check(tmp_path / "mine", card=made(b"PAR1 no rows PAR1"))
    assert caught.value.code == "trials.worker"


def test_a_card_without_rows_leaves_the_made_up_ones():
    card = parse_card(made(b"", types={}).to_bytes())
    assert card.types == {}
    manifest = read_manifest(
        ONNX.replace('"y"', '"arr_delay"')
        .replace("{a =", "{carrier =")
        .replace("b =", "distance =")
        .encode()
    )
    assert rows_of(replace(card, dummy=b"PAR1"), manifest, 1)[0] == b"PAR1"
    made_up, asked = rows_of(card, manifest, 1)
    assert sorted(pq.read_schema(io.BytesIO(made_up)).names) == ["arr_delay", "carrier", "distance"]
    assert asked.target == "arr_delay"
