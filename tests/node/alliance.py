"""Invented agencies with a real node each, small enough to be copied for every test.

The nodes are made once for a run of the tests, with passphrases that are stretched hardly at all, and
copied for each test: a node is a folder, and does not mind where it lies.
"""

from __future__ import annotations

import atexit
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import dure
from dure.core.suites import Stretch
from dure.datasets.elements.reading import parse_csv
from dure.governance.charter import SignedCharter, sign
from dure.node.alliance import propose, read_charter
from dure.node.executor import ExecutorOperations, open_executor
from dure.node.files import write_file
from dure.node.genesis import init_node, new_person_key
from dure.node.home import Home, Settings
from dure.node.keeper import KeeperOperations, open_keeper
from dure.node.keeper_link import KeeperLink
from dure.node.links import Links
from dure.node.node import Node
from dure.node.process import clock
from dure.node.rooms import code_actions
from dure.node.votes import Choice, make_vote
from dure.storage.database import open_database
from dure.storage.kek import read_kek_file
from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
# A node starts its services with this interpreter, which may know dure by pytest's path alone.
os.environ["PYTHONPATH"] = os.pathsep.join(
    dict.fromkeys([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
)
AGENCIES = ("alpha", "bravo")
STRETCH = Stretch(rounds=1, memory_kib=64)
PASSPHRASE = b"open sesame, please"
LABEL = "bravo//O// REL bravo FOR trial"
SHARED = "bravo//O// REL alpha,bravo FOR trial"
CSV = "speed_kn,heading_deg,kind\n10.5,90,ferry\n11.0,91,tug\n9.75,180,ferry\n"
PEOPLE: Mapping[str, tuple[list[str], list[str], list[str]]] = {
    "alpha.developer": (["developer"], ["trial"], []),
    "alpha.steward": (["steward", "operator"], ["trial"], []),
    "bravo.auditor": (["auditor"], ["trial"], []),
    "bravo.checker": (["checker"], ["trial"], []),
    "bravo.officer": (["security-officer"], ["trial"], []),
    "bravo.steward": (["steward", "operator"], ["trial", "scoring"], ["answer-key"]),
}
ALLIANCE = """alliance = "Tested alliance"
suite = "{suite}"
quorum = 2
[labels]
id = "tested"
grades = ["O", "S", "C"]
categories = ["answer-key", "maritime"]
purposes = [["trial", ""], ["scoring", "trial"]]
[elements.tested]
version = 1
digest = "{elements}"
"""
ELEMENTS = parse_csv(b"id,name_en,type,unit,key\nSPD,speed,number,km/h,Y\n", "tested")
"""The set of data elements that the charter names."""


@dataclass(frozen=True)
class Alliance:
    """A folder with a node for each agency, their people's keys and the charter."""

    folder: Path

    @property
    def passphrase_file(self) -> Path:
        return self.folder / "passphrase"

    @property
    def passphrase(self) -> Passphrase:
        return Passphrase.from_file(self.passphrase_file)

    @property
    def charter_file(self) -> Path:
        return self.folder / "charter.json"

    @property
    def charter(self) -> SignedCharter:
        return read_charter(self.charter_file)

    @property
    def data(self) -> Path:
        return self.folder / "tracks.csv"

    @property
    def elements(self) -> Path:
        return self.folder / "tested.json"

    def home(self, agency: str = "bravo") -> Path:
        return self.folder / agency

    def key(self, person: str) -> Path:
        return self.folder / "people" / f"{person}.key"

    def open(self, agency: str = "bravo", who: str = "") -> Node:
        return dure.open(self.home(agency), principal=who, passphrase=lambda: self.passphrase)

    def copy(self, folder: Path) -> Alliance:
        """Copy what is at rest; the last connection to a database may take its journal away meanwhile."""
        for _ in range(5):
            try:
                return Alliance(Path(shutil.copytree(self.folder, folder, symlinks=True)))
            except shutil.Error:
                shutil.rmtree(folder)
        return Alliance(Path(shutil.copytree(self.folder, folder, symlinks=True)))

    def vote(self, node: Node, request: str, person: str, choice: Choice = Choice.APPROVE) -> Any:
        view = node.decisions.show(request)
        wait_for(view)
        return node.decisions.cast(make_vote(view, choice, self.key(person), self.passphrase))

    def approve(self, node: Node, request: str) -> None:
        for person in ("bravo.checker", "bravo.officer"):
            self.vote(node, request, person)

    @contextmanager
    def vault(self, agency: str = "bravo") -> Iterator[Vault]:
        """The vault itself, as its keeper opens it; for looking at what is on disk."""
        home = Home.find(self.home(agency))
        kek = read_kek_file(home.keeper / "vault.kek", self.passphrase)
        database = open_database(home.database_url("keeper"))
        yield Vault.open(home.vault, database, kek.key)
        database.close()


def wait_for(view: Mapping[str, Any]) -> None:
    """Wait until the review time of a request is over: a second at most, by the real clock."""
    from dure.core.times import read_time

    until = read_time(view["needs"]["votes_from"])
    while time.time() < until:
        time.sleep(0.02)


def member_text(agency: str) -> str:
    return (
        f'[[members]]\ncard = "{agency}/public/member.json"\n'
        f'delegate = "people/{agency}.delegate.json"\n'
        f'name = {{ en = "{agency.title()}", ko = "{agency} 기관" }}\n'
    )


def principal_text(person: str) -> str:
    roles, purposes, categories = PEOPLE[person]
    return (
        f'[[principals]]\nid = "{person}"\nroles = {roles!r}\ngrade = "C"\n'
        f'categories = {categories!r}\npurposes = {purposes!r}\nkeys = ["people/{person}.json"]\n'
    )


def make(
    folder: Path,
    settings: Mapping[str, Settings] | None = None,
    suite: str = "intl",
    **more: Any,
) -> Alliance:
    """Make nodes, keys and a signed charter; nothing is pinned."""
    folder.mkdir(exist_ok=True)
    made = Alliance(folder)
    write_file(made.passphrase_file, PASSPHRASE + b"\n", mode=0o600)
    for agency in AGENCIES:
        wanted = (settings or {}).get(agency) or Settings(
            agency, suite, "embedded", principal=f"{agency}.steward"
        )
        init_node(made.home(agency), wanted, made.passphrase, os.urandom, stretch=STRETCH, **more)
    for person in (*PEOPLE, *(f"{agency}.delegate" for agency in AGENCIES)):
        new_person_key(made.key(person), person, suite, made.passphrase, os.urandom, STRETCH)
    file = folder / "alliance.toml"
    parts = [*map(member_text, AGENCIES), *map(principal_text, PEOPLE)]
    file.write_text(
        ALLIANCE.format(suite=suite, elements=ELEMENTS.digest) + "".join(parts), encoding="utf-8"
    )
    signed = propose(file, code_actions())
    for agency in AGENCIES:
        signed = sign(
            signed, agency, read_key_file(made.key(f"{agency}.delegate"), made.passphrase).private
        )
    write_file(made.charter_file, signed.to_bytes())
    made.data.write_text(CSV, encoding="utf-8")
    made.elements.write_bytes(ELEMENTS.document)
    return made


@cache
def pinned() -> Alliance:
    """Two nodes with the charter pinned. Never to be changed: take a copy."""
    made = make(_scratch() / "pinned")
    for agency in AGENCIES:
        with services_inside(), made.open(agency) as node:
            node.pin_charter(made.charter)
    return made


@cache
def asked() -> Alliance:
    """The same, and bravo has a data set and an open request to transfer it to alpha. Take a copy."""
    made = pinned().copy(_scratch() / "asked")
    with services_inside(), made.open() as node:
        asset = node.datasets.import_(made.data, label=LABEL)
        node.transfers.request(asset.id, to="alpha", label=SHARED)
    return made


@contextmanager
def services_inside() -> Iterator[None]:
    """Have nodes run their executor and keeper as threads of this process: the same, but at once.

    Where it matters that they are processes of their own, a test does without this.
    """
    with mock.patch.object(Links, "_start", _start_inside):
        try:
            yield
        finally:
            wait_for_services()


_services: list[threading.Thread] = []


def wait_for_services() -> None:
    """Wait until the services of closed nodes have let go of their stores."""
    while _services:
        _services.pop().join(30)


def _start_inside(self: Links, process: str) -> socket.socket:
    ours, theirs = socket.socketpair()
    self._between = self._between or socket.socketpair()
    home, passphrase = self._home, self._ask_passphrase()
    channels = {"door": [theirs]}
    if process == "executor":
        peer = self._between[0].dup()
        link = KeeperLink(lambda: peer)
        engine = open_executor(home, passphrase, clock, link)
        service, database = ExecutorOperations(engine, home).service(), engine._setting.db
    else:
        peer = self._between[1].dup()
        keeper = open_keeper(home, passphrase, clock)
        service, database = KeeperOperations(keeper).service(), keeper._memory.database
        channels["executor"] = [peer]

    def serve() -> None:
        service.serve_channels(channels)
        if process == "executor":
            engine.ledger.close()
            peer.close()
        database.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    _services.append(thread)
    return ours


def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="dure-nodes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


# ── the command line ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


def command(made: Alliance | None, *words: object, agency: str = "bravo", who: str = "") -> Said:
    """Run a command of the command line in this process."""
    from dure.cli.main import run

    arguments = ["dure", *_options(made, agency, who), *map(str, words)]
    out, err, status = io.StringIO(), io.StringIO(), 0
    with mock.patch.object(sys, "argv", arguments), redirect_stdout(out), redirect_stderr(err):
        try:
            run()
        except SystemExit as ended:
            status = int(ended.code or 0)
    wait_for_services()
    return Said(status, out.getvalue(), err.getvalue())


def start(
    made: Alliance | None,
    *words: object,
    agency: str = "bravo",
    who: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start a command of the command line as a process of its own."""
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from dure.cli.main import run; run()",
            *_options(made, agency, who),
            *map(str, words),
        ],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("DURE_")},
            "PYTHONPATH": str(ROOT / "src"),
            "DURE_LANG": "en",
            **(environment or {}),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Said:
    out, err = process.communicate(timeout=100)
    return Said(process.returncode, out, err)


def _options(made: Alliance | None, agency: str, who: str) -> list[str]:
    if made is None:
        return []
    options = ["--home", str(made.home(agency)), "--passphrase-file", str(made.passphrase_file)]
    return [*options, *(["--as", who] if who else [])]
