"""kill -9 at every step of sending and receiving, and two processes sending at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dure.exchange.header import Kind
from dure.exchange.inbox import receive
from dure.exchange.outbox import resume, send, tidy
from dure.exchange.post import status
from tests.exchange.alliance import post

ROOT = Path(__file__).parents[2]

SEND = """
import os, sys
from pathlib import Path
from dure.exchange.header import Kind
from dure.exchange.outbox import send
from tests.exchange.alliance import post
root, media, first, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
desk = post(root, "coast", random=os.urandom)
for n in range(first, first + count):
    print(send(desk, b"message %d" % n, to="navy", kind=Kind.VOTE, folder=media).number, flush=True)
"""

RECEIVE = """
import os, sys
from pathlib import Path
from dure.exchange.header import Kind
from dure.exchange.inbox import receive
from tests.exchange.alliance import post
root, media, done = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
def handle(delivery):  # idempotent by envelope id, as handlers must be
    (done / delivery.id[7:]).write_bytes(delivery.read())
receive(post(root, "navy"), media, {Kind.VOTE: handle})
"""


def start(script: str, *arguments: object, fault: str = "") -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DURE_FAULT": fault}
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(script: str, *arguments: object, fault: str = "") -> None:
    process = start(script, *arguments, fault=fault)
    _, said = process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if fault else 0), said


@pytest.mark.parametrize(
    ("fault", "numbered"),
    [
        ("seal", 0),
        ("file.written:1", 0),
        ("envelope.sealed", 0),
        ("database.committing:2", 0),
        ("envelope.numbered", 1),
        ("file.written:2", 1),
        ("file.renamed:2", 1),
        ("envelope.written", 1),
        ("database.committing:3", 1),
        ("envelope.recorded", 1),
    ],
)
def test_killed_while_sending_the_same_envelope_goes_out(
    tmp_path: Path, fault: str, numbered: int
) -> None:
    if fault == "seal":
        fault = "database.begun:2"
    media = tmp_path / "media"
    media.mkdir()
    run(SEND, tmp_path / "coast", media, 0, 1, fault=fault)
    name = "coast-navy-00000001.dure-envelope"
    before = (media / name).read_bytes() if (media / name).exists() else b""
    coast = post(tmp_path / "coast", "coast", random=os.urandom)
    standing = status(coast.database)
    assert [s.last_sent for s in standing] == [1] * numbered
    resumed = resume(coast, media)
    assert len(resumed) == (1 if numbered and standing[0].unsent else 0)
    send(coast, b"message 0", to="navy", kind=Kind.VOTE, folder=media)
    assert [path.name for path in media.iterdir()] == [name]
    if before:
        assert (media / name).read_bytes() == before
    tidy(coast)
    assert len([p for p in coast.spool.iterdir() if not p.name.endswith(".lock")]) == 1
    navy = post(tmp_path / "navy", "navy")
    got: list[bytes] = []
    received = receive(navy, media, {Kind.VOTE: lambda d: got.append(d.read())})
    assert (got, received.refused, received.findings) == ([b"message 0"], (), ())


@pytest.mark.parametrize(
    ("fault", "state", "handled"),
    [
        ("database.committing:2", "", 0),
        ("inbox.recorded", "received", 0),
        ("inbox.delivered", "received", 1),
        ("database.committing:3", "received", 1),
        ("inbox.handled", "handled", 1),
        ("inbox.recorded:2", "handled", 1),
        ("inbox.delivered:2", "handled", 2),
    ],
)
def test_killed_while_receiving_each_is_handled_once(
    tmp_path: Path, fault: str, state: str, handled: int
) -> None:
    media, done = tmp_path / "media", tmp_path / "done"
    media.mkdir()
    done.mkdir()
    coast = post(tmp_path / "coast", "coast")
    for n in range(3):
        send(coast, b"message %d" % n, to="navy", kind=Kind.VOTE, folder=media)
    run(RECEIVE, tmp_path / "navy", media, done, fault=fault)
    standing = status(post(tmp_path / "navy", "navy").database)
    if state == "":
        assert standing == ()
    else:
        assert standing[0].last_received == (2 if fault.endswith(":2") else 1)
        assert (1 in standing[0].waiting) == (state == "received")
    assert len(list(done.iterdir())) == handled
    run(RECEIVE, tmp_path / "navy", media, done)
    assert sorted(path.read_bytes() for path in done.iterdir()) == [
        b"message %d" % n for n in range(3)
    ]
    standing = status(post(tmp_path / "navy", "navy").database)
    assert (standing[0].waiting, standing[0].gaps, standing[0].last_received) == ((), (), 3)


def test_two_processes_never_share_a_number(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    post(tmp_path / "coast", "coast")
    both = [start(SEND, tmp_path / "coast", media, first, 15) for first in (0, 100)]
    numbers = []
    for process in both:
        said, wrong = process.communicate(timeout=60)
        assert process.returncode == 0, wrong
        numbers += [int(line) for line in said.split()]
    assert sorted(numbers) == list(range(1, 31))
    navy = post(tmp_path / "navy", "navy")
    got: list[bytes] = []
    received = receive(navy, media, {Kind.VOTE: lambda d: got.append(d.read())})
    assert received.findings == ()
    assert len(set(got)) == 30
