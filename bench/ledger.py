"""The ledger against its peer, a bare durable commit, on the same disk in the same session.

The peer is the least that keeps an event: one row of the same bytes in a plain table, one
BEGIN IMMEDIATE, INSERT and COMMIT per event under WAL and synchronous=FULL, with Python's own
sqlite3. The two take turns, so that a neighbour's noise falls on both. Every append of the ledger
ends in a checkpoint signed with Ed25519. Prints one JSON object per figure.

    python bench/ledger.py [--sizes 10000 100000 1000000] [--rounds 7] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dure.core.suites import suite
from dure.governance.ledger.check import fsck
from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from dure.governance.ledger.reader import LedgerReader
from dure.governance.ledger.tables import METADATA
from dure.governance.ledger.verify import verify_export
from dure.storage.database import open_database

ORIGIN = "bench.example/ledger"
INTL = suite("intl")
ONE_BY_ONE = 400  # appends of a round
PROOFS = 300
FILL = 10_000  # entries of a batch while the ledger is brought to its size


def event(number: int) -> bytes:
    """Return an event of the size that the house writes: a clear header and a salted digest."""
    return json.dumps(
        {
            "time": "2026-01-31T09:30:00Z",
            "type": "dataset.published",
            "actor": f"{number % 97:032x}",
            "asset": f"{number:064x}",
            "decision": "",
            "rest": f"sha256:{number * 7919:064x}",
        }
    ).encode()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(figure: str, **facts: object) -> None:
    print(json.dumps({"figure": figure, **facts}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=7, help="measured rounds, 5 or more")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to write (default: TMPDIR)"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dure-bench-", dir=options.folder))
    try:
        measure(folder, sorted(options.sizes), max(5, options.rounds))
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, sizes: list[int], rounds: int) -> None:
    private = INTL.signing_key(os.urandom(48))
    public = INTL.signing_public(private)
    db = open_database(f"sqlite:///{folder}/executor.db")
    with db.write() as connection:
        METADATA.create_all(connection)
    # As the executor holds it: the key is loaded once, not at every signature.
    ledger = Ledger(db, ORIGIN, Ed25519PrivateKey.from_private_bytes(private).sign, public, INTL)
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL").fetchall()
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE event (position INTEGER PRIMARY KEY, data BLOB NOT NULL)")
    kept = ""
    for size in sizes:
        fill(ledger, bare, size)
        one_by_one(ledger, bare, size, rounds)
        proofs(ledger, rounds)
        reopened(ledger, private, public, rounds)
        audits(ledger, folder, kept, public, rounds)
        kept = ledger.head().note
        batches(ledger, bare, size, rounds)
        count = ledger.head().size
        bytes_per_entry = round((folder / "executor.db").stat().st_size / count, 1)
        row("database bytes per entry", entries=count, bytes=bytes_per_entry)
    ledger.close()
    db.close()
    bare.close()


def fill(ledger: Ledger, bare: sqlite3.Connection, size: int) -> None:
    while (at := ledger.head().size) < size:
        ledger.append([event(n) for n in range(at, min(at + FILL, size))])
    (at,) = bare.execute("SELECT count(*) FROM event").fetchone()
    bare.execute("BEGIN")
    bare.executemany("INSERT INTO event VALUES (?, ?)", ((n, event(n)) for n in range(at, size)))
    bare.execute("COMMIT")


def one_by_one(ledger: Ledger, bare: sqlite3.Connection, size: int, rounds: int) -> None:
    (at,) = bare.execute("SELECT count(*) FROM event").fetchone()
    data = [event(n) for n in range(size, size + ONE_BY_ONE)]

    def peer() -> None:
        nonlocal at
        for entry in data:
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO event VALUES (?, ?)", (at, entry))
            bare.execute("COMMIT")
            at += 1

    def ours() -> None:
        for entry in data:
            ledger.append([entry])

    peer_s, ours_s = [], []
    for turn in range(rounds + 1):
        each_peer, each_ours = seconds(peer), seconds(ours)
        if turn:
            peer_s.append(each_peer)
            ours_s.append(each_ours)
    row(
        "appends one by one",
        entries=size,
        peer="bare sqlite3, one durable commit per event",
        appends_per_s=round(ONE_BY_ONE / statistics.median(ours_s)),
        peer_per_s=round(ONE_BY_ONE / statistics.median(peer_s)),
        ratio=round(statistics.median(p / o for p, o in zip(peer_s, ours_s, strict=True)), 3),
        bar=0.45,
        rounds=rounds,
    )


def batches(ledger: Ledger, bare: sqlite3.Connection, size: int, rounds: int) -> None:
    for batch in (10, 100, 1000):
        data = [event(n) for n in range(max(1_000, 5 * batch))]
        parts = [data[at : at + batch] for at in range(0, len(data), batch)]

        def peer(parts: list[list[bytes]] = parts) -> None:
            for part in parts:
                bare.execute("BEGIN IMMEDIATE")
                bare.executemany("INSERT INTO event (data) VALUES (?)", [(each,) for each in part])
                bare.execute("COMMIT")

        def ours(parts: list[list[bytes]] = parts) -> None:
            for part in parts:
                ledger.append(part)

        taken = [(seconds(peer), seconds(ours)) for _ in range(rounds + 1)][1:]
        facts = {"bar": 30_000} if batch == 100 else {}
        row(
            f"events at batch {batch}",
            entries=size,
            peer="bare sqlite3, one durable commit per batch",
            events_per_s=round(len(data) / statistics.median(o for _, o in taken)),
            peer_per_s=round(len(data) / statistics.median(p for p, _ in taken)),
            rounds=rounds,
            **facts,
        )


def proofs(ledger: Ledger, rounds: int) -> None:
    """Prove other entries in every round: what one round left in memory is of little use."""
    # A reader of its own: reading the entries and roots that are proved must not warm the one timed.
    aside = LedgerReader(ledger.db, ORIGIN, ledger.key.public, INTL)
    head, pick = ledger.head(), random.Random(1)

    def inclusion(data: dict[int, bytes]) -> None:
        for position, entry in data.items():
            proof = ledger.inclusion(position, head.size)
            assert verify_inclusion(position, head.size, leaf_hash(entry), proof, head.root)

    def consistency(roots: dict[int, bytes]) -> None:
        for first, root in roots.items():
            proof = ledger.consistency(first, head.size)
            assert verify_consistency(first, head.size, root, head.root, proof)

    for name, work, known in (
        ("inclusion proof built and verified", inclusion, aside.entry),
        ("consistency proof built and verified", consistency, aside.root),
    ):
        taken = []
        for _ in range(rounds):
            given = {at: known(at) for at in (pick.randrange(head.size) for _ in range(PROOFS))}
            taken.append(seconds(lambda given=given, work=work: work(given)) / len(given))
        row(
            name,
            entries=head.size,
            ms=round(statistics.median(taken) * 1e3, 3),
            bar=1.0,
            rounds=rounds,
        )


def audits(ledger: Ledger, folder: Path, kept: str, public: bytes, rounds: int) -> None:
    count, export, since = ledger.head().size, folder / "export", kept or None
    first = seconds(lambda: export_tiles(ledger, export))
    row("export, every file forced to disk", entries=count, entries_per_s=round(count / first))
    again = []
    for _ in range(rounds):
        ledger.append([event(0)])
        again.append(seconds(lambda: export_tiles(ledger, export)))
    row(
        "export continued by one entry",
        entries=count,
        ms=round(statistics.median(again) * 1e3, 1),
        rounds=rounds,
    )
    for name, work in (
        ("export verified offline", lambda: verify_export(export, ORIGIN, public, INTL, since)),
        ("database verified (fsck)", lambda: fsck(ledger, since)),
    ):
        taken = statistics.median(seconds(work) for _ in range(5))
        row(name, entries=count, entries_per_s=round(count / taken), rounds=5)
    shutil.rmtree(export)


def reopened(ledger: Ledger, private: bytes, public: bytes, rounds: int) -> None:
    def work() -> None:
        Ledger(ledger.db, ORIGIN, lambda m: INTL.sign(private, m), public, INTL).head()

    taken = statistics.median(seconds(work) for _ in range(rounds))
    size = ledger.head().size
    row("head of a ledger just opened", entries=size, ms=round(taken * 1e3, 2), rounds=rounds)


if __name__ == "__main__":
    main()
