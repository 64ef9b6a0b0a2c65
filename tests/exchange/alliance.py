"""A small alliance with real keys, for tests of what travels between its nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dure.core.labels import LabelPolicy
from dure.core.suites import SEED_BYTES, Suite, suite
from dure.core.text import Text
from dure.exchange.post import Post
from dure.exchange.tables import METADATA
from dure.governance.charter import Charter, Member
from dure.storage.database import open_database

AGENCIES = ("coast", "harbour", "navy")
T0 = 1_790_000_000


def seed(name: str) -> bytes:
    """Return 48 bytes that only look random."""
    return hashlib.shake_256(name.encode()).digest(SEED_BYTES)


@dataclass(frozen=True)
class Keys:
    """Private keys of one node, and its delegate's."""

    crypto: Suite
    signing: bytes
    sealing: bytes
    executor: bytes
    delegate: bytes

    @classmethod
    def of(cls, agency: str, crypto: Suite, generation: int = 1) -> Keys:
        def name(use: str) -> bytes:
            return seed(f"{agency}/{use}/{generation}")

        return cls(
            crypto,
            crypto.signing_key(name("signing")),
            crypto.sealing_key(name("sealing")),
            crypto.signing_key(name("executor")),
            crypto.signing_key(name("delegate")),
        )

    def sign(self, type_: str, value: Mapping[str, object]) -> str:
        return self.crypto.sign_value(self.signing, type_, value)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        return self.crypto.unwrap(self.sealing, wrapped, info)

    def member(self, agency: str) -> Member:
        return Member(
            agency=agency,
            name=Text(agency.title(), agency),
            node_signing=self.crypto.signing_public(self.signing).hex(),
            node_sealing=self.crypto.sealing_public(self.sealing).hex(),
            executor=self.crypto.signing_public(self.executor).hex(),
            origin=f"dure.example/{agency}",
            delegate=self.crypto.signing_public(self.delegate).hex(),
        )


POLICY = LabelPolicy(
    "demo",
    ("O", "S", "C"),
    frozenset({"maritime"}),
    frozenset({*AGENCIES, "stranger"}),
    (("trial", ""), ("scoring", "trial"), ("use", "")),
)


def charter(suite_name: str = "intl", agencies: tuple[str, ...] = AGENCIES) -> Charter:
    crypto = suite(suite_name)
    return Charter(
        version=1,
        previous="",
        alliance="Demo",
        suite=suite_name,
        labels=POLICY,
        members=tuple(Keys.of(name, crypto).member(name) for name in agencies),
        principals=(),
        rules={},
        quorum=min(2, len(agencies)),
    )


def successor(before: Charter, **changes: object) -> Charter:
    return replace(before, version=before.version + 1, previous=before.digest(), **changes)


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now_s = T0

    def __call__(self) -> int:
        return self.now_s


def counter(name: str) -> Callable[[int], bytes]:
    """Return a source of bytes that never repeats within one test."""
    state = {"n": 0}

    def draw(n: int) -> bytes:
        state["n"] += 1
        return hashlib.shake_256(f"{name}/{state['n']}".encode()).digest(n)

    return draw


def post(
    root: Path,
    agency: str,
    *,
    pinned: Charter | None = None,
    clock: Callable[[], int] | None = None,
    random: Callable[[int], bytes] | None = None,
) -> Post:
    """Return the post of one node with a store of its own under ``root``."""
    pinned = pinned or charter()
    keys = Keys.of(agency, suite(pinned.suite))
    root.mkdir(parents=True, exist_ok=True)
    database = open_database(f"sqlite:///{root}/node.db")
    with database.write() as connection:
        METADATA.create_all(connection)
    return Post(
        agency=agency,
        charter=pinned,
        charters={pinned.version: pinned.digest()},
        database=database,
        spool=root / "spool",
        sign=keys.sign,
        unwrap=keys.unwrap,
        now=clock or Clock(),
        random=random or counter(str(root)),
    )
