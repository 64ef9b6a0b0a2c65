"""The verbs that make a node and people's keys, and give a vault other keys."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from dure.node.errors import NodeError
from dure.node.genesis import init_node, new_person_key
from dure.node.home import Home, Settings
from dure.node.rekeying import recover_node, rotate_node
from dure.storage.keys import public_card, read_key_file
from tests.adversarial.verb import DONE, Verb
from tests.node.alliance import STRETCH, Alliance, services_inside


def _init(made: Alliance) -> None:
    with suppress(NodeError):  # a person looks: without its settings it is no home
        Home.find(made.home("charlie"))
        return
    settings = Settings("charlie", "intl", "embedded", principal="charlie.steward")
    init_node(made.home("charlie"), settings, made.passphrase, os.urandom, stretch=STRETCH)


def _founded(made: Alliance, seen: Counter[str]) -> bool:
    del seen
    with made.vault("charlie") as vault:
        assert vault.verify().clean
    with services_inside(), made.open("charlie") as node:
        assert node.ledger.head()["size"] == 0
    return DONE


def _make_key(made: Alliance) -> None:
    key = made.key("charlie.steward")
    if not key.with_suffix(".json").exists():  # a person looks: the card is what others are given
        new_person_key(key, "charlie.steward", "intl", made.passphrase, os.urandom, STRETCH)


def _key_made(made: Alliance, seen: Counter[str]) -> bool:
    del seen
    key = made.key("charlie.steward")
    assert read_key_file(key, made.passphrase).id == "charlie.steward"
    assert public_card(key).public in key.with_suffix(".json").read_text()
    return DONE


def _rotate(made: Alliance) -> None:
    rotate_node(Home.find(made.home()), made.passphrase, stretch=STRETCH)


def _recover(made: Alliance) -> None:
    home = Home.find(made.home())
    recover_node(
        home, home.path / "recovery.key", made.passphrase, made.passphrase, stretch=STRETCH
    )


def _told(operation: str) -> Callable[[Alliance, Counter[str]], bool]:
    def told(made: Alliance, seen: Counter[str]) -> bool:
        del made
        assert 1 <= seen[f"{operation}.done"] <= seen[f"{operation}.begun"] <= 2
        return DONE

    return told


NODES = {
    "init": Verb(
        "pin",
        _init,
        (
            "file.written",
            "keys.linked",
            "keys.linked:3",
            "file.renamed:7",
            "migrations.run",
            "migrations.committed:2",
            "vault.marked",
            "node.complete",
            "node.placed",
        ),
        _founded,
    ),
    "key": Verb("pin", _make_key, ("file.written", "keys.linked", "file.written:2"), _key_made),
    "rotate": Verb("import", _rotate, ("file.written:2", "file.renamed:2"), _told("node.rotated")),
    "recover": Verb(
        "import",
        _recover,
        ("node.recovered.begun", "file.written:2", "file.renamed:2", "file.written:3"),
        _told("node.recovered"),
    ),
}
