"""A node of profile ``separated``, whose parts run under uids of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from dure.node.home import Home, Settings
from dure.node.separated import start_service
from dure.node.votes import Choice, make_vote
from dure.storage.passphrases import Passphrase
from tests.node import alliance
from tests.node.alliance import SHARED, Alliance, wait_for
from tests.node.uids import DOOR, EXECUTOR, KEEPER, STRANGER, Interpreter, interpreter

SECRET = "bravo//S// REL bravo FOR trial"
KEEPERS = b"a passphrase of the keeper's own"
OPEN = """
import dure
node = dure.open(sys.argv[1])
"""
ASK = """
from dure.core.errors import DureError
from dure.node import wire
from dure.node.home import open_home
from dure.node.links import connect
home = open_home(sys.argv[1])
def ask(process, **message):
    with connect(home, process) as channel:
        try:
            return wire.call(channel, message)
        except DureError as error:
            return error.code + " " + str(error.facts.get("reason", ""))
"""


@dataclass
class Separated:
    """A separated node with its services running, and whoever may try something."""

    made: Alliance
    python: Interpreter
    services: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    elsewhere: Path | None = None
    """Another home than bravo's own: a restored one."""

    @property
    def home(self) -> Home:
        return Home.find(self.elsewhere or self.made.home())

    def start(self, process: str) -> None:
        passphrase = Passphrase(KEEPERS) if process == "keeper" else self.made.passphrase
        self.services[process] = start_service(self.home, process, passphrase, self.python.program)

    def stop(self) -> None:
        while self.services:
            _, service = self.services.popitem()
            service.terminate()
            service.wait()

    def door(self, code: str, *arguments: object) -> Any:
        return self.python.run(DOOR, OPEN + dedent(code), self.home.path, *arguments)

    def ask(self, uid: int, code: str, *arguments: object) -> Any:
        return self.python.run(uid, ASK + dedent(code), self.home.path, *arguments)


@contextmanager
def separated_node() -> Iterator[Separated]:
    """Give bravo's node, separated, with the charter pinned and a sealed data set of grade S."""
    folder = Path(tempfile.mkdtemp(prefix="dure-separated-"))
    folder.chmod(0o755)
    patch = pytest.MonkeyPatch()
    with interpreter(folder) as python:
        if python is None:
            pytest.skip("takes an interpreter that other uids can run")
        settings = Settings(
            "bravo", "intl", "separated", "bravo.steward",
            door_uid=DOOR, executor_uid=EXECUTOR, keeper_uid=KEEPER,
        )  # fmt: skip
        place = folder / "alliance"
        place.mkdir()
        mask = os.umask(0o077)  # a careful root must not lock the node's own processes out
        made = alliance.make(place, {"bravo": settings}, keeper_passphrase=Passphrase(KEEPERS))
        os.umask(mask)
        for public in (made.charter_file, made.data):
            public.chmod(0o644)
        node = Separated(made, python)
        for name, value in python.environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "executable", str(python.program))
        try:
            node.start("keeper")
            node.start("executor")
            node.door(
                """
                from pathlib import Path
                from dure.node.alliance import read_charter
                node.pin_charter(read_charter(Path(sys.argv[2])))
                node.datasets.import_(sys.argv[3], label=sys.argv[4], name="tracks")
                """,
                made.charter_file,
                made.data,
                SECRET,
            )
            yield node
        finally:
            node.stop()
            patch.undo()
    shutil.rmtree(folder)


def ask_for_transfer(separated: Separated) -> dict[str, Any]:
    return separated.door(
        """
        asked = node.transfers.request("tracks", to="alpha", label=sys.argv[2])
        answer = node.decisions.show(asked["id"])
        """,
        SHARED,
    )


def approve(separated: Separated, view: dict[str, Any], *people: str) -> dict[str, Any]:
    """Vote on the officers' own machine, which is root's here, and cast the votes at the door."""
    wait_for(view)
    for person in people:
        vote = make_vote(
            view, Choice.APPROVE, separated.made.key(person), separated.made.passphrase
        )
        view |= separated.door(
            "answer = node.decisions.cast(json.loads(sys.argv[2]))", json_text(vote)
        )
    return view


def json_text(value: object) -> str:
    return json.dumps(value)


def files_of(home: Home) -> dict[int, list[Path]]:
    (page, *_) = [path for path in (home.vault / "pages").rglob("*") if path.is_file()]
    return {
        DOOR: [home.door / "node.db", home.door / "charter.json"],
        EXECUTOR: [home.executor / name for name in ("executor.key", "node-signing.key", "executor.db")],
        KEEPER: [home.keeper / "vault.kek", home.keeper / "sealing.key", home.keeper / "keeper.db", page],
    }  # fmt: skip


READ = """
from pathlib import Path
answer = []
for name in sys.argv[1:]:
    try:
        answer.append(len(Path(name).read_bytes()) > 0)
    except PermissionError:
        answer.append("refused")
"""


def everything_is_its_own_parts_alone(separated: Separated, home: Home) -> None:
    """Hold that each part reads its keys and stores, and nobody else does but root."""
    listed = files_of(home)
    everything = [path for paths in listed.values() for path in paths]
    for uid in (DOOR, EXECUTOR, KEEPER, STRANGER):
        answers = dict(zip(everything, separated.python.run(uid, READ, *everything), strict=True))
        own = listed.get(uid, [])
        assert all(answers[path] is True for path in own)  # the positive control
        assert all(answers[path] == "refused" for path in everything if path not in own)
