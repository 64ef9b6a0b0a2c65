"""Sending and receiving over a folder: numbers, replays, gaps, strangers, and who handles what."""

from __future__ import annotations

import os
import resource
import signal
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dure.core.suites import suite
from dure.exchange.errors import ExchangeError
from dure.exchange.header import MAX_NUMBER, Kind
from dure.exchange.inbox import Delivery, receive
from dure.exchange.outbox import resume, send, skip_all, skip_to, tidy
from dure.exchange.post import Post, gaps, status
from dure.storage.errors import StorageError
from tests.exchange.alliance import Clock, Keys, charter, post, successor

BIG = os.urandom(1 << 16) * 40


class Desk:
    """Two posts, a medium between them, and what the second one's handler got."""

    def __init__(self, root: Path) -> None:
        self.clock = Clock()
        self.coast = post(root / "coast", "coast", clock=self.clock)
        self.harbour = post(root / "harbour", "harbour", clock=self.clock)
        self.navy = post(root / "navy", "navy", clock=self.clock)
        self.media = root / "media"
        self.media.mkdir()
        self.got: list[tuple[int, bytes]] = []

    def send(self, payload: bytes | Path = b"x", *, by: Post | None = None, **options):
        options = {"to": "navy", "kind": Kind.SUBMISSION, "folder": self.media, **options}
        return send(by or self.coast, payload, **options)

    def handle(self, delivery: Delivery) -> None:
        self.got.append((delivery.header.number, b"".join(delivery.chunks())))

    def receive(self, *, by: Post | None = None, **options):
        return receive(by or self.navy, self.media, dict.fromkeys(Kind, self.handle), **options)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def codes(received) -> list[str]:
    return [item.error.code for item in received.refused]


def test_what_was_sent_arrives_in_order_and_once(desk: Desk) -> None:
    payloads = [b"", b"one", BIG]
    sent = [desk.send(payload) for payload in payloads]
    assert [item.path.name for item in sent] == [
        f"coast-navy-0000000{n}.dure-envelope" for n in (1, 2, 3)
    ]
    first = desk.receive()
    assert [header.number for header in first.handled] == [1, 2, 3]
    assert desk.got == list(enumerate(payloads, 1))
    assert first.findings == ()
    second = desk.receive()
    assert (second.handled, second.refused, len(second.copies)) == ((), (), 3)
    assert len(desk.got) == 3


def test_a_file_is_sent_as_it_is(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "payload"
    path.write_bytes(BIG)
    desk.send(path)
    desk.receive()
    assert desk.got == [(1, BIG)]


def test_numbers_are_counted_for_each_ordered_pair(desk: Desk) -> None:
    names = [
        desk.send(b"1").number,
        desk.send(b"2").number,
        desk.send(b"1", to="harbour").number,
        desk.send(b"1", by=desk.navy, to="coast").number,
    ]
    assert names == [1, 2, 1, 1]


def test_the_same_message_is_the_same_envelope(desk: Desk) -> None:
    first = desk.send(b"x", key="request 1")
    before = first.path.read_bytes()
    desk.clock.now_s += 60
    again = desk.send(b"x", key="request 1")
    assert (again, again.path.read_bytes()) == (first, before)
    assert desk.send(b"x", key="request 2").number == 2
    assert len(list(desk.coast.spool.glob("*.sealed"))) == 2
    with pytest.raises(ExchangeError, match=r"exchange\.digest"):
        desk.send(b"another", key="request 1")
    with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
        desk.send(b"x", key="k" * 129)


def test_a_message_past_its_life_is_not_sent_again(desk: Desk) -> None:
    desk.send(b"x", life_s=60)
    desk.clock.now_s += 60
    with pytest.raises(ExchangeError, match=r"exchange\.expired"):
        desk.send(b"x")
    assert desk.send(b"x", key="anew").number == 2


def test_a_stranger_gets_nothing(desk: Desk) -> None:
    with pytest.raises(ExchangeError, match=r"exchange\.stranger"):
        desk.send(to="stranger")
    with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
        desk.send(to="coast")
    with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
        desk.send(life_s=0)
    assert list(desk.media.iterdir()) == []
    assert list(desk.coast.spool.glob("*.sealed")) == []
    assert status(desk.coast.database) == ()
    assert desk.send().number == 1


def test_gaps_are_reported_and_hold_back_nothing(desk: Desk) -> None:
    sent = [desk.send(str(n).encode()) for n in range(6)]
    kept = {n: sent[n].path.read_bytes() for n in (0, 2, 3)}
    for n in kept:
        sent[n].path.unlink()
    received = desk.receive()
    assert [header.number for header in received.handled] == [2, 5, 6]
    found = [(f.code, f.subject, f.locator) for f in received.findings]
    assert found == [("exchange.gap", "coast", "1"), ("exchange.gap", "coast", "3-4")]
    standing = status(desk.navy.database)[0]
    assert (standing.last_received, standing.gaps) == (6, ((1, 1), (3, 4)))
    sent[2].path.write_bytes(kept[2])
    assert [header.number for header in desk.receive().handled] == [3]
    assert status(desk.navy.database)[0].to_dict() == {
        "agency": "coast",
        "last_sent": 0,
        "unsent": [],
        "last_received": 6,
        "gaps": [[1, 1], [4, 4]],
        "waiting": [],
        "missed": [],
    }


def test_another_envelope_under_a_used_number_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.send(b"first")
    desk.receive()
    restored = post(tmp_path / "coast-again", "coast", clock=desk.clock)
    desk.send(b"second", by=restored)
    received = desk.receive()
    assert codes(received) == ["exchange.replayed"]
    assert desk.got == [(1, b"first")]
    skip_to(restored, "navy", 5)
    desk.send(b"third", by=restored)
    assert [header.number for header in desk.receive().handled] == [5]
    skip_to(restored, "navy", 9)
    for number in (9, 5, 0, MAX_NUMBER + 1):
        if number != 9:
            with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
                skip_to(restored, "navy", number)
    assert desk.send(b"fourth", by=restored).number == 9


def test_after_a_restore_numbers_go_on_far_above_all_that_were_given(
    desk: Desk, tmp_path: Path
) -> None:
    desk.send(b"first")
    desk.receive()
    restored = post(tmp_path / "coast-again", "coast", clock=desk.clock)
    assert desk.send(b"known to the backup", by=restored).number == 1
    assert skip_all(restored.database, ["navy", "ports"], 1000) == {"navy": 1002, "ports": 1001}
    assert desk.send(b"second", by=restored).number == 1002
    received = desk.receive()
    assert [header.number for header in received.handled] == [1002]
    assert status(desk.navy.database)[0].gaps == ((2, 1001),)
    with pytest.raises(ExchangeError, match=r"exchange\.malformed"):
        skip_all(restored.database, [], MAX_NUMBER)
    assert desk.send(b"third", by=restored).number == 1003


def test_what_came_too_late_is_seen_as_missed(desk: Desk) -> None:
    desk.send(b"late", life_s=60)
    desk.send(b"in time")
    desk.clock.now_s += 60
    received = desk.receive()
    assert codes(received) == ["exchange.expired"]
    assert [header.number for header in received.handled] == [2]
    assert status(desk.navy.database)[0].missed == (1,)
    assert desk.receive().copies[0].startswith("coast-navy-00000001")


def test_what_comes_from_the_future_spends_no_number(desk: Desk) -> None:
    desk.clock.now_s += 10 * 86_400
    desk.send()
    desk.clock.now_s -= 10 * 86_400
    assert codes(desk.receive()) == ["exchange.expired"]
    assert status(desk.navy.database) == ()
    desk.clock.now_s += 10 * 86_400
    assert len(desk.receive().handled) == 1


def test_an_altered_envelope_spends_no_number(desk: Desk) -> None:
    for payload in (b"small", BIG):
        sent = desk.send(payload)
        right = sent.path.read_bytes()
        sent.path.write_bytes(right[:-20] + bytes([right[-20] ^ 1]) + right[-19:])
        assert codes(desk.receive()) == ["exchange.altered"]
        sent.path.write_bytes(right)
        assert desk.receive().handled[0].number == sent.number


def test_a_stranger_a_forger_and_a_renamed_file_are_refused(desk: Desk, tmp_path: Path) -> None:
    wide = charter(agencies=("coast", "harbour", "navy", "stranger"))
    stranger = post(tmp_path / "stranger", "stranger", pinned=wide, clock=desk.clock)
    forger = replace(
        desk.coast,
        database=post(tmp_path / "forger", "harbour").database,
        sign=Keys.of("harbour", suite("intl")).sign,
    )
    desk.send(by=stranger)
    forged = desk.send(by=forger)
    renamed = desk.send(b"r", by=desk.harbour)
    renamed.path.rename(desk.media / "coast-navy-00000009.dure-envelope")
    received = desk.receive()
    assert {item.name: item.error.code for item in received.refused} == {
        "coast-navy-00000001.dure-envelope": "exchange.signature",
        "coast-navy-00000009.dure-envelope": "exchange.malformed",
        "stranger-navy-00000001.dure-envelope": "exchange.stranger",
    }
    assert {f.code for f in received.findings} == set(codes(received))
    assert desk.got == []
    forged.path.unlink()
    desk.send(b"real")
    assert desk.receive().handled[0].sender == "coast"


def test_an_envelope_under_a_charter_we_lack_waits_for_it(desk: Desk) -> None:
    newer = successor(desk.coast.charter)
    sender = replace(desk.coast, charter=newer, charters={**desk.coast.charters, 2: newer.digest()})
    desk.send(b"charter", by=sender, kind=Kind.CHARTER)
    desk.send(b"report", by=sender, kind=Kind.REPORT)
    received = desk.receive()
    assert codes(received) == ["exchange.charter"]
    assert [header.kind for header in received.handled] == [Kind.CHARTER]
    pinned = replace(desk.navy, charter=newer, charters=sender.charters)
    assert [h.kind for h in desk.receive(by=pinned).handled] == [Kind.REPORT]


def test_what_is_not_for_us_is_left_for_others(desk: Desk) -> None:
    desk.send(to="harbour")
    assert desk.receive().findings == ()
    assert len(desk.receive(by=desk.harbour).handled) == 1


def test_a_medium_may_hold_anything(desk: Desk) -> None:
    (desk.media / "notes.txt").write_text("not ours")
    (desk.media / "a.dure-envelope").write_bytes(b"")
    (desk.media / "b.dure-envelope").symlink_to("/etc/passwd")
    os.mkfifo(desk.media / "c.dure-envelope")
    (desk.media / "d.dure-envelope").mkdir()
    desk.send()
    received = desk.receive()
    assert codes(received) == [
        "exchange.malformed",
        "storage.file",
        "exchange.malformed",
        "exchange.malformed",
    ]
    assert len(received.handled) == 1


def test_a_missing_medium_is_said(desk: Desk) -> None:
    with pytest.raises(StorageError, match=r"storage\.file"):
        receive(desk.navy, desk.media / "missing", {})
    with pytest.raises(StorageError, match=r"storage\.file"):
        desk.send(folder=desk.media / "missing")
    with pytest.raises(StorageError, match=r"storage\.file"):
        desk.send(desk.media / "missing")
    assert [item.number for item in resume(desk.coast, desk.media)] == [1]
    assert len(desk.receive().handled) == 1


def test_a_handler_that_refuses_is_asked_again(desk: Desk) -> None:
    def refuse(delivery: Delivery) -> None:
        raise StorageError("storage.no-space", path="here")

    desk.send(b"first")
    desk.send(b"second", kind=Kind.VOTE)
    handlers = {Kind.SUBMISSION: refuse, Kind.VOTE: desk.handle}
    received = receive(desk.navy, desk.media, handlers)
    assert codes(received) == ["storage.no-space"]
    assert [header.number for header in received.handled] == [2]
    assert status(desk.navy.database)[0].waiting == (1,)
    desk.clock.now_s += 91 * 86_400  # it was accepted in time
    assert [header.number for header in desk.receive().handled] == [1]
    assert status(desk.navy.database)[0].waiting == ()


def test_a_kind_that_nobody_handles_waits(desk: Desk) -> None:
    desk.send()
    assert [header.number for header in receive(desk.navy, desk.media, {}).unhandled] == [1]
    assert [header.number for header in desk.receive().handled] == [1]


def test_payloads_have_a_limit(desk: Desk) -> None:
    desk.send(b"12345")
    assert codes(desk.receive(limit=4)) == ["exchange.malformed"]
    assert len(desk.receive(limit=5).handled) == 1

    def small(delivery: Delivery) -> None:
        delivery.read(limit=4)

    desk.send(b"23456")
    assert codes(receive(desk.navy, desk.media, {Kind.SUBMISSION: small})) == ["exchange.malformed"]


def test_a_payload_can_be_read_more_than_once(desk: Desk) -> None:
    seen: list[bytes] = []

    def twice(delivery: Delivery) -> None:
        seen.extend((delivery.read(limit=len(BIG)), b"".join(delivery.chunks())))

    desk.send(BIG)
    receive(desk.navy, desk.media, {Kind.SUBMISSION: twice})
    assert seen == [BIG, BIG]


def test_a_medium_that_changes_after_it_was_proven_hands_nothing_else_over(desk: Desk) -> None:
    sent = desk.send(BIG)
    right = sent.path.read_bytes()

    def swapped(delivery: Delivery) -> None:
        with sent.path.open("r+b") as stream:
            stream.seek(len(right) // 2)
            stream.write(b"something else")
        b"".join(delivery.chunks())

    assert codes(receive(desk.navy, desk.media, {Kind.SUBMISSION: swapped})) == ["exchange.altered"]
    sent.path.write_bytes(right)
    assert len(desk.receive().handled) == 1


def test_a_lost_medium_is_written_again(desk: Desk, tmp_path: Path) -> None:
    sent = [desk.send(b"1"), desk.send(b"2")]
    before = [item.path.read_bytes() for item in sent]
    assert resume(desk.coast, desk.media) == ()
    other = tmp_path / "other"
    other.mkdir()
    again = resume(desk.coast, other, again=True)
    assert [item.path.read_bytes() for item in again] == before


def test_the_spool_keeps_what_may_be_sent_again(desk: Desk) -> None:
    desk.send(b"short", life_s=60)
    desk.send(b"long")
    (desk.coast.spool / "orphan.sealed").write_bytes(b"from a crash")
    (desk.coast.spool / ".x.partial").write_bytes(b"from a crash")
    assert tidy(desk.coast) == 2
    desk.clock.now_s += 60
    assert tidy(desk.coast) == 1
    assert len(resume(desk.coast, desk.media, again=True)) == 1


def test_a_full_disk_leaves_nothing_behind(desk: Desk) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
        with pytest.raises(StorageError, match=r"storage\.no-space"):
            desk.send(BIG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(desk.media.iterdir()) == []
    assert [path.name for path in desk.coast.spool.iterdir()] == [".spool.lock"]
    assert desk.send(BIG).number == 1


def test_the_spool_is_ours_alone(desk: Desk) -> None:
    desk.send()
    assert stat.S_IMODE(desk.coast.spool.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in desk.coast.spool.iterdir()} == {0o600}


@given(numbers=st.sets(st.integers(1, 40)))
def test_gaps_are_exactly_the_missing_numbers(numbers: set[int]) -> None:
    missing = [n for first, last in gaps(sorted(numbers)) for n in range(first, last + 1)]
    assert missing == sorted(set(range(1, max(numbers, default=0))) - numbers)


@given(order=st.permutations(range(5)), cuts=st.lists(st.integers(0, 5), max_size=3))
@settings(max_examples=15)
def test_in_whatever_order_they_are_carried_each_is_handled_once(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cuts: list[int]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    sent = [desk.send(str(n).encode()).path for n in range(5)]
    files = [path.read_bytes() for path in sent]
    for path in sent:
        path.unlink()
    for step, n in enumerate(order):
        sent[n].write_bytes(files[n])
        if step in cuts:
            desk.receive()
    desk.receive()
    assert sorted(number for number, _ in desk.got) == [1, 2, 3, 4, 5]
    assert status(desk.navy.database)[0].gaps == ()
