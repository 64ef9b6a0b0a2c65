"""Backing up a separated node with real different uids: root makes the backup and opens nothing.

What comes back is a separated node again: each part has its own keys and store, nobody else reads
them, the services start, the ledger goes on, and what was permitted before is dead.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from dure.core.errors import DureError
from dure.node.acting import acting_for
from dure.node.backup import backup_node, restore_node
from dure.node.errors import NodeError
from dure.node.genesis import init_node
from dure.node.home import Home, Settings
from dure.node.rekeying import recover_node, rotate_node
from dure.node.separated import start_service
from dure.node.stores import PART_OF
from dure.storage import database
from dure.storage.kek import read_kek_file
from dure.storage.passphrases import Passphrase
from tests.node.alliance import STRETCH, command, finish, start
from tests.node.separated import (
    KEEPERS,
    Separated,
    approve,
    ask_for_transfer,
    everything_is_its_own_parts_alone,
    separated_node,
)
from tests.node.uids import DOOR, EXECUTOR, KEEPER

pytestmark = [pytest.mark.root, pytest.mark.slow, pytest.mark.exhaustive]

FRESH = b"a passphrase for a new beginning"
SEAL = """
from dure.core.errors import DureError
try:
    answer = node.transfers.seal(sys.argv[2])["to"]
except DureError as error:
    answer = [error.code, error.facts.get("reason", "")]
"""


@dataclass
class Rested:
    """A separated node at rest, with a request that was approved, and a place for its copies."""

    node: Separated
    approved: str
    checkpoint: str

    @property
    def home(self) -> Home:
        return self.node.home

    @property
    def folder(self) -> Path:
        return self.node.made.folder.parent

    def secret(self, words: bytes = KEEPERS) -> Path:
        """A file with a passphrase, of root's own."""
        file = self.folder / f"passphrase-{words.hex()[-8:]}"
        file.write_bytes(words)
        file.chmod(0o600)
        return file

    def command(self, *words: object) -> Any:
        """Run a command as root with the keeper's passphrase."""
        secret = self.secret()
        return command(None, "--home", self.home.path, "--passphrase-file", secret, *words)

    @contextmanager
    def place(self, name: str) -> Iterator[Path]:
        """A folder that every uid can pass, for as long as the body runs."""
        folder = self.folder / name
        folder.mkdir()
        folder.chmod(0o755)
        yield folder
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def rested() -> Iterator[Rested]:
    with separated_node() as node:
        view = ask_for_transfer(node)
        approve(node, view, "bravo.checker", "bravo.officer")
        checkpoint = node.door("answer = node.ledger.head()['checkpoint']")
        node.stop()
        yield Rested(node, view["id"], checkpoint)


@contextmanager
def services(node: Separated, home: Home, keepers: bytes = KEEPERS) -> Iterator[Separated]:
    """Run the services of a home, which may be a restored one."""
    running = Separated(node.made, node.python, elsewhere=home.path)
    for process, secret in (
        ("keeper", Passphrase(keepers)),
        ("executor", node.made.passphrase),
    ):
        running.services[process] = start_service(home, process, secret, node.python.program)
    try:
        yield running
    finally:
        running.stop()


def owners(folder: Path) -> dict[str, tuple[int, int]]:
    """Path -> owner and mode of everything below a folder, but for locks, sockets and notices."""
    found = {}
    for path in sorted(folder.rglob("*")):
        at = path.lstat()
        plain = stat.S_ISREG(at.st_mode) or stat.S_ISDIR(at.st_mode)
        if plain and path.name not in ("lock", "recovery.key") and "notices" not in path.parts:
            found[str(path.relative_to(folder))] = (at.st_uid, stat.S_IMODE(at.st_mode))
    return found


def test_a_restored_node_is_separated_again_and_what_was_permitted_is_dead(rested: Rested):
    node = rested.node
    mask = os.umask(0o077)  # a careful root must not lock the restored node's processes out
    with rested.place("restored") as place:
        backup, home = place / "backup", place / "bravo"
        assert rested.command("node", "backup", backup).status == 0
        said = rested.command("node", "restore", backup, home)
        os.umask(mask)
        assert said.status == 0, said
        # The backup is root's alone, and sealed; the node's parts belong to their uids again.
        assert set(owners(backup).values()) <= {(0, 0o700), (0, 0o600), (0, 0o400)}
        private = {"door/charter.json": (DOOR, 0o600), "door/charters/1.json": (DOOR, 0o600)}
        ran = {f"run/{process}/alone" for process in ("executor", "keeper")}  # since it ran once
        before = {name: own for name, own in owners(rested.home.path).items() if name not in ran}
        assert owners(home) == before | private
        everything_is_its_own_parts_alone(node, Home.find(home))
        with services(node, Home.find(home)) as restored:
            verified = restored.door(
                """
                import tempfile
                from pathlib import Path
                with tempfile.TemporaryDirectory() as folder:
                    node.ledger.export(Path(folder) / "record")
                    answer = node.ledger.verify(Path(folder) / "record", since=sys.argv[2])
                """,
                rested.checkpoint,
            )
            assert verified["continues"] > 0
            assert restored.door(SEAL, rested.approved) == ["governance.permit", "restored"]
            # What is asked for anew is permitted anew.
            view = ask_for_transfer(restored)
            approve(restored, view, "bravo.checker", "bravo.officer")
            assert restored.door(SEAL, view["id"]) == "alpha"
    # The positive control: where nothing was restored, the old permit is good.
    with services(node, rested.home) as living:
        view = ask_for_transfer(living)
        approve(living, view, "bravo.checker", "bravo.officer")
        assert living.door(SEAL, view["id"]) == "alpha"


def test_root_opens_no_store_and_no_key_itself(rested: Rested, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a store is opened by root")

    node, recovery = rested.home, rested.home.path / "recovery.key"
    with rested.place("unopened") as place:
        monkeypatch.setattr(database, "create_engine", refuse)
        with pytest.raises(AssertionError, match="by root"):  # the positive control
            database.open_database(node.database_url("keeper"))
        made = backup_node(node, place / "backup", Passphrase(KEEPERS))
        assert made["stores"] == ["executor", "keeper", "node"]
        assert rotate_node(node, Passphrase(KEEPERS), stretch=STRETCH)["vault"]
        both = Passphrase(KEEPERS), Passphrase(KEEPERS)
        recover_node(node, recovery, *both, stretch=STRETCH)


def test_a_link_in_place_of_a_store_leads_nowhere(rested: Rested):
    """The executor, gone bad, has root read the keeper's store for it: its own uid can't."""
    store = rested.home.executor / "executor.db"
    with rested.place("linked") as place:
        store.rename(place / "kept")
        try:
            store.symlink_to(rested.home.keeper / "keeper.db")
            with pytest.raises(DureError, match=r"storage\."):
                backup_node(rested.home, place / "backup", Passphrase(KEEPERS))
            assert sorted(path.name for path in place.iterdir()) == ["kept"]
        finally:
            store.unlink()
            (place / "kept").rename(store)


def test_rotation_and_recovery_are_the_keepers_own(rested: Rested):
    with rested.place("rekeyed") as place:
        sockets = shutil.ignore_patterns("socket")
        shutil.copytree(rested.home.path, place / "bravo", ignore=sockets)
        give_back(rested.home.path, place / "bravo")
        home, before = Home.find(place / "bravo"), owners(place / "bravo")
        old = kek(home, KEEPERS)
        said = rested.command("--home", home.path, "node", "rotate")
        assert said.status == 0, said
        assert kek(home, KEEPERS) != old
        words = ["node", "recover", home.path / "recovery.key"]
        words += ["--new-passphrase-file", rested.secret(FRESH)]
        said = rested.command("--home", home.path, *words)
        assert said.status == 0, said
        assert owners(home.path) == before
        everything_is_its_own_parts_alone(rested.node, home)
        with pytest.raises(DureError, match=r"storage\.passphrase"):
            kek(home, KEEPERS)
        with services(rested.node, home, FRESH) as running:
            types = running.door("answer = [row['type'] for row in node.ledger.show(10_000)]")
            assert running.door("answer = node.house.read(node.datasets.list()[0]['id'],"
                                "purpose='trial', limit=99999).hex()")  # fmt: skip
        for verb in ("rotated", "recovered"):
            assert types.count(f"node.{verb}.begun") == types.count(f"node.{verb}.done") > 0


def give_back(source: Path, target: Path) -> None:
    for path in (target, *target.rglob("*")):
        at = (source / path.relative_to(target)).stat()
        os.chown(path, at.st_uid, at.st_gid)


def kek(home: Home, passphrase: bytes) -> bytes:
    with acting_for(home, "keeper"):
        return read_kek_file(home.keeper / "vault.kek", Passphrase(passphrase)).key


def test_a_part_that_dies_at_its_work_leaves_the_node_as_it_was(
    rested: Rested, monkeypatch: pytest.MonkeyPatch
):
    old = kek(rested.home, KEEPERS)
    monkeypatch.setenv("DURE_FAULT", "vault.rotation.some")  # for processes begun from now on
    with pytest.raises(NodeError, match="status -9"):
        rotate_node(rested.home, Passphrase(KEEPERS))
    monkeypatch.delenv("DURE_FAULT")
    assert kek(rested.home, KEEPERS) == old
    with services(rested.node, rested.home) as running:
        assert running.door("answer = len(node.datasets.list())") == 1
    rotate_node(rested.home, Passphrase(KEEPERS), stretch=STRETCH)  # the positive control
    assert kek(rested.home, KEEPERS) != old


def test_a_killed_backup_leaves_nothing_that_stands_in_the_way(rested: Rested):
    with rested.place("cut") as place:
        words = ["--home", rested.home.path, "--passphrase-file", rested.secret()]
        words += ["node", "backup", place / "backup"]
        armed = rested.node.python.environment | {"DURE_FAULT": "backup.store.written"}
        assert finish(start(None, *words, environment=armed)).status == -9
        assert not (place / "backup").exists()
        assert command(None, *words).status == 0
        assert [path.name for path in place.iterdir()] == ["backup"]


# ── what is refused, with what to do ───────────────────────────────────────────────────────────


def test_it_takes_root(rested: Rested):
    code = """
    from pathlib import Path
    from dure.core.errors import DureError
    from dure.node.backup import backup_node, restore_node
    from dure.node.home import Home
    from dure.node.rekeying import recover_node, rotate_node
    from dure.storage.passphrases import Passphrase
    home, place, secret = Home.find(Path(sys.argv[1])), Path(sys.argv[2]), Passphrase(sys.argv[3])
    answer = []
    for work in (
        lambda: backup_node(home, place / "backup", secret),
        lambda: rotate_node(home, secret),
        lambda: restore_node(place / "made", place / "restored", secret),
    ):
        try:
            answer.append(str(work()))
        except DureError as error:
            answer.append([error.code, error.facts.get("reason", "")])
    """
    with rested.place("others") as place:
        place.chmod(0o777)
        backup_node(rested.home, place / "made", Passphrase(KEEPERS))
        shutil.copytree(place / "made", place / "keepers")
        give_to(place / "made", DOOR)
        asked = (rested.home.path, place, KEEPERS.decode())
        answers = rested.node.python.run(DOOR, code, *asked)
        assert answers == [["node.separated", "not-root"]] * 3
        assert sorted(path.name for path in place.iterdir()) == ["keepers", "made"]
        restore_node(place / "keepers", place / "restored", Passphrase(KEEPERS))


def give_to(folder: Path, uid: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid)


def settings_of(home: Home, **more: Any) -> Settings:
    return replace(home.settings, **more)


def test_a_place_that_the_parts_can_not_reach_is_refused(rested: Rested):
    with rested.place("way") as place:
        backup_node(rested.home, place / "backup", Passphrase(KEEPERS))
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        settings, secret = settings_of(rested.home), Passphrase(KEEPERS)

        def init() -> Home:
            return init_node(closed / "new", settings, secret, os.urandom, stretch=STRETCH)

        def restored() -> object:
            return restore_node(place / "backup", closed / "restored", secret)

        for work in (init, restored):
            with pytest.raises(NodeError, match="closed") as refused:
                work()
            assert refused.value.facts["reason"] == "closed-folder"
            assert refused.value.facts["path"] == closed
            assert list(closed.iterdir()) == []
        closed.chmod(0o711)  # the positive control: who can't list it can pass through it
        home = init()
        restored()
        closed.chmod(0o700)
        with pytest.raises(NodeError, match="closed"):
            start_service(home, "keeper", secret, rested.node.python.program)
        closed.chmod(0o711)
        service = start_service(home, "keeper", secret, rested.node.python.program)
        service.terminate()
        service.wait()


def test_an_interpreter_that_the_parts_can_not_run_is_refused(
    rested: Rested, monkeypatch: pytest.MonkeyPatch
):
    with rested.place("program") as place:
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        (closed / "python").symlink_to(sys.executable)
        elsewhere = place / "python"  # runs, and finds nothing of dure
        elsewhere.write_text(f"#!/bin/sh\nexec {sys.executable} -I -S -c 'import dure'\n")
        elsewhere.chmod(0o755)
        for program in (closed / "python", elsewhere):
            with monkeypatch.context() as patch:
                patch.setattr(sys, "executable", str(program))
                for work in (
                    lambda: backup_node(rested.home, place / "backup", Passphrase(KEEPERS)),
                    lambda: start_service(rested.home, "keeper", Passphrase(KEEPERS)),
                ):
                    with pytest.raises(NodeError) as refused:
                        work()
                    assert refused.value.facts["reason"] == "interpreter"
                    assert str(program) in refused.value.why
            assert not (place / "backup").exists()
        backup_node(rested.home, place / "backup", Passphrase(KEEPERS))


# ── stores that lie elsewhere ──────────────────────────────────────────────────────────────────


def test_stores_elsewhere_belong_to_their_parts_too(rested: Rested):
    """As PostgreSQL that asks the kernel who connects; here folders that only their parts enter."""
    uids = {"node": DOOR, "executor": EXECUTOR, "keeper": KEEPER}
    with rested.place("elsewhere") as place:
        files = {}
        for store, uid in uids.items():
            folder = place / PART_OF[store]
            folder.mkdir(mode=0o700)
            os.chown(folder, uid, uid)
            files[store] = folder / "store.db"
        urls = {
            name: f"sqlite:///{files[store]}"
            for store, name in zip(
                uids, ("database", "executor_database", "keeper_database"), strict=True
            )
        }
        home = init_node(
            place / "bravo",
            settings_of(rested.home, **urls),
            rested.node.made.passphrase,
            os.urandom,
            Passphrase(KEEPERS),
            stretch=STRETCH,
        )
        hold_owners(files, uids)
        again = place / "again" / "bravo"
        backup_node(home, place / "backup", Passphrase(KEEPERS))
        for file in files.values():
            file.unlink()
        restore_node(place / "backup", again, Passphrase(KEEPERS))
        hold_owners(files, uids)
        with services(rested.node, Home.find(again)) as running:
            assert running.door("answer = node.ledger.head()['size']") == 2  # begun and done


def hold_owners(files: dict[str, Path], uids: dict[str, int]) -> None:
    for store, file in files.items():
        at = file.stat()
        assert (at.st_uid, stat.S_IMODE(at.st_mode)) == (uids[store], 0o600)
        left = {path.stat().st_uid for path in file.parent.iterdir()}
        assert left == {uids[store]}


# ── for a moment ───────────────────────────────────────────────────────────────────────────────


def test_acting_for_a_part_keeps_none_of_roots_groups(rested: Rested):
    with rested.place("groups") as place:
        for name, group in (("roots", 0), ("staffs", 4242)):
            (place / name).write_text("not the door's")
            (place / name).chmod(0o640)
            os.chown(place / name, 0, group)
        before = os.getgroups()
        os.setgroups([*before, 4242])
        try:
            with acting_for(rested.home, "door"):
                assert os.geteuid() == os.getegid() == DOOR
                for name in ("roots", "staffs"):
                    with pytest.raises(PermissionError):
                        (place / name).read_text()
            assert os.getgroups() == sorted({*before, 4242}) or 4242 in os.getgroups()
            assert (place / "roots").read_text()  # the positive control
        finally:
            os.setgroups(before)


@pytest.mark.s3
def test_the_vault_of_a_separated_node_moves_into_a_bucket_that_the_keeper_alone_reaches(
    rested: Rested,
):
    with rested.place("bucket") as place:
        access, secret = os.environ["DURE_TEST_S3_KEYS"].split(":")
        keys = place / "keys"
        keys.write_text(f'access_key_id = "{access}"\nsecret_access_key = "{secret}"\n')
        keys.chmod(0o600)
        assert not rested.command("node", "backup", place / "backup").status
        where = ("--vault-url", os.environ["DURE_TEST_S3"], "--vault-credentials", keys)
        restoring = ("node", "restore", place / "backup", place / "node", *where)
        said = rested.command(*restoring)
        assert said.status == 0, said
        home = Home.find(place / "node")
        found = (home.keeper / "vault.credentials").stat()
        assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (KEEPER, 0o600)
        with services(rested.node, home) as node:
            read = """
                with node:
                    (row,) = node.datasets.list()
                    answer = sum(batch.num_rows for batch in node.datasets.open(row["id"]).batches())
                """
            assert node.door(read) == 3
            assert "storage.file" in node.ask(
                DOOR,
                """
                from dure.core.errors import DureError
                from dure.node.shelves import open_shelf
                try:
                    open_shelf(home)
                except DureError as error:
                    answer = error.code
                """,
            )
        examine = """
            from pathlib import Path
            from dure.node.doctor import inspect
            answer = [f.code for f in inspect(Path(sys.argv[1])).findings]
            """
        unasked, unreached = "node.vault-unasked", "node.vault-unreached"
        for uid, seen in ((DOOR, {unasked}), (KEEPER, set()), (0, set())):
            found = set(rested.node.python.run(uid, examine, home.path))
            assert found & {unasked, unreached} == seen, uid
        # The backup is root's; the pages in it were fetched by the keeper's process.
        made = command(
            None, "--home", home.path, "--passphrase-file", rested.secret(),
            "node", "backup", place / "second",
        )  # fmt: skip
        assert made.status == 0, made
        assert list((place / "second/state/vaults/vault/pages").rglob("*"))
