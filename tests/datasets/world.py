"""A small alliance for the tests of data sets: one real node of agency Bravo, and its people."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import dure
from dure.datasets.elements.reading import read_set
from dure.governance.charter import sign
from dure.governance.keeper_tables import ASSETS as KEPT
from dure.node.alliance import propose
from dure.node.genesis import init_node, new_person_key
from dure.node.home import Settings
from dure.node.node import Node
from dure.node.rooms import code_actions
from dure.storage.database import open_database
from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.tables import ASSETS
from dure.storage.vault.tables import VERSIONS

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = Passphrase("a passphrase for tests alone")
LABEL = "bravo//O// REL bravo FOR trial"

# Who: roles, categories, purposes.
PEOPLE: dict[str, tuple[list[str], list[str], list[str]]] = {
    "bravo.steward": (["steward"], ["maritime"], ["trial", "transfer"]),
    "bravo.clerk": (["operator"], [], ["trial"]),
    "bravo.courier": (["steward"], ["maritime"], ["transfer"]),
    "bravo.idle": (["steward"], ["maritime"], []),
}

_ALLIANCE = """
alliance = "Test alliance"
suite = "intl"
quorum = 2
[labels]
id = "n2sf-test"
grades = ["O", "S", "C"]
categories = ["answer-key", "maritime"]
purposes = [["trial", ""], ["scoring", "trial"], ["transfer", ""]]
[elements.sea]
version = 1
digest = "{digest}"
"""
SEA = Path(__file__).parent / "elements" / "sea-v1.csv"
"""The set of data elements that the charter names."""


# A crash leaves a draft in the vault, which its own garbage collection removes: no version.
_WHOLE_VERSIONS = select(func.count()).where(VERSIONS.c.handle.is_not(None))


# Files that a store or a folder makes for itself when it is first used, and that hold nothing.
_COME_AND_GO = ("-wal", "-shm", "lock")


@dataclass(frozen=True)
class Left:
    """What a node holds: two of these are compared to see what something left behind."""

    catalogued: frozenset[str]
    remembered: int
    versions: int
    files: frozenset[str]

    def since(self, before: Left) -> dict[str, object]:
        """Return what there is now and was not before, or was and is not."""
        found = {
            "catalogued": self.catalogued ^ before.catalogued,
            "remembered": self.remembered - before.remembered,
            "versions": self.versions - before.versions,
            "files": self.files ^ before.files,
        }
        return {name: change for name, change in found.items() if change}


@dataclass(frozen=True)
class World:
    """Bravo's node, founded and with its charter pinned."""

    home: Path
    scratch: Path

    def open(self, principal: str = "bravo.steward") -> Node:
        return dure.open(self.home, principal=principal, passphrase=lambda: PASSPHRASE)

    def left(self) -> Left:
        """Look at the stores and folders themselves, beside the node's own words."""
        return Left(
            frozenset(self._column("door/node.db", select(ASSETS.c.id))),
            self._column("keeper/keeper.db", select(func.count()).select_from(KEPT))[0],
            self._column("keeper/keeper.db", _WHOLE_VERSIONS)[0],
            frozenset(
                path.as_posix()
                for folder in (self.home, self.scratch)
                for path in folder.rglob("*")
                if path.is_file() and not path.name.endswith(_COME_AND_GO)
            ),
        )

    def copy(self, target: Path) -> World:
        """Return a second node that begins as this one stands.

        Another process copies: when a process closes a file that SQLite has open, the locks go.
        """
        for store in self.home.glob("*/*.db"):
            with sqlite3.connect(store) as connection:  # a copied log would be half a store
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        subprocess.run(["cp", "-a", self.home, target], check=True)
        return World(target, self.scratch)

    def ledger(self, last: int) -> list[str]:
        """Return the types of the newest entries, the newest last."""
        with self.open() as node:
            return [entry["type"] for entry in node.ledger.show(last)]

    def _column(self, store: str, what: Any) -> list[Any]:
        database = open_database(f"sqlite:///{self.home / store}")
        try:
            with database.read() as connection:
                return list(connection.execute(what).scalars())
        finally:
            database.close()


def found(root: Path) -> World:
    keys, text = root / "keys", _ALLIANCE.format(digest=read_set(SEA).digest)
    (root / "scratch").mkdir()
    for agency in ("alpha", "bravo"):
        settings = Settings(agency, "intl", "embedded", principal=f"{agency}.steward")
        init_node(root / agency, settings, PASSPHRASE, os.urandom)
        new_person_key(keys / f"{agency}.key", f"{agency}.delegate", "intl", PASSPHRASE, os.urandom)
        text += (
            f'[[members]]\ncard = "{agency}/public/member.json"\n'
            f'delegate = "keys/{agency}.json"\nname = {{ en = "{agency}", ko = "{agency}" }}\n'
        )
    for person, (roles, categories, purposes) in PEOPLE.items():
        text += (
            f'[[principals]]\nid = "{person}"\nroles = {roles}\ngrade = "O"\n'
            f"categories = {categories}\npurposes = {purposes}\nkeys = []\n"
        )
    (root / "alliance.toml").write_text(text, encoding="utf-8")
    signed = propose(root / "alliance.toml", code_actions())
    for agency in ("alpha", "bravo"):
        signed = sign(signed, agency, read_key_file(keys / f"{agency}.key", PASSPHRASE).private)
    world = World(root / "bravo", root / "scratch")
    with world.open() as node:
        node.pin_charter(signed)
    return world
