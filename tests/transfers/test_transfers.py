"""The whole way of a transfer, and every bundle that is refused beside the one that is taken."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dure.core.assets import Asset
from dure.core.suites import SUITE_NAMES, digest_of
from dure.exchange.framing import write_frame
from dure.exchange.header import Kind
from dure.exchange.inbox import receive
from dure.exchange.outbox import send
from dure.exchange.post import Post
from dure.exchange.tables import METADATA as POST_TABLES
from dure.governance.charter import propose
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.notes import sign_note
from dure.governance.permits import issue_permit
from dure.governance.policy.errors import PolicyError
from dure.governance.tally import Ballot
from dure.storage.seal import seal as seal_content
from dure.transfers import verbs
from dure.transfers.act import SealForAgency
from dure.transfers.errors import TransfersError
from dure.transfers.manifest import MAGIC, SignedManifest, key_info, read_manifest
from dure.transfers.opening import Reader, open_bundle
from dure.transfers.proof import LedgerProof
from dure.transfers.tables import IMPORTS, REQUESTS
from dure.transfers.terms import Terms
from tests.exchange.alliance import Keys
from tests.transfers.world import (
    SOURCE,
    TARGET,
    Node,
    make_charter,
    nodes,
)

CONTENT = b"ships and harbours\n" * 50


@dataclass
class Done:
    """A transfer that was made, and what it takes to make a false one of it."""

    coast: Node
    navy: Node
    asset: Asset
    request: Request
    path: Path

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()

    @property
    def reader(self) -> Reader:
        return reader(self.navy)

    @property
    def signed(self) -> SignedManifest:
        return read_manifest(io.BytesIO(self.data))

    @property
    def sealed(self) -> bytes:
        return self.data[len(self.signed.to_bytes()) :]

    def forge(self, path: Path, signer: bytes = b"", sealed: bytes | None = None, **changes: Any):
        """Write the bundle that the sender's own executor would sign with other parts."""
        manifest = replace(self.signed.manifest, **changes)
        signer = signer or self.coast.keys.executor
        signature = self.coast.suite.sign_value(signer, "bundle", manifest.to_dict())
        front = SignedManifest(manifest, signature).to_bytes()
        path.write_bytes(front + (self.sealed if sealed is None else sealed))
        return path


def reader(node: Node, **changes: Any) -> Reader:
    parts = {
        "agency": node.agency,
        "charter": node.charter,
        "suite": node.suite,
        "unwrap": node.keeper.unwrap,
    }
    return Reader(**{**parts, **changes})


def transfer(root: Path, suite_name: str = "intl", content: bytes = CONTENT) -> Done:
    coast, navy = nodes(root, suite_name)
    asset = coast.import_(content)
    request = verbs.request(coast, asset.id, "navy", coast.label(TARGET))
    coast.approve(request)
    outcome = verbs.seal(coast, request.id)
    return Done(coast, navy, asset, request, coast.releases / str(outcome["bundle"]))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One transfer for the tests that change nothing of it."""
    return transfer(tmp_path_factory.mktemp("transfer"))


def code(path: Path, by: Reader) -> str:
    with pytest.raises(TransfersError) as caught:
        open_bundle(path, by)
    return caught.value.code


# ── the whole way ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("suite_name", SUITE_NAMES)
@pytest.mark.parametrize("content", [b"", CONTENT, bytes(1_200_000)])
def test_what_was_approved_arrives_under_its_target_label(
    tmp_path: Path, suite_name: str, content: bytes
) -> None:
    made = transfer(tmp_path, suite_name, content)
    asset = verbs.open(made.navy, made.path, made.navy.keeper.unwrap)
    entry = made.navy.assets.get(asset.id)
    assert made.navy.read(asset.id, purpose="trial", limit=1 << 21) == content
    assert (str(asset.label), asset.owner, asset.kind) == (TARGET, "navy", "dataset")
    assert entry.facts["transfer.from"] == "coast"
    assert entry.facts["transfer.asset"] == made.asset.id
    assert entry.facts["transfer.source"] == SOURCE
    assert made.coast.event_types()[-2:] == ["asset.transfer.begun", "asset.transfer.done"]
    assert made.navy.event_types()[1:3] == ["bundle.import.begun", "bundle.import.done"]
    assert content[:16] not in made.data or not content


def test_the_same_bundle_again_is_the_same_asset(tmp_path: Path) -> None:
    made = transfer(tmp_path)
    first = verbs.open(made.navy, made.path, made.navy.keeper.unwrap)
    assert verbs.open(made.navy, made.path, made.navy.keeper.unwrap) == first
    with made.navy.database.read() as connection:
        assert len(connection.execute(select(IMPORTS)).all()) == 1
    assert made.navy.assets.count() == 1


def test_a_transfer_happens_once(tmp_path: Path) -> None:
    made = transfer(tmp_path)
    before = made.data
    with pytest.raises(GovernanceError, match=r"governance\.permit"):
        verbs.seal(made.coast, made.request.id)
    assert made.data == before
    assert [path.name for path in made.coast.releases.iterdir()] == [made.path.name]
    with made.coast.database.read() as connection:
        row = connection.execute(select(REQUESTS)).one()
    assert (row.bundle_digest, row.sealed_by) == (digest_of(before), "coast.steward")


def test_it_travels_in_an_envelope_that_only_a_release_may_have(tmp_path: Path) -> None:
    made = transfer(tmp_path)
    media = tmp_path / "media"
    media.mkdir()
    for node in (made.coast, made.navy):
        with node.database.write() as connection:
            POST_TABLES.create_all(connection)
    posts = [
        Post(
            agency=node.agency,
            charter=node.charter,
            charters={1: node.charter.digest()},
            database=node.database,
            spool=node.root / "spool",
            sign=lambda _, header, node=node: node.executor.sign_envelope(header),
            unwrap=node.keeper.unwrap,
            now=node.now,
            random=node.random,
        )
        for node in (made.coast, made.navy)
    ]
    with pytest.raises(GovernanceError, match=r"governance\.event"):
        send(posts[0], b"not released", to="navy", kind=Kind.BUNDLE, folder=media)
    send(posts[0], made.path, to="navy", kind=Kind.BUNDLE, folder=media)
    arrived = tmp_path / "arrived"
    received = receive(
        posts[1], media, {Kind.BUNDLE: lambda d: arrived.write_bytes(d.read()) and None}
    )
    assert received.refused == ()
    assert open_bundle(arrived, made.reader).terms.asset == made.asset


def test_a_bundle_stays_good_under_a_later_charter_that_keeps_the_key(done: Done) -> None:
    before = done.navy.charter
    later = propose(before, replace(before, alliance="Demo 2")).charter
    assert code(done.path, reader(done.navy, charter=later)) == "transfers.decision"
    opened = open_bundle(done.path, reader(done.navy, charter=later, earlier=(before,)))
    assert b"".join(opened.chunks()) == CONTENT


# ── asking ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("to", "target"),
    [
        ("stranger", "coast//O// REL * FOR trial"),
        ("coast", TARGET),
        ("harbour", TARGET),
        ("navy", "coast//O// REL - FOR trial"),
    ],
)
def test_recipient_and_label_must_agree(tmp_path: Path, to: str, target: str) -> None:
    coast, _ = nodes(tmp_path)
    asset = coast.import_()
    with pytest.raises(TransfersError, match=r"transfers\.request"):
        verbs.request(coast, asset.id, to, coast.label(target))
    assert "decisions.requested" not in coast.event_types()


def test_what_another_agency_holds_is_not_ours_to_send(tmp_path: Path) -> None:
    coast, _ = nodes(tmp_path)
    asset = replace(coast.import_(), id="0" * 64, owner="harbour")
    coast.assets.record(asset, "foreign")
    with pytest.raises(TransfersError, match=r"transfers\.request"):
        verbs.request(coast, asset.id, "navy", coast.label(TARGET))


def test_only_who_may_read_it_may_ask(tmp_path: Path) -> None:
    coast, _ = nodes(tmp_path)
    asset = coast.import_(label="coast//O//maritime REL navy FOR trial")
    with pytest.raises(PolicyError, match=r"governance\.denied"):
        verbs.request(coast, asset.id, "navy", coast.label(TARGET))


def test_a_short_read_asks_for_nothing(tmp_path: Path) -> None:
    coast, _ = nodes(tmp_path)
    asset = coast.import_()
    whole = coast.open
    coast.open = lambda *a, **k: replace(whole(*a, **k), size=7)  # type: ignore[method-assign]
    with pytest.raises(TransfersError, match=r"transfers\.content"):
        verbs.request(coast, asset.id, "navy", coast.label(TARGET))


def test_the_purpose_is_one_that_label_and_person_share(tmp_path: Path) -> None:
    coast, _ = nodes(tmp_path)
    person = coast.principal
    assert verbs.serving_purpose(coast.label(TARGET), person) == "scoring"
    assert verbs.serving_purpose(coast.label("coast//O// REL * FOR *"), person) == "scoring"
    assert verbs.serving_purpose(coast.label("coast//O// REL * FOR use"), person) == "use"
    assert verbs.serving_purpose(coast.label("coast//O// REL * FOR -"), person) == ""


# ── the executor's side ────────────────────────────────────────────────────────────────────────
def propose_by_hand(
    coast: Node, recipient: str, target: str, changes: Mapping[str, Any] = MappingProxyType({})
) -> Request:
    """Open a request as a door with a defect would."""
    asset = coast.import_()
    told = {**Terms(asset, recipient, digest_of(CONTENT), len(CONTENT)).to_dict(), **changes}
    evidence = coast.suite.digest("transfer-evidence", {**told, "target": target})
    return coast.propose(
        "asset.transfer",
        arguments=told,
        assets=[asset.id],
        source=asset.label,
        target=coast.label(target),
        evidence=evidence,
    )


@pytest.mark.parametrize(
    ("to", "target"), [("harbour", TARGET), ("coast", TARGET), ("stranger", TARGET)]
)
def test_the_executor_checks_the_recipient_itself(tmp_path: Path, to: str, target: str) -> None:
    coast, _ = nodes(tmp_path)
    request = propose_by_hand(coast, to, target)
    coast.approve(request)
    with pytest.raises(GovernanceError, match=r"governance\.act"):
        coast.execute(request.id)
    assert list(coast.releases.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"content": {"digest": digest_of(b"another"), "size": len(CONTENT)}},
        {"content": {"digest": digest_of(CONTENT), "size": 1}},
    ],
)
def test_evidence_is_computed_from_the_content_itself(tmp_path: Path, change: Any) -> None:
    coast, _ = nodes(tmp_path)
    request = propose_by_hand(coast, "navy", TARGET, change)
    coast.approve(request)
    with pytest.raises(GovernanceError, match="evidence"):
        coast.execute(request.id)
    assert list(coast.releases.iterdir()) == []


@pytest.mark.parametrize("change", [{"to": 1}, {"more": 1}, {"asset": {}}, {"content": []}])
def test_a_request_of_another_form_does_nothing(tmp_path: Path, change: Any) -> None:
    coast, _ = nodes(tmp_path)
    request = propose_by_hand(coast, "navy", TARGET, change)
    coast.approve(request)
    with pytest.raises(TransfersError, match=r"transfers\.malformed"):
        coast.execute(request.id)
    assert list(coast.releases.iterdir()) == []


def test_a_vault_that_gives_something_else_leaves_no_bundle(done: Done, tmp_path: Path) -> None:
    class Context:
        agency, charter, suite = "coast", done.coast.charter, done.coast.suite
        directory = tmp_path
        sign = staticmethod(lambda type_, value: "00" * 64)
        read = staticmethod(lambda asset_id: iter([b"something else"]))
        proof = staticmethod(lambda: done.signed.manifest.proof.to_dict())

    with pytest.raises(TransfersError, match=r"transfers\.content"):
        SealForAgency().perform(done.signed.manifest.permit, done.request, Context)
    odd = replace(done.request, id="../../x")
    with pytest.raises(TransfersError, match=r"transfers\.request"):
        SealForAgency().happened(done.signed.manifest.permit, odd, Context)
    unread = replace(done.request, target="navy")
    with pytest.raises(TransfersError, match=r"transfers\.request"):
        SealForAgency().perform(done.signed.manifest.permit, unread, Context)
    assert list(tmp_path.iterdir()) == []


# ── bundles that are refused ───────────────────────────────────────────────────────────────────
def test_only_its_recipient_opens_it(done: Done, tmp_path: Path) -> None:
    assert b"".join(open_bundle(done.path, done.reader).chunks()) == CONTENT
    assert code(done.path, replace(done.reader, agency="harbour")) == "transfers.recipient"
    without = make_charter(
        members=tuple(m for m in done.navy.charter.members if m.agency != "coast"),
        principals=tuple(p for p in done.navy.charter.principals if p.agency == "navy"),
    )
    assert code(done.path, replace(done.reader, charter=without)) == "transfers.recipient"
    other = make_charter("kr-public")
    assert code(done.path, replace(done.reader, charter=other)) == "transfers.recipient"
    ours = done.forge(tmp_path / "b", sender="navy")
    assert code(ours, done.reader) == "transfers.recipient"


def test_only_the_senders_executor_signs_it(done: Done, tmp_path: Path) -> None:
    forged = done.forge(tmp_path / "b", signer=done.coast.keys.signing)
    assert code(forged, done.reader) == "transfers.signature"
    renewed = Keys.of("coast", done.coast.suite, generation=2)
    before = done.navy.charter
    members = tuple(
        replace(m, executor=renewed.member("coast").executor) if m.agency == "coast" else m
        for m in before.members
    )
    later = propose(before, replace(before, members=members)).charter
    now = reader(done.navy, charter=later, earlier=(before,))
    assert code(done.path, now) == "transfers.signature"
    # A new key can't bring back what the old one was never seen to have in its ledger.
    assert code(done.forge(tmp_path / "c", signer=renewed.executor), now) == "transfers.ledger"


def test_the_sender_cannot_do_without_its_people(done: Done, tmp_path: Path) -> None:
    manifest, coast = done.signed.manifest, done.coast
    ballots = manifest.permit.votes

    def permit(votes: tuple[Ballot, ...], request: Request = manifest.request) -> Any:
        return issue_permit(
            request,
            votes,
            suite=coast.suite,
            executor_public=coast.suite.signing_public(coast.keys.executor),
            sign=lambda type_, value: coast.suite.sign_value(coast.keys.executor, type_, value),
            now=coast.clock(),
        )

    def refused(**changes: Any) -> bool:
        forged = done.forge(tmp_path / "b", **changes)
        return code(forged, done.reader) == "transfers.decision"

    assert open_bundle(done.forge(tmp_path / "b"), done.reader).manifest == manifest
    assert refused(permit=permit(()))
    assert refused(permit=permit(ballots[:1]))
    assert refused(permit=permit((ballots[0], ballots[0])))
    own = coast.vote(manifest.request, "coast.steward")
    assert refused(permit=permit((ballots[0], Ballot(own, coast.clock()))))
    forged_vote = replace(ballots[0].vote, voter="navy.checker")
    assert refused(permit=permit((ballots[1], Ballot(forged_vote, ballots[0].received_s))))
    assert refused(permit=replace(manifest.permit, signature="00" * 64))
    early = tuple(Ballot(b.vote, manifest.request.created_s) for b in ballots)
    assert refused(permit=permit(early))
    widened = replace(manifest.request, target="coast//O// REL * FOR *")
    assert refused(request=widened, permit=permit(ballots, widened))
    elsewhere = replace(manifest.request, agency="harbour")
    assert refused(request=elsewhere)
    otherwise = replace(manifest.request, action="report.release")
    assert refused(request=otherwise)
    unknown = replace(manifest.request, policy="2@" + digest_of(b""))
    assert refused(request=unknown)


def test_a_charter_that_allows_no_transfers_is_no_ground(done: Done, tmp_path: Path) -> None:
    before = done.navy.charter
    silent = propose(before, replace(before, rules={})).charter
    request = replace(done.request, policy=f"{silent.version}@{silent.digest()}")
    forged = done.forge(tmp_path / "b", request=request)
    assert code(forged, reader(done.navy, charter=silent)) == "transfers.decision"


def test_the_decision_must_stand_in_the_senders_ledger(done: Done, tmp_path: Path) -> None:
    proof, coast = done.signed.manifest.proof, done.coast
    entries = coast.ledger.entries(0, coast.ledger.head().size)
    other = entries[proof.position - 1]
    head = coast.ledger.head()

    def refused(changed: LedgerProof) -> bool:
        forged = done.forge(tmp_path / "b", proof=changed)
        return code(forged, done.reader) == "transfers.ledger"

    assert open_bundle(done.forge(tmp_path / "b", proof=proof), done.reader)
    assert refused(replace(proof, position=proof.position - 1))
    assert refused(replace(proof, path=proof.path[:-1]))
    assert refused(replace(proof, salt=bytes(16)))
    assert refused(replace(proof, checkpoint="not a note"))
    assert refused(replace(proof, entry=b"not an entry"))
    approved = LedgerProof(
        other,
        proof.position - 1,
        tuple(coast.ledger.inclusion(proof.position - 1, head.size)),
        head.note,
        proof.salt,
    )
    assert refused(approved)  # in the ledger, but not this transfer's beginning
    harbour = Keys.of("harbour", coast.suite)
    text = head.note.partition("\n\n")[0] + "\n"
    origin = coast.charter.member("coast").origin
    key = ledger_key(origin, coast.suite.signing_public(harbour.executor), coast.suite)
    note = sign_note(text, key, lambda message: coast.suite.sign(harbour.executor, message))
    assert refused(replace(proof, checkpoint=str(note)))


def test_the_beginning_must_lie_within_the_permits_time(done: Done, tmp_path: Path) -> None:
    from dure.governance.ledger.merkle import leaf_hash
    from dure.governance.ledger.notes import Checkpoint

    manifest, coast = done.signed.manifest, done.coast
    entry = json.loads(manifest.proof.entry) | {"time": manifest.permit.expires}
    data = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    origin = coast.charter.member("coast").origin
    key = ledger_key(origin, coast.suite.signing_public(coast.keys.executor), coast.suite)
    text = Checkpoint(origin, 1, leaf_hash(data)).text
    note = sign_note(text, key, lambda message: coast.suite.sign(coast.keys.executor, message))
    late = LedgerProof(data, 0, (), str(note), manifest.proof.salt)
    assert code(done.forge(tmp_path / "b", proof=late), done.reader) == "transfers.ledger"


def dishonest(done: Done, path: Path, target: str, **changes: Any) -> Path:
    """Write what a sender whose people approved it, but whose act checks nothing, would write."""
    coast = done.coast
    told = {**Terms(done.asset, "navy", digest_of(CONTENT), len(CONTENT)).to_dict(), **changes}
    request = coast.propose(
        "asset.transfer",
        arguments=told,
        assets=[done.asset.id],
        source=done.asset.label,
        target=coast.label(target),
        evidence=digest_of(b""),
    )
    coast.approve(request)
    permit = coast.executor.case(request.id).permit
    assert permit is not None
    from dure.core.times import write_time
    from dure.governance.events import Event, write_entry

    event = Event("asset.transfer.begun", "", "", request.id, {"digest": permit.digest})
    entry = write_entry(
        event, time=write_time(coast.clock()), secret=b"s", salt=bytes(16), suite=coast.suite
    )
    appended = coast.ledger.append([entry])
    proof = LedgerProof(
        entry,
        appended.first,
        tuple(coast.ledger.inclusion(appended.first, appended.size)),
        appended.note,
        bytes(16),
    )
    key = b"k" * 32
    sealing = bytes.fromhex(coast.charter.member("navy").node_sealing)
    info = key_info(coast.suite.name, "coast", "navy", request)
    return done.forge(
        path,
        sealed=b"".join(seal_content(key, [CONTENT], seal_id=b"i" * 16)),
        request=request,
        permit=permit,
        proof=proof,
        seal_id=(b"i" * 16).hex(),
        wrapped_key=coast.suite.wrap(sealing, key, info).hex(),
    )


@pytest.fixture
def fresh(tmp_path: Path) -> Done:
    return transfer(tmp_path)


def test_the_label_must_let_us_have_it(fresh: Done, tmp_path: Path) -> None:
    assert open_bundle(dishonest(fresh, tmp_path / "a", TARGET), fresh.reader).label
    refused = dishonest(fresh, tmp_path / "b", "coast//O// REL coast FOR trial")
    assert code(refused, fresh.reader) == "transfers.label"
    before = fresh.navy.charter
    labels = replace(before.labels, id="other", purposes=(("use", ""),))
    people = tuple(replace(p, purposes=frozenset()) for p in before.principals)
    later = propose(before, replace(before, labels=labels, principals=people)).charter
    assert code(fresh.path, reader(fresh.navy, charter=later, earlier=(before,))) == (
        "transfers.label"
    )


def test_people_must_have_approved_this_very_transfer(fresh: Done, tmp_path: Path) -> None:
    other = dishonest(fresh, tmp_path / "b", TARGET, to="harbour")
    assert code(other, fresh.reader) == "transfers.decision"
    owned = {**fresh.asset.to_dict(), "owner": "harbour"}
    assert code(dishonest(fresh, tmp_path / "c", TARGET, asset=owned), fresh.reader) == (
        "transfers.decision"
    )
    other = propose_by_hand(fresh.coast, "navy", TARGET)
    with pytest.raises(TransfersError, match=r"transfers\.malformed"):
        Terms.of(replace(other, source=TARGET), fresh.coast.charter.labels)
    odd = {**fresh.asset.to_dict(), "policy": "another"}
    assert code(dishonest(fresh, tmp_path / "d", TARGET, asset=odd), fresh.reader) == (
        "transfers.malformed"
    )


def test_the_content_must_be_the_approved_one(fresh: Done, tmp_path: Path) -> None:
    for size, digest in ((len(CONTENT), digest_of(b"x")), (3, digest_of(CONTENT)), (9999, "")):
        content = {"digest": digest or digest_of(CONTENT), "size": size}
        refused = dishonest(fresh, tmp_path / "b", TARGET, content=content)
        assert code(refused, fresh.reader) == "transfers.content"
    assert code(fresh.forge(tmp_path / "c", wrapped_key="00" * 80), fresh.reader) == (
        "transfers.content"
    )
    assert code(fresh.path, replace(fresh.reader, unwrap=lambda *_: b"short")) == (
        "transfers.content"
    )
    assert code(fresh.forge(tmp_path / "d", sealed=b""), fresh.reader) == "transfers.content"
    opened = open_bundle(fresh.path, fresh.reader)
    fresh.path.write_bytes(fresh.data[:-1] + b"!")
    with pytest.raises(TransfersError, match=r"transfers\.content"):
        b"".join(opened.chunks())


def test_nothing_is_imported_of_what_is_refused(fresh: Done) -> None:
    fresh.path.write_bytes(fresh.data[:-1] + bytes([fresh.data[-1] ^ 1]))
    with pytest.raises(TransfersError, match=r"transfers\.content"):
        verbs.open(fresh.navy, fresh.path, fresh.navy.keeper.unwrap)
    assert fresh.navy.assets.count() == 0
    assert fresh.navy.event_types() == ["charter.pinned"]


def test_only_who_may_import_imports(tmp_path: Path) -> None:
    made = transfer(tmp_path)
    checker = Node(tmp_path / "navy", "navy", "navy.checker", made.navy.clock)
    with pytest.raises(PolicyError, match=r"governance\.denied"):
        verbs.open(checker, made.path, checker.keeper.unwrap)


# ── any change of any byte ─────────────────────────────────────────────────────────────────────
def test_any_flipped_byte_is_refused(done: Done, tmp_path: Path) -> None:
    data, path = done.data, tmp_path / "b"
    front = len(data) - len(done.sealed)
    for at in (*range(0, front, 11), *range(front, len(data), 5)):  # the next test has the others
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert code(path, done.reader).startswith("transfers.")


@given(at=st.integers(min_value=0), mask=st.integers(1, 255), cut=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_a_byte_and_any_cut_is_refused(
    done: Done, tmp_path: Path, at: int, mask: int, cut: bool
) -> None:
    data, path = done.data, tmp_path / "b"
    at %= len(data)
    path.write_bytes(data[:at] if cut else data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :])
    code(path, done.reader)
    path.write_bytes(data + bytes([mask]))
    assert code(path, done.reader) == "transfers.content"


# ── the parser ─────────────────────────────────────────────────────────────────────────────────
@given(data=st.binary(max_size=400))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for whole in (data, MAGIC + data, MAGIC + len(data).to_bytes(4, "big") + data):
        with pytest.raises(TransfersError, match=r"transfers\.malformed"):
            read_manifest(io.BytesIO(whole))


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("a0/:é"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*at, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            found += places(item, (*at, i))
    return found


@pytest.mark.parametrize("part", [{"entry": 1}, {"checkpoint": None}, {"path": ["x"]}])
def test_a_proof_of_another_form_is_no_bundle(done: Done, tmp_path: Path, part: Any) -> None:
    document = done.signed.manifest.to_dict()
    document["proof"] = done.signed.manifest.proof.to_dict() | part
    signature = done.coast.suite.sign_value(done.coast.keys.executor, "bundle", document)
    path = tmp_path / "b"
    path.write_bytes(write_frame(MAGIC, document, signature) + done.sealed)
    assert code(path, done.reader) == "transfers.malformed"


@given(choice=st.integers(min_value=0), value=_json, keep=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sender_who_signs_anything_raises_nothing_else(
    done: Done, tmp_path: Path, choice: int, value: object, keep: bool
) -> None:
    """The worst sender: its executor signs whatever it likes, any member replaced or taken out."""
    document = json.loads(json.dumps(done.signed.manifest.to_dict()))
    listed = places(document)
    *where, last = listed[choice % len(listed)]
    inner: Any = document
    for step in where:
        inner = inner[step]
    if keep or isinstance(inner, list):
        inner[last] = value
    else:
        del inner[last]
    signature = done.coast.suite.sign_value(done.coast.keys.executor, "bundle", document)
    path = tmp_path / "b"
    path.write_bytes(write_frame(MAGIC, document, signature) + done.sealed)
    if document != done.signed.manifest.to_dict():
        code(path, done.reader)
