"""Ledgers for tests: fixed keys, throw-away databases, a naive tree to hold ours against."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from dure.core.suites import Suite, suite
from dure.governance.ledger.log import Ledger
from dure.governance.ledger.tables import METADATA
from dure.storage.database import Database, open_database

ORIGIN = "coast.example/ledger"
SUITES = ("intl", "kr-public")


class Keys:
    """A signing key of one suite, made from a word."""

    def __init__(self, word: str = "coast", suite_name: str = "intl") -> None:
        self.suite: Suite = suite(suite_name)
        seed = (sha256(word.encode()).digest() * 2)[:48]
        self.private = self.suite.signing_key(seed)
        self.public = self.suite.signing_public(self.private)

    def sign(self, message: bytes) -> bytes:
        return self.suite.sign(self.private, message)


def make_database(url: str) -> Database:
    db = open_database(url)
    with db.write() as connection:
        METADATA.create_all(connection)
    return db


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/executor.db"


def open_ledger(db: Database, keys: Keys, origin: str = ORIGIN) -> Ledger:
    return Ledger(db, origin, keys.sign, keys.public, keys.suite)


def entries(count: int, start: int = 0) -> list[bytes]:
    return [b"entry %d" % i for i in range(start, start + count)]


def naive_root(data: list[bytes]) -> bytes:
    """Return MTH of RFC 6962 §2.1, word for word."""
    n = len(data)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = 1
    while k * 2 < n:
        k *= 2
    return sha256(b"\x01" + naive_root(data[:k]) + naive_root(data[k:])).digest()


def naive_path(m: int, data: list[bytes]) -> list[bytes]:
    """Return PATH of RFC 6962 §2.1.1, word for word."""
    n = len(data)
    if n == 1:
        return []
    k = 1
    while k * 2 < n:
        k *= 2
    if m < k:
        return [*naive_path(m, data[:k]), naive_root(data[k:])]
    return [*naive_path(m - k, data[k:]), naive_root(data[:k])]


def naive_proof(m: int, data: list[bytes], whole: bool = True) -> list[bytes]:
    """Return SUBPROOF of RFC 6962 §2.1.2, word for word."""
    n = len(data)
    if m == n:
        return [] if whole else [naive_root(data)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*naive_proof(m, data[:k], whole), naive_root(data[k:])]
    return [*naive_proof(m - k, data[k:], False), naive_root(data[:k])]
