"""Three invented agencies: their nodes, their people's keys, and the charter they sign."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dure
from demo.stage import Stage, say
from dure.governance.charter import SignedCharter, sign
from dure.node.alliance import propose
from dure.node.files import write_file
from dure.node.genesis import init_node, new_person_key
from dure.node.home import Settings
from dure.node.node import Node
from dure.node.rooms import code_actions
from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase

HERE = Path(__file__).parent
NODES = HERE / "nodes"
PASSPHRASE = NODES / "passphrase"
CHARTER = NODES / "charter.json"
MEDIA = NODES / "media"

AGENCIES = {
    "alpha": ("Alpha, an institute that writes algorithms", "알파: 알고리즘을 만드는 연구기관"),
    "bravo": ("Bravo, an agency that owns flight records", "브라보: 비행 기록을 보유한 기관"),
    "charlie": ("Charlie, an agency across the border", "찰리: 민군 경계 건너편의 기관"),
}
PEOPLE = {
    "alpha.developer": (["developer"], ["trial"], []),
    "alpha.operator": (["operator"], ["trial", "transfer"], []),
    "bravo.steward": (["steward"], ["trial", "transfer"], []),
    "bravo.operator": (["operator"], ["trial", "scoring"], ["answer-key"]),
    "bravo.checker": (["checker"], ["trial", "scoring"], ["answer-key"]),
    "bravo.officer": (["security-officer"], ["trial", "scoring"], ["answer-key"]),
    "bravo.auditor": (["auditor"], ["trial"], []),
    "charlie.steward": (["steward", "operator"], ["trial", "transfer"], []),
}

_ALLIANCE = """# The alliance of the demonstration; every role in it is invented.
alliance = "Demonstration alliance"
suite = "intl"
quorum = 2   # agencies whose delegates must sign this charter, and the next

[labels]
id = "n2sf-demo"
grades = ["O", "S", "C"]
categories = ["answer-key", "maritime"]
purposes = [["trial", ""], ["scoring", "trial"], ["transfer", ""]]

# The review time that voters must take. One second is for the demonstration alone.
[rules."report.release"]
review_s = 1
[rules."asset.transfer"]
review_s = 1
[rules."label.lower"]
review_s = 1
[rules."asset.shred"]
review_s = 1
"""


def key_file(person: str) -> Path:
    """Return where a person's key file lies; each would have their own machine."""
    return NODES / "people" / f"{person}.key"


_open: dict[str, Node] = {}


@contextmanager
def open_node(agency: str, principal: str) -> Iterator[Node]:
    """Give one agency's node as one of its people; its services stay up between chapters."""
    if agency not in _open:
        _open[agency] = dure.open(
            NODES / agency, passphrase=lambda: Passphrase.from_file(PASSPHRASE)
        )
    yield _open[agency].acting_as(principal)


def close_nodes() -> None:
    """End the services of every node."""
    while _open:
        _open.popitem()[1].close()


def found(stage: Stage) -> SignedCharter:
    """Make the nodes, the keys and the charter, and pin it everywhere."""
    shutil.rmtree(NODES, ignore_errors=True)
    NODES.mkdir(mode=0o700)
    # One passphrase for everything, drawn at random, kept beside the demo's nodes: a demonstration.
    write_file(PASSPHRASE, os.urandom(18).hex().encode() + b"\n", mode=0o600)
    passphrase = Passphrase.from_file(PASSPHRASE)
    with stage.working("making three nodes", "노드 세 개를 만드는 중"):
        for agency in AGENCIES:
            settings = Settings(agency, "intl", "embedded", principal=f"{agency}.operator")
            init_node(NODES / agency, settings, passphrase, os.urandom)
            new_person_key(
                key_file(f"{agency}.delegate"), f"{agency}.delegate", "intl", passphrase, os.urandom
            )
        for person in PEOPLE:
            new_person_key(key_file(person), person, "intl", passphrase, os.urandom)
    file = NODES / "alliance.toml"
    file.write_text(_ALLIANCE + _members() + _principals(), encoding="utf-8")
    signed = propose(file, code_actions())
    for agency in ("alpha", "bravo"):
        delegate = read_key_file(key_file(f"{agency}.delegate"), passphrase)
        signed = sign(signed, agency, delegate.private)
    write_file(CHARTER, signed.to_bytes())
    return signed


def pin(agency: str, signed: SignedCharter) -> None:
    """Pin the charter in every process of one node."""
    with open_node(agency, f"{agency}.operator") as node:
        node.pin_charter(signed)


def _members() -> str:
    return "".join(
        f'\n[[members]]\ncard = "{agency}/public/member.json"\n'
        f'delegate = "people/{agency}.delegate.json"\n'
        f'name = {{ en = "{en}", ko = "{ko}" }}\n'
        for agency, (en, ko) in AGENCIES.items()
    )


def _principals() -> str:
    return "".join(
        f'\n[[principals]]\nid = "{person}"\nroles = {roles!r}\ngrade = "O"\n'
        f'categories = {categories!r}\npurposes = {purposes!r}\nkeys = ["people/{person}.json"]\n'
        for person, (roles, purposes, categories) in PEOPLE.items()
    )


def names() -> list[list[str]]:
    """Return the agencies as rows to show."""
    return [[agency, say(en, ko)] for agency, (en, ko) in AGENCIES.items()]
