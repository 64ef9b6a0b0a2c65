"""Personal data at a node: de-identified, recorded, lowered and shredded, each by the votes it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dure.core.assets import Asset
from dure.core.errors import CoreError
from dure.datasets.deidentify.applying import Deidentified
from dure.datasets.deidentify.figures import TERM
from dure.datasets.errors import DatasetError
from dure.datasets.privacy.errors import PrivacyError
from dure.governance.errors import GovernanceError
from dure.governance.policy.errors import PolicyError
from dure.node.house import NodeHouse
from dure.node.node import Node
from dure.storage.errors import StorageError
from tests.datasets.privacy import people
from tests.node import alliance
from tests.node.alliance import Alliance, services_inside

CLOSED = "bravo//O//maritime REL bravo FOR trial"
LOWER = "bravo//O// REL bravo FOR trial"
SHARED = "bravo//O// REL alpha,bravo FOR trial"
RECORD: dict[str, Any] = {
    "basis": "pseudonym-research",
    "purpose": "감염병 연구",
    "retain_until": "2099-12-31",
    "handling": "pseudonymised",
    "review": "adequate",
    "reviewer": "bravo.officer",
    "reviewed_on": "2026-01-31",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    return alliance.pinned().copy(tmp_path_factory.mktemp("privacy") / "made")


@pytest.fixture(scope="module")
def node(made: Alliance) -> Iterator[Node]:
    with services_inside(), made.open() as opened:
        yield opened


@pytest.fixture(scope="module")
def raw(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Asset:
    return node.datasets.import_(
        people.write(tmp_path_factory.mktemp("raw")), label=LOWER, name="people"
    )


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("plan") / "plan.toml"
    file.write_text(people.PLAN, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def treated(node: Node, raw: Asset, plan: Path) -> Deidentified:
    return node.datasets.deidentify.apply(raw.id, plan, name="treated")


def written(folder: Path, text: str) -> Path:
    file = folder / "plan.toml"
    file.write_text(text, encoding="utf-8")
    return file


def reason(refused: pytest.ExceptionInfo[Any]) -> tuple[str, object]:
    return refused.value.code, refused.value.facts.get("reason")


# ── de-identified ──────────────────────────────────────────────────────────────────────────────


def test_a_treated_data_set_is_a_child_of_its_source_with_no_lower_label(
    node: Node, raw: Asset, treated: Deidentified
):
    dataset, counted = treated.dataset, treated.treated
    assert dataset.label == raw.label
    assert raw.id in node.house.assets.parents(dataset.id)
    frame = node.datasets.open(dataset.id).to_polars()
    assert "성명" not in frame.columns
    assert frame["주민등록번호"].str.contains("^[b-df-hj-np-t]{32}$").all()
    assert frame["주민등록번호"].n_unique() == 60
    assert set(frame["나이"].unique()) <= {20, 40}
    assert not frame["메모"].str.contains("010-").any()
    before = node.datasets.open(raw.id).to_polars()
    for frame_ in (before, frame):
        frame_.insert_column(0, (frame_["퇴원"] - frame_["입원"]).alias("days"))
    assert before["days"].equals(frame["days"])
    assert not before["입원"].equals(frame["입원"])
    assert (counted.before.least, counted.after.least >= 2) == (2, True)
    block = node.datasets.show(dataset.id)["croissant"][TERM]
    assert (block["source"], block["after"]["k"]) == (raw.id, counted.after.least)


def test_a_data_set_is_looked_at_before(node: Node, raw: Asset, plan: Path):
    desk, last = node.datasets.deidentify, node.ledger.head()["size"]
    proposed = {one.name: one.method for one in desk.propose(raw.id).column}
    assert (proposed["주민등록번호"], proposed["메모"]) == ("pseudonym", "mask-personal")
    seen = desk.preview(raw.id, plan, rows=1)
    at = seen.before.index("주민등록번호")
    assert seen.rows_before[0][at] == "999999-9999999"
    assert desk.risk(raw.id, plan).after.least >= 2
    types = [entry["type"] for entry in node.ledger.show(node.ledger.head()["size"] - last)]
    assert set(types) == {"content.read"}  # and of keys nothing was asked


def test_the_same_plan_gives_the_same_and_another_generation_other_pseudonyms(
    node: Node, raw: Asset, plan: Path, treated: Deidentified, tmp_path: Path
):
    assert node.datasets.deidentify.apply(raw.id, plan, name="treated").dataset == treated.dataset
    later = written(tmp_path, people.PLAN.replace('"trial"\n', '"trial"\ngeneration = 2\n', 1))
    other = node.datasets.deidentify.apply(raw.id, later, name="later").dataset
    one, two = (
        set(node.datasets.open(each).to_polars()["주민등록번호"])
        for each in (treated.dataset.id, other.id)
    )
    assert len(one) == len(two) == 60
    assert not one & two


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('method = "pseudonym"', 'method = "keep"'), "privacy.identifier"),
        (("k = 2", "k = 100"), "privacy.risk"),
        (('name = "메모"', 'name = "없음"'), "privacy.plan"),
        (('"trial"', '"scoring-more"'), "governance.denied"),
    ],
)
def test_a_plan_that_leaves_too_much_seals_nothing(
    node: Node, raw: Asset, tmp_path: Path, change: tuple[str, str], code: str
):
    held = node.house.assets.count()
    with pytest.raises((PrivacyError, PolicyError)) as refused:
        node.datasets.deidentify.apply(raw.id, written(tmp_path, people.PLAN.replace(*change, 1)))
    assert refused.value.code == code
    assert node.house.assets.count() == held


def test_who_is_no_steward_gets_neither_keys_nor_a_data_set(node: Node, raw: Asset, plan: Path):
    checker = node.acting_as("bravo.checker")
    with pytest.raises(PolicyError):
        checker.datasets.deidentify.apply(raw.id, plan)
    with pytest.raises(PolicyError):  # nor when the door is told to leave the question out
        checker.house.element_keys(raw.id, purpose="trial", generation=1, elements=["x"])
    assert node.house.element_keys(raw.id, purpose="trial", generation=1, elements=["x"])


# ── recorded ───────────────────────────────────────────────────────────────────────────────────


def test_without_a_record_personal_data_does_not_leave(
    node: Node, raw: Asset, made: Alliance, tmp_path: Path
):
    for asset in (raw.id, raw.parents[0]):
        with pytest.raises(PrivacyError) as refused:
            node.transfers.request(asset, to="alpha", label=SHARED)
        assert reason(refused) == ("privacy.record", "no-record")
    shared = node.datasets.import_(people.write(tmp_path, 4), label=SHARED, name="shared")
    with pytest.raises(PrivacyError) as refused:
        node.catalogue.request_publish(shared.id, ["alpha"])
    assert reason(refused) == ("privacy.record", "no-record")
    harmless = node.datasets.import_(made.data, label=LOWER, name="tracks")
    assert node.transfers.request(harmless.id, to="alpha", label=SHARED)["id"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reviewer": "bravo.steward"}, "own-review"),
        ({"reviewer": "bravo.nobody"}, "reviewer"),
        ({"review": "not-done"}, "review"),
        ({"reviewed_on": ""}, "review"),
        ({"reviewed_on": "2098-01-01"}, "date"),
        ({"handling": "none"}, "basis"),
        ({"retain_until": "2020-01-01"}, "past"),
        ({"retain_until": "31.12.2099"}, "date"),
        ({"basis": "because"}, "form"),
        ({"purpose": ""}, "form"),
    ],
)
def test_a_record_that_does_not_fit_together_is_not_written(
    node: Node, treated: Deidentified, changes: dict[str, Any], why: str
):
    with pytest.raises(PrivacyError) as refused:
        node.datasets.privacy.record(treated.dataset.id, **{**RECORD, **changes})
    assert reason(refused) == ("privacy.record", why)
    assert node.datasets.privacy.record(treated.dataset.id, **RECORD)["number"] == 1


def test_the_last_record_counts_and_one_that_says_the_same_is_none(node: Node, raw: Asset):
    told = {**RECORD, "basis": "law", "handling": "none"}
    first = node.datasets.privacy.record(raw.id, **{**told, "review": "inadequate"})
    with pytest.raises(PrivacyError) as refused:
        node.transfers.request(raw.id, to="alpha", label=SHARED)
    assert reason(refused) == ("privacy.record", "not-reviewed")
    second = node.datasets.privacy.record(raw.id, **told)
    assert (first["number"], second["number"]) == (1, 2)
    assert node.datasets.privacy.record(raw.id, **told)["record"] == second["record"]
    assert node.transfers.request(raw.id, to="alpha", label=SHARED)["id"]
    # Called pseudonymised, and yet the numbers are there:
    node.datasets.privacy.record(raw.id, **RECORD)
    with pytest.raises(PrivacyError) as refused:
        node.transfers.request(raw.id, to="alpha", label=SHARED)
    assert reason(refused) == ("privacy.record", "still-identifying")
    node.datasets.privacy.record(raw.id, **{**told, "handling": "anonymised"})
    with pytest.raises(PrivacyError) as refused:  # a bare table goes by its data set's record
        node.transfers.request(raw.parents[0], to="alpha", label=SHARED)
    assert reason(refused) == ("privacy.record", "still-identifying")


def test_a_reader_may_not_write_a_record(node: Node, treated: Deidentified):
    with pytest.raises(PolicyError):
        node.acting_as("bravo.checker").datasets.privacy.record(
            treated.dataset.id, **{**RECORD, "purpose": "another"}
        )


# ── lowered ────────────────────────────────────────────────────────────────────────────────────


def test_a_label_falls_by_votes_alone(node: Node, treated: Deidentified, made: Alliance):
    desk = node.datasets.deidentify
    node.datasets.privacy.record(treated.dataset.id, **RECORD)
    view = desk.request_lower("treated", SHARED)
    figures = view["request"]["arguments"]["figures"]
    assert (figures["k"], figures["k_before"]) == (
        treated.treated.after.least,
        treated.treated.before.least,
    )
    with pytest.raises(GovernanceError) as refused:
        desk.lower(view["id"])
    assert reason(refused)[0] == "governance.permit"
    made.approve(node, view["id"])
    outcome = desk.lower(view["id"])
    assert desk.lower(view["id"]) == outcome  # once
    lowered = node.house.assets.get(str(outcome["dataset"])).asset
    assert str(lowered.label) == SHARED
    assert node.datasets.show(lowered.id)["croissant"]["usageInfo"]["termCode"] == SHARED
    assert (
        node.datasets.open(lowered.id)
        .to_polars()
        .equals(node.datasets.open(treated.dataset.id).to_polars())
    )
    assert node.datasets.privacy.show(lowered.id)["dataset"] == lowered.id
    assert node.transfers.request(lowered.id, to="alpha", label=SHARED)["id"]
    types = [entry["type"] for entry in node.ledger.show(200)]
    assert types.count("label.lower.begun") == types.count("label.lower.done") == 1


def test_a_copy_goes_by_its_sources_record_until_it_has_its_own(
    node: Node, made: Alliance, tmp_path: Path
):
    """A reviewer who has the label lowered can't write the copy's record: it is their own review."""
    file = tmp_path / "plain.csv"
    file.write_text("n\n1\n2\n", encoding="utf-8")
    plain = node.datasets.import_(file, label=CLOSED.replace("maritime", ""), name="plain")
    node.datasets.privacy.record(plain.id, **{**RECORD, "basis": "law", "handling": "none"})
    view = node.datasets.deidentify.request_lower(plain.id, SHARED)
    made.approve(node, view["id"])
    officer = node.acting_as("bravo.officer")
    copy = str(officer.datasets.deidentify.lower(view["id"])["dataset"])
    assert node.datasets.privacy.show(copy)["dataset"] == plain.id
    assert node.transfers.request(copy, to="alpha", label=SHARED)["id"]
    with pytest.raises(PrivacyError) as refused:
        node.datasets.deidentify.request_lower(copy, SHARED.replace("FOR trial", "FOR *"))
    assert reason(refused) == ("privacy.record", "other")


def test_a_label_that_is_not_lower_or_has_other_owners_is_not_asked_for(
    node: Node, treated: Deidentified
):
    desk = node.datasets.deidentify
    for label, why in (
        (LOWER, "not-lower"),
        (CLOSED, "not-lower"),
        ("alpha//O// REL * FOR trial", "other-owner"),
    ):
        with pytest.raises(PrivacyError) as refused:
            desk.request_lower(treated.dataset.id, label)
        assert reason(refused) == ("privacy.request", why)
    with pytest.raises(CoreError):
        desk.request_lower(treated.dataset.id, "nonsense")


def test_the_executor_holds_what_was_signed_against_the_data_set(
    node: Node, treated: Deidentified, made: Alliance
):
    """A door that tells voters better figures gets nothing, though they all sign."""
    desk = node.datasets.deidentify
    node.datasets.privacy.record(treated.dataset.id, **RECORD)
    proposing = NodeHouse.propose
    for change in ({"figures": {"k": 99}}, {"rows": 1}, {"record": "none needed"}):

        def lie(self: NodeHouse, action: str, *, change: Any = change, **told: Any) -> Any:
            told["arguments"] = {**told["arguments"], **change}
            return proposing(self, action, **told)

        with mock.patch.object(NodeHouse, "propose", lie):
            view = desk.request_lower(treated.dataset.id, SHARED)
        made.approve(node, view["id"])
        with pytest.raises(PrivacyError) as refused:
            desk.lower(view["id"])
        assert refused.value.code == "privacy.request"
    with pytest.raises(
        GovernanceError
    ):  # the permit is there, and nothing else may be lowered by it
        node.transfers.seal(view["id"])


# ── shredded ───────────────────────────────────────────────────────────────────────────────────


def days_from_now(node: Node, days: int) -> dt.date:
    return dt.datetime.fromtimestamp(node.house.now(), dt.UTC).date() + dt.timedelta(days)


def at(node: Node, days: int) -> Any:
    """A door whose clock is so many days ahead of its executor's."""
    then = node.house.now() + days * 86_400
    return mock.patch.object(NodeHouse, "now", return_value=then)


def test_what_is_due_is_shredded_by_votes_alone(node: Node, made: Alliance, tmp_path: Path):
    file = tmp_path / "gone.csv"
    file.write_text("n,t\n1,soon gone\n2,b\n", encoding="utf-8")
    gone = node.datasets.import_(file, label=LOWER, name="gone")
    told = {**RECORD, "basis": "law", "handling": "none", "reviewed_on": "2026-01-01"}
    desk = node.datasets.privacy
    with pytest.raises(PrivacyError) as refused:
        desk.request_shred(gone.id)
    assert reason(refused) == ("privacy.record", "no-record")
    with at(node, -30):
        desk.record(gone.id, **{**told, "retain_until": days_from_now(node, 29).isoformat()})
    (row,) = desk.due()
    assert (row["id"], row["derived"]) == (gone.id, 0)
    with pytest.raises(PrivacyError) as refused:
        node.transfers.request(gone.id, to="alpha", label=SHARED)
    assert reason(refused) == ("privacy.record", "expired")
    (asked,) = desk.request_due()
    assert [row["request"] for row in desk.request_due()] == [asked["request"]]  # every night
    view = node.decisions.show(asked["request"])
    with pytest.raises(GovernanceError):
        desk.shred(view["id"])
    assert node.datasets.open(gone.id).to_polars().height == 2
    made.approve(node, view["id"])
    outcome = desk.shred(view["id"])
    assert desk.shred(view["id"]) == outcome
    assert desk.due() == []
    assert "gone" not in {row["name"] for row in node.datasets.list()}
    for part in (gone.id, gone.parents[0]):
        with pytest.raises(StorageError, match=r"storage\.unknown"):
            node.house.read(part, purpose="trial", limit=1 << 20)
    assert node.house.read(str(outcome["record"]), purpose="trial", limit=1 << 20)  # it stays


def test_no_clock_of_a_door_brings_an_end_forward(node: Node, made: Alliance, tmp_path: Path):
    file = tmp_path / "kept.csv"
    file.write_text("n,t\n1,kept\n2,b\n", encoding="utf-8")
    kept = node.datasets.import_(file, label=LOWER, name="kept")
    desk = node.datasets.privacy
    until = days_from_now(node, 1).isoformat()
    desk.record(kept.id, **{**RECORD, "basis": "law", "handling": "none", "retain_until": until})
    with pytest.raises(PrivacyError) as refused:
        desk.request_shred(kept.id)
    assert reason(refused) == ("privacy.request", "not-due")
    with at(node, 2):
        view = desk.request_shred(kept.id)
    made.approve(node, view["id"])
    with pytest.raises(PrivacyError) as refused:
        desk.shred(view["id"])
    assert reason(refused) == ("privacy.request", "not-due")
    assert node.datasets.open(kept.id).to_polars().height == 2


def test_a_table_that_another_data_set_describes_is_not_shredded_with_it(
    node: Node, tmp_path: Path
):
    file = tmp_path / "two.csv"
    file.write_text("n,t\n1,two\n2,b\n", encoding="utf-8")
    one, two = (node.datasets.import_(file, label=LOWER, name=name) for name in ("one", "two"))
    assert one.parents == two.parents
    told = {**RECORD, "basis": "law", "handling": "none", "reviewed_on": "2026-01-01"}
    until = days_from_now(node, -1).isoformat()
    with at(node, -30):
        node.datasets.privacy.record(one.id, **{**told, "retain_until": until})
    with pytest.raises(PrivacyError) as refused:
        node.datasets.privacy.request_shred(one.id)
    assert reason(refused) == ("privacy.request", "shared")
    (row,) = [row for row in node.datasets.privacy.request_due() if row["id"] == one.id]
    assert (row["request"], row["refused"].facts["reason"]) == ("", "shared")  # keeps no other out
    with at(node, -30):
        node.datasets.privacy.record(two.id, **{**told, "retain_until": until})
    assert node.datasets.privacy.request_shred(one.id)["id"]


def test_of_a_data_set_whose_document_alone_is_here_nothing_is_asked(node: Node, made: Alliance):
    """As it is after a bundle with the document was opened."""
    tracks = node.datasets.import_(made.data, label=LOWER, name="tracks to send")
    content = node.house.read(tracks.id, purpose="trial", limit=1 << 20)
    alone = node.house.seal(
        [content],
        kind="dataset",
        media_type=tracks.media_type,
        schema_id=tracks.schema_id,
        label=tracks.label,
        producer="bundle.import",
        name="came alone",
    )
    assert node.datasets.show(alone.id)["croissant"]["name"] == "tracks to send"
    assert node.transfers.request(alone.id, to="alpha", label=SHARED)["id"]
    with pytest.raises(DatasetError) as refused:
        node.datasets.deidentify.propose(alone.id)
    assert reason(refused) == ("datasets.document", "no-table-here")


# ── hostile files ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "",
        "deidentify = 2",
        "[a.b]\nc = 1",
        'deidentify = 1\n[[column]]\nmethod = "exec"\nname = "n"',
        'deidentify = 1\n[[column]]\nmethod = "pseudonym"\nname = "n"\nof = "a\\u0000"',
        'deidentify = 1\npurpose = "../x"',
        'deidentify = 1\n[[column]]\nmethod = "date-shift"\nname = "n"\nsubject = "n"\ndays = 1e9',
        'deidentify = 1\nquasi = ["a"]\nk = 5\nsuppress = 0.9',
        "deidentify = 1\nk = 5",
    ],
)
def test_a_hostile_plan_is_refused_with_its_place(
    node: Node, raw: Asset, tmp_path: Path, text: str
):
    with pytest.raises(DatasetError) as refused:
        node.datasets.deidentify.apply(raw.id, written(tmp_path, text))
    assert refused.value.code == "datasets.document"
