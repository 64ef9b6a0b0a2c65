"""The keeper: content comes out against a ticket or a permit alone, and labels never fall by themselves."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from dure.core.actions import Action
from dure.core.assets import Asset
from dure.core.errors import CoreError
from dure.core.suites import suite
from dure.governance import keeper_tables
from dure.governance.about import About
from dure.governance.charter import Charter, Rule, SignedCharter
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.keeper import Keeper
from dure.governance.permits import Permit, issue_permit
from dure.governance.policy.errors import PolicyError
from dure.governance.spec import READ
from dure.governance.tickets import Ticket
from dure.storage import vault as vaults
from dure.storage.database import Database, open_database
from dure.storage.errors import StorageError
from dure.storage.vault import Garbage, Vault
from tests.governance.alliance import (
    ACTIONS,
    OPEN_TEXT,
    SECRET_TEXT,
    SHARED_TEXT,
    Clock,
    Key,
    World,
    charter,
    make_store,
    signed,
    successor,
)

CONTENT = [b"first page", b"second page"]
ALL = (*ACTIONS, READ)
SEALING = suite("intl").sealing_key(bytes(48))


def rules() -> dict[str, Rule]:
    return {**charter().rules, READ.name: Rule(READ.roles)}


@dataclass
class Room:
    """A keeper, the executor that signs for it, and the clock that both go by."""

    keeper: Keeper
    vault: Vault
    database: Database
    world: World
    reopen: Callable[..., Keeper]
    charter: Charter = field(default_factory=lambda: charter(rules=rules()))

    @property
    def clock(self) -> Clock:
        return self.world.clock

    def pin(self, document: SignedCharter) -> None:
        self.keeper.pin_charter(document)
        self.world.executor.pin_charter(document)
        self.charter = document.charter

    def seal(self, label: str = OPEN_TEXT, *parents: str, **more: Any) -> Asset:
        return self.keeper.seal(iter(CONTENT), about(label, *parents), **more)

    def ticket(self, asset: str, **changes: str) -> tuple[Ticket, str]:
        parts = {"principal": "coast.steward", "action": READ.name, "purpose": "trial", "run": ""}
        return self.world.executor.issue_ticket(asset, **(parts | changes))

    def read(self, ticket: tuple[Ticket, str]) -> bytes:
        size, chunks = self.keeper.open(*ticket)
        content = b"".join(chunks)
        assert len(content) == size
        return content

    def approved(self, action: str = ACTIONS[0].name, **changes: Any) -> tuple[Permit, Request]:
        request = self.world.approved(action=action, **changes)
        permit = self.world.executor.case(request.id).permit
        assert permit is not None
        return permit, request


def about(label: str = OPEN_TEXT, *parents: str, **changes: str) -> About:
    parts = {
        "kind": "dataset",
        "media_type": "text/csv",
        "schema_id": "s/1",
        "producer": "dataset.import",
    }
    return About(label=label, parents=parents, **(parts | changes))


@pytest.fixture
def room(store_url: str, tmp_path: Path) -> Iterator[Room]:
    releases = tmp_path / "releases"
    releases.mkdir()
    world = World(make_store(f"sqlite:///{tmp_path / 'world.db'}"), releases)
    world.executor = world.open(actions=ALL)
    database = open_database(store_url)
    for metadata in (keeper_tables.METADATA, vaults.METADATA):
        metadata.create_all(database.engine)
    (tmp_path / "vault").mkdir()
    vault = Vault.create(tmp_path / "vault", database, os.urandom(32))

    def reopen(highest_grade: int | None = None, actions: tuple[Action, ...] = ALL) -> Keeper:
        return Keeper(
            vault=vault,
            database=database,
            sealing_private=SEALING,
            agency="coast",
            highest_grade=highest_grade,
            code_actions=actions,
            clock=world.clock,
        )

    made = Room(reopen(), vault, database, world, reopen)
    made.pin(signed(made.charter))
    yield made
    world.db.close()
    database.close()


def reason(refused: pytest.ExceptionInfo[GovernanceError]) -> str:
    return str(refused.value.facts.get("reason"))


# ── the charter ────────────────────────────────────────────────────────────────────────────────


def test_without_a_charter_it_does_nothing(room: Room):
    with room.database.write() as connection:
        connection.execute(keeper_tables.CHARTERS.delete())
    with pytest.raises(GovernanceError) as refused:
        room.seal()
    assert reason(refused) == "no-charter"


def test_it_checks_the_signatures_itself(room: Room):
    later = successor(room.charter, alliance="Renamed")
    few = SignedCharter(later.charter, {"coast": later.signatures["coast"]})
    with pytest.raises(GovernanceError, match="charter-signatures"):
        room.keeper.pin_charter(few)
    room.keeper.pin_charter(signed(room.charter))  # the pinned one again changes nothing
    room.keeper.pin_charter(later)
    assert room.keeper.charter.alliance == "Renamed"
    with pytest.raises(GovernanceError, match="charter-successor"):
        room.keeper.pin_charter(signed(room.charter))  # no way back
    assert room.reopen().charter.alliance == "Renamed"


def test_the_first_charter_is_a_genesis(room: Room):
    with room.database.write() as connection:
        connection.execute(keeper_tables.CHARTERS.delete())
    with pytest.raises(GovernanceError):
        room.keeper.pin_charter(successor(room.charter))
    room.keeper.pin_charter(signed(room.charter))


# ── tickets ────────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_opens_its_asset_once(room: Room):
    asset = room.seal()
    ticket = room.ticket(asset.id)
    assert room.read(ticket) == b"".join(CONTENT)
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open(*ticket)
    assert reason(refused) == "used"
    assert room.read(room.ticket(asset.id)) == b"".join(CONTENT)


def test_of_many_who_come_with_one_ticket_one_gets_the_content(room: Room):
    asset = room.seal()
    ticket = room.ticket(asset.id)
    outcomes: list[str] = []

    def come() -> None:
        try:
            outcomes.append(room.read(ticket).decode())
        except GovernanceError as error:
            outcomes.append(str(error.facts["reason"]))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted([b"".join(CONTENT).decode(), *["used"] * 7])


def test_a_used_ticket_stays_used_after_a_restart_and_is_forgotten_when_it_has_expired(room: Room):
    asset = room.seal()
    ticket = room.ticket(asset.id)
    room.read(ticket)
    with pytest.raises(GovernanceError) as refused:
        room.reopen().open(*ticket)
    assert reason(refused) == "used"
    room.clock.now += 121
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open(*ticket)
    assert reason(refused) == "expired"
    room.read(room.ticket(asset.id))
    with room.database.read() as connection:
        kept = connection.execute(select(func.count()).select_from(keeper_tables.TICKETS)).scalar()
    assert kept == 1


def test_a_forged_ticket_or_one_for_another_asset_opens_nothing(room: Room):
    asset, other = room.seal(), room.seal(SHARED_TEXT)
    ticket, signature = room.ticket(asset.id)
    for changed in (replace(ticket, asset=other.id), replace(ticket, expires=ticket.expires + 1)):
        with pytest.raises(GovernanceError) as refused:
            room.keeper.open(changed, signature)
        assert reason(refused) == "signature"
    key = Key("coast node")
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open(ticket, key.suite.sign_value(key.private, "ticket", ticket.to_dict()))
    assert reason(refused) == "signature"
    assert room.read((ticket, signature)) == b"".join(CONTENT)


def test_an_asset_that_is_not_here_is_unknown(room: Room):
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open(*room.ticket("ef" * 32))
    assert reason(refused) == "unknown-asset"
    with pytest.raises(GovernanceError) as refused:
        room.keeper.describe("ef" * 32)
    assert reason(refused) == "unknown-asset"


@pytest.mark.parametrize(
    "changes",
    [
        {"principal": "navy.checker"},  # not among those it is releasable to
        {"principal": "port.developer"},
        {"purpose": "transfer"},
        {"action": "report.release"},
        {"action": "no.such"},
    ],
)
def test_the_keeper_asks_the_policy_itself(room: Room, changes: dict[str, str]):
    asset = room.seal()
    with pytest.raises((PolicyError, GovernanceError)) as refused:
        room.keeper.open(*room.ticket(asset.id, **changes))
    assert "denied" in (refused.value.code.rpartition(".")[2], refused.value.facts.get("reason"))
    assert room.read(room.ticket(asset.id))  # and to the steward it says yes


def test_a_ticket_from_before_a_change_of_policy_is_judged_by_the_new_one(room: Room):
    asset = room.seal()
    ticket = room.ticket(asset.id)
    spare = room.ticket(asset.id)
    assert room.read(spare)
    people = tuple(
        replace(each, purposes=frozenset({"scoring"})) if each.id == "coast.steward" else each
        for each in room.charter.principals
    )
    room.keeper.pin_charter(successor(room.charter, principals=people))
    with pytest.raises(PolicyError, match=r"governance\.denied"):
        room.keeper.open(*ticket)


def test_a_principal_who_was_taken_out_reads_nothing_more(room: Room):
    asset = room.seal()
    ticket = room.ticket(asset.id)
    people = tuple(each for each in room.charter.principals if each.id != "coast.steward")
    room.keeper.pin_charter(successor(room.charter, principals=people))
    with pytest.raises(GovernanceError, match=r"governance\.unknown"):
        room.keeper.open(*ticket)


def test_an_executor_key_that_the_charter_replaced_signs_no_tickets(room: Room):
    asset = room.seal()
    ticket = room.ticket(asset.id)
    members = tuple(
        replace(each, executor=Key("coast executor two").public.hex())
        if each.agency == "coast"
        else each
        for each in room.charter.members
    )
    room.keeper.pin_charter(successor(room.charter, members=members))
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open(*ticket)
    assert reason(refused) == "signature"


# ── sealing ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_content_under_the_same_label_is_the_same_asset(room: Room):
    first = room.seal()
    room.clock.now += 60
    assert room.seal() == first
    assert room.seal(SHARED_TEXT).id != first.id
    assert room.keeper.describe(first.id) == first


def test_a_child_never_lies_below_its_parents(room: Room):
    parent, other = room.seal(OPEN_TEXT), room.seal(SECRET_TEXT)
    assert room.seal(OPEN_TEXT, parent.id).parents == (parent.id,)
    assert room.seal(SECRET_TEXT, parent.id, other.id)
    for label, parents in (
        (OPEN_TEXT, (parent.id, other.id)),  # a lower grade
        (SHARED_TEXT, (parent.id,)),  # releasable to more
        ("coast//O// REL coast FOR trial", (parent.id,)),  # a category less
        ("coast//O//maritime REL coast FOR *", (parent.id,)),  # for more purposes
    ):
        with pytest.raises(GovernanceError, match="label-falls"):
            room.seal(label, *parents)
    with pytest.raises(GovernanceError) as refused:
        room.seal(OPEN_TEXT, "ef" * 32)
    assert reason(refused) == "unknown-asset"


def test_nothing_flows_into_a_vault_below_its_label(room: Room, tmp_path: Path):
    other = open_database(f"sqlite:///{tmp_path / 'sensitive.db'}")
    for metadata in (keeper_tables.METADATA, vaults.METADATA):
        metadata.create_all(other.engine)
    whole, charters = room.keeper, room.world.executor.charter()
    room.keeper = Keeper(
        vault=Vault.create(tmp_path / "sensitive", other, os.urandom(32), grade=1),
        database=other,
        sealing_private=SEALING,
        agency="coast",
        highest_grade=None,
        code_actions=ALL,
        clock=room.world.clock,
    )
    room.keeper.pin_charter(charters)
    with pytest.raises(GovernanceError) as refused:
        room.seal(SECRET_TEXT)
    assert (refused.value.code, reason(refused)) == ("governance.keeper", "above-vault")
    assert room.seal(OPEN_TEXT).label.grade == 0
    assert room.seal(OPEN_TEXT.replace("//O//", "//S//")).label.grade == 1
    room.keeper = whole  # the positive control: the same label, in a vault of its grade
    assert room.seal(SECRET_TEXT).label.grade == 2
    other.close()


def test_the_embedded_profile_holds_open_data_alone(room: Room):
    room.keeper = room.reopen(highest_grade=0)
    with pytest.raises(GovernanceError) as refused:
        room.seal(SECRET_TEXT)
    assert (refused.value.code, reason(refused)) == ("governance.keeper", "not-open-data")
    with pytest.raises(GovernanceError):
        room.seal(OPEN_TEXT.replace("//O//", "//S//"))
    assert room.seal(OPEN_TEXT).label.grade == 0
    room.keeper = room.reopen()
    assert room.seal(SECRET_TEXT).label.grade == 2


def test_content_that_breaks_off_leaves_nothing(room: Room):
    def broken() -> Iterator[bytes]:
        yield b"one page"
        raise ValueError("the writer died")

    with pytest.raises(ValueError, match="died"):
        room.keeper.seal(broken(), about())
    found = room.vault.verify()
    assert (found.versions, found.pages, found.garbage) == (0, 0, Garbage(0, 0))
    room.seal()
    assert room.vault.verify().versions == 1


def test_a_page_that_was_altered_ends_the_stream_before_its_end(room: Room):
    asset = room.seal()
    for path in (room.vault.root / "pages").rglob("*"):
        if path.is_file():
            content = bytearray(path.read_bytes())
            content[-1] ^= 1
            path.write_bytes(bytes(content))
    size, chunks = room.keeper.open(*room.ticket(asset.id))
    got = b""
    with pytest.raises(StorageError):
        for chunk in chunks:
            got += chunk
    assert len(got) < size


# ── permits ────────────────────────────────────────────────────────────────────────────────────


def test_a_permit_opens_what_its_request_names_and_nothing_else(room: Room):
    asset, other = room.seal(), room.seal(SHARED_TEXT)
    permit, request = room.approved(assets=[asset.id])
    size, chunks = room.keeper.open_for_permit(permit, request, asset.id)
    assert b"".join(chunks) == b"".join(CONTENT)
    assert size == len(b"".join(CONTENT))
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open_for_permit(permit, request, other.id)
    assert reason(refused) == "other-asset"


def test_the_keeper_counts_the_votes_again(room: Room):
    asset = room.seal()
    permit, request = room.approved(assets=[asset.id])
    key = Key("coast executor")
    few = issue_permit(
        request,
        permit.votes[:1],
        suite=key.suite,
        executor_public=key.public,
        sign=lambda type_, value: key.suite.sign_value(key.private, type_, value),
        now=room.clock.now,
    )
    forged = issue_permit(
        request,
        permit.votes,
        suite=key.suite,
        executor_public=key.public,
        sign=lambda type_, value: key.suite.sign_value(Key("door").private, type_, value),
        now=room.clock.now,
    )
    for bad, why in (
        (few, "too-few"),
        (forged, "signature"),
        (replace(permit, votes=permit.votes[:1]), "signature"),
        (replace(permit, digest="sha256:" + "0" * 64), "signature"),
    ):
        with pytest.raises(GovernanceError) as refused:
            room.keeper.open_for_permit(bad, request, asset.id)
        assert reason(refused) == why
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open_for_permit(permit, replace(request, target=SHARED_TEXT), asset.id)
    assert reason(refused) == "other-request"
    room.keeper.open_for_permit(permit, request, asset.id)


def test_a_permit_dies_with_its_time_with_its_charter_and_outside_its_agency(room: Room):
    asset = room.seal()
    permit, request = room.approved(assets=[asset.id])
    for changes in ({"agency": "navy"}, {"action": "no.such"}, {"action": "dataset.tidy"}):
        with pytest.raises(GovernanceError) as refused:
            room.keeper.open_for_permit(permit, replace(request, **changes), asset.id)
        assert reason(refused) in ("other-request", "not-critical")
    room.clock.now = request.expires_s
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open_for_permit(permit, request, asset.id)
    assert reason(refused) == "expired"
    room.clock.now = request.expires_s - 1
    room.keeper.open_for_permit(permit, request, asset.id)
    room.keeper.pin_charter(successor(room.charter))
    with pytest.raises(GovernanceError) as refused:
        room.keeper.open_for_permit(permit, request, asset.id)
    assert reason(refused) == "charter-changed"


def test_only_a_permit_that_lowers_mints_a_lower_label_and_exactly_that_one(room: Room):
    asset, other = room.seal(), room.seal(SECRET_TEXT)
    permit = room.approved(assets=[asset.id], target=SHARED_TEXT)
    with pytest.raises(GovernanceError, match="label-falls"):
        room.seal(SHARED_TEXT, asset.id)
    assert str(room.seal(SHARED_TEXT, asset.id, permit=permit).label) == SHARED_TEXT
    with pytest.raises(GovernanceError, match="label-falls"):
        room.seal("coast//O// REL coast,navy FOR trial", asset.id, permit=permit)
    with pytest.raises(GovernanceError) as refused:
        room.seal(SHARED_TEXT, asset.id, other.id, permit=permit)
    assert reason(refused) == "other-asset"
    marking = room.approved("asset.mark", assets=[asset.id])
    with pytest.raises(GovernanceError) as refused:
        room.seal(OPEN_TEXT, asset.id, permit=marking)
    assert reason(refused) == "other-asset"


def test_what_the_act_has_just_minted_may_be_a_parent_of_what_it_mints_next(room: Room):
    asset, higher = room.seal(), room.seal(SECRET_TEXT)
    permit = room.approved(assets=[asset.id], target=SHARED_TEXT)
    part = room.seal(SHARED_TEXT, asset.id, permit=permit)
    assert room.seal(SHARED_TEXT, part.id, asset.id, permit=permit).parents == (part.id, asset.id)
    with pytest.raises(GovernanceError) as refused:
        room.seal(SHARED_TEXT, part.id, higher.id, permit=permit)
    assert reason(refused) == "other-asset"


def test_only_a_permit_that_destroys_shreds_what_its_request_names_and_nothing_else(room: Room):
    asset, other = room.seal(), room.seal(SHARED_TEXT)
    permit = room.approved("asset.mark", assets=[asset.id])
    with pytest.raises(GovernanceError) as refused:
        room.keeper.shred(*permit, asset.id)
    assert reason(refused) == "other-asset"
    assert room.read(room.ticket(asset.id))
    destroying = room.reopen(
        actions=tuple(replace(each, destroys=each.name == "asset.mark") for each in ALL)
    )
    with pytest.raises(GovernanceError) as refused:
        destroying.shred(*permit, other.id)
    assert reason(refused) == "other-asset"
    made = room.seal(OPEN_TEXT, asset.id)
    for held in (asset.id, made.id):  # the hold on what was made of it protects it too
        destroying.retention.hold(held)
        with pytest.raises(GovernanceError) as refused:
            destroying.shred(*permit, asset.id)
        assert reason(refused) == "held"
        assert destroying.retention.lift(held)
    destroying.shred(*permit, asset.id)
    destroying.shred(*permit, asset.id)  # what is gone stays gone
    with pytest.raises(StorageError, match=r"storage\.unknown"):
        room.keeper.open(*room.ticket(asset.id))
    assert room.keeper.describe(asset.id) == asset
    assert room.read(room.ticket(other.id))


def test_what_goes_is_what_people_signed_first_and_parts_of_it(room: Room):
    """A door that was taken over names another data set, or its table, where a part should stand."""
    parts = [room.keeper.seal([name], about(kind="dataset.table")) for name in (b"own", b"other")]
    first, other = (room.seal(OPEN_TEXT, part.id) for part in parts)
    named = [first.id, parts[0].id, other.id, parts[1].id]
    permit = room.approved("asset.mark", assets=named)
    keeper = room.reopen(
        actions=tuple(replace(each, destroys=each.name == "asset.mark") for each in ALL)
    )
    for wrong in (other, parts[1]):
        with pytest.raises(GovernanceError) as refused:
            keeper.shred(*permit, wrong.id)
        assert reason(refused) == "other-asset"
    assert [keeper.shred(*permit, one) for one in named[:2]] == [True, True]
    assert [room.vault.exists(one) for one in named] == [False, False, True, True]


def test_what_two_share_goes_with_the_last_of_them(room: Room):
    shared, own = (room.keeper.seal([kind.encode()], about(kind=kind))
                   for kind in ("dataset.images", "dataset.table"))  # fmt: skip
    first, second = (room.seal(OPEN_TEXT, *parts) for parts in ([own.id, shared.id], [shared.id]))
    permits = [
        room.approved("asset.mark", assets=[one.id, *more, shared.id])
        for one, more in ((first, [own.id]), (second, []))
    ]
    keeper = room.reopen(
        actions=tuple(replace(each, destroys=each.name == "asset.mark") for each in ALL)
    )
    keeper.retention.hold(second.id)  # what would go is not held
    assert [keeper.shred(*permits[0], one) for one in permits[0][1].assets] == [True, True, False]
    assert room.read(room.ticket(shared.id)) == b"dataset.images"
    with pytest.raises(GovernanceError) as refused:
        keeper.shred(*permits[1], second.id)
    assert reason(refused) == "held"
    assert keeper.retention.lift(second.id)
    assert [keeper.shred(*permits[1], one) for one in permits[1][1].assets] == [True, True]
    for one in (first, second, own, shared):
        assert not room.vault.exists(one.id)


def test_a_label_falls_under_a_permit_and_no_content_is_kept_twice(room: Room):
    asset, other = room.seal(SECRET_TEXT), room.seal(OPEN_TEXT)
    told = {"parents": (asset.id,), "producer": "report.release"}
    permit = room.approved(assets=[asset.id], source=SECRET_TEXT, target=SHARED_TEXT)
    before = set(room.vault.root.rglob("pages/*/*"))
    lower = room.keeper.seal_again(*permit, asset.id, label=SHARED_TEXT, **told)
    assert (str(lower.label), lower.kind, lower.parents) == (SHARED_TEXT, "dataset", (asset.id,))
    assert set(room.vault.root.rglob("pages/*/*")) == before
    room.vault.shred(asset.id)
    assert b"".join(room.vault.read(lower.id)) == b"".join(CONTENT)
    with pytest.raises(GovernanceError) as refused:
        room.keeper.seal_again(*permit, other.id, label=SHARED_TEXT, **told)
    assert reason(refused) == "other-asset"
    for label in (OPEN_TEXT, SHARED_TEXT):  # only an action that lowers, and not below the target
        marking = room.approved("asset.mark", assets=[other.id])
        with pytest.raises(GovernanceError):
            room.keeper.seal_again(*marking, other.id, label=label, **told)


# ── the keys of pseudonyms ─────────────────────────────────────────────────────────────────────

KEYED = Action("dataset.deidentify", READ.title, frozenset({"steward"}))


@pytest.fixture
def keyed(room: Room) -> Room:
    """The same room, whose charter knows the action that takes keys."""
    room.keeper = room.reopen(actions=(*ALL, KEYED))
    room.pin(successor(room.charter, rules={**rules(), KEYED.name: Rule(KEYED.roles)}))
    return room


def keys(room: Room, *elements: str, generation: int = 1, **changes: str) -> list[bytes]:
    ticket = room.ticket(room.seal().id, **{"action": KEYED.name, **changes})
    return room.keeper.element_keys(*ticket, generation=generation, elements=elements)


def test_the_keys_of_an_element_are_one_for_each_purpose_and_generation(keyed: Room):
    first = keys(keyed, "patient", "unit")
    assert [len(key) for key in first] == [32, 32]
    assert keys(keyed, "unit", "patient") == first[::-1]
    keyed.keeper = keyed.reopen(actions=(*ALL, KEYED))
    assert keys(keyed, "patient") == first[:1]
    others = [
        *first,
        *keys(keyed, "patient", generation=2),
        *keys(keyed, "patient", purpose="scoring"),
    ]
    assert len(set(others)) == 4


def test_keys_take_a_ticket_for_that_action_used_once(keyed: Room):
    ticket = keyed.ticket(keyed.seal().id, action=KEYED.name)
    assert keyed.keeper.element_keys(*ticket, generation=1, elements=["a"])
    with pytest.raises(GovernanceError) as refused:
        keyed.keeper.element_keys(*ticket, generation=1, elements=["a"])
    assert reason(refused) == "used"
    for changes in ({"action": READ.name}, {"principal": "navy.checker"}):
        with pytest.raises(GovernanceError) as refused:
            keys(keyed, "a", **changes)
        assert reason(refused) == "denied"
    with pytest.raises(PolicyError):
        keys(keyed, "a", purpose="transfer")


def test_an_element_that_is_no_text_uses_no_ticket(keyed: Room):
    ticket = keyed.ticket(keyed.seal().id, action=KEYED.name)
    with pytest.raises(CoreError, match="canonical-value"):
        keyed.keeper.element_keys(*ticket, generation=1, elements=["e\u0301"])
    assert keyed.keeper.element_keys(*ticket, generation=1, elements=["\u00e9"])


def test_a_root_is_read_by_nobody_and_made_by_nobody_else(keyed: Room):
    assert keys(keyed, "a")
    with keyed.database.read() as connection:
        row = connection.execute(
            select(keeper_tables.ASSETS).where(keeper_tables.ASSETS.c.kind == "pseudonym-key")
        ).one()
    assert row.label == "coast//O// REL coast FOR -"
    assert row.schema_id == "pseudonym-key/trial/1"
    with pytest.raises(GovernanceError) as refused:
        keyed.keeper.open(*keyed.ticket(row.id))
    assert reason(refused) == "denied"
    with pytest.raises(GovernanceError) as refused:
        keyed.keeper.seal([b"mine"], about(kind="pseudonym-key", schema_id=row.schema_id))
    assert (refused.value.code, reason(refused)) == ("governance.keeper", "reserved-kind")
    permit, request = keyed.approved(assets=[row.id], source=row.label, target=row.label)
    with pytest.raises(GovernanceError) as refused:
        keyed.keeper.open_for_permit(permit, request, row.id)
    assert reason(refused) == "other-asset"
    destroying = keyed.reopen(actions=tuple(replace(each, destroys=True) for each in ALL))
    with pytest.raises(GovernanceError) as refused:  # another action's permit to destroy
        destroying.shred(permit, request, row.id)
    assert reason(refused) == "other-asset"
    assert keys(keyed, "a")


def test_a_legal_hold_on_what_its_keys_were_given_for_holds_a_root(keyed: Room):
    assert keys(keyed, "a") == keys(keyed, "a")  # noted once
    told = keyed.keeper.roots.describe("trial", 1)
    assert (told["uses"], told["held"], told["shredded"]) == (1, False, False)
    made = keyed.seal(OPEN_TEXT, keyed.seal().id)
    keyed.keeper.retention.hold(made.id)
    assert keyed.keeper.roots.describe("trial", 1)["held"]
    assert keyed.keeper.retention.lift(made.id)
    assert not keyed.keeper.roots.describe("trial", 1)["held"]


# ── keys that others wrapped to this node ──────────────────────────────────────────────────────


def test_it_unwraps_what_was_wrapped_to_this_node_for_this_use(room: Room):
    crypto = suite("intl")
    key = os.urandom(32)
    wrapped = crypto.wrap(crypto.sealing_public(SEALING), key, b"this use")
    assert room.keeper.unwrap(wrapped, b"this use") == key
    for bad, info in (
        (wrapped, b"another use"),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"this use"),
    ):
        with pytest.raises(Exception, match=r"core\.key-form"):
            room.keeper.unwrap(bad, info)
    other = crypto.wrap(crypto.sealing_public(crypto.sealing_key(b"o" * 48)), key, b"this use")
    with pytest.raises(Exception, match=r"core\.key-form"):
        room.keeper.unwrap(other, b"this use")
