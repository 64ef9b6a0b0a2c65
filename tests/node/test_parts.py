"""Small parts of a node: its folder, its settings, its doctor, its links, how its services start."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import DureError
from dure.governance.errors import GovernanceError
from dure.node import doctor as doctors
from dure.node import home as homes
from dure.node import links as links_
from dure.node.errors import NodeError
from dure.node.files import read_file, write_file
from dure.node.genesis import init_node, new_person_key
from dure.node.home import Home, Settings, open_home
from dure.node.links import Links, connect
from dure.node.node import node_passphrase
from dure.node.separated import run_services, start_service
from dure.node.users import find_uids
from dure.storage.errors import StorageError, from_os
from dure.storage.passphrases import Passphrase
from tests.descriptors import descriptors
from tests.node import alliance
from tests.node.alliance import LABEL, PASSPHRASE, ROOT, STRETCH, Alliance

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


# ── settings ───────────────────────────────────────────────────────────────────────────────────


@given(agency=TEXT, principal=TEXT, database=TEXT, uid=st.integers(-1, 2**31))
def test_settings_are_read_as_they_were_written(
    tmp_path_factory, agency: str, principal: str, database: str, uid: int
):
    folder = tmp_path_factory.mktemp("home")
    settings = Settings(agency, "intl", "embedded", principal, database, door_uid=uid)
    (folder / "node.toml").write_text(settings.to_toml(), encoding="utf-8", newline="")
    assert Home.find(folder).settings == settings


@pytest.mark.parametrize(
    "text",
    [
        "agency",
        'agency = "a"\nsuite = "intl"\n',
        'agency = "a"\nsuite = "rot13"\nprofile = "embedded"\n',
        'agency = "a"\nsuite = "intl"\nprofile = "open"\n',
        'agency = "a"\nsuite = "intl"\nprofile = "embedded"\ndoor_uid = "root"\n',
        'agency = "a"\nsuite = "intl"\nprofile = "embedded"\ndoor_uid = true\n',
        'agency = "a"\nsuite = "intl"\nprofile = "embedded"\ncolour = "red"\n',
        "agency = 1\n",
    ],
)
def test_settings_that_are_wrong_are_refused(tmp_path: Path, text: str):
    (tmp_path / "node.toml").write_text(text)
    with pytest.raises(NodeError, match=r"node\.settings"):
        Home.find(tmp_path)


def test_a_home_is_found_where_it_is_said_to_be(pinned: Alliance, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("DURE_HOME", str(pinned.home("alpha")))
    assert open_home().settings.agency == "alpha"
    assert open_home(pinned.home()).settings.agency == "bravo"
    monkeypatch.delenv("DURE_HOME")
    monkeypatch.chdir(pinned.home())
    assert open_home().settings.agency == "bravo"
    (tmp_path / "node.toml").mkdir()
    with pytest.raises(NodeError, match=r"node\.settings"):
        open_home(tmp_path)


def test_where_the_stores_lie(pinned: Alliance):
    home = Home.find(pinned.home())
    assert home.database_url("node") == f"sqlite:///{home.path}/door/node.db"
    elsewhere = replace(home, settings=replace(home.settings, keeper_database="postgresql://x"))
    assert elsewhere.database_url("keeper") == "postgresql://x"
    assert elsewhere.database_url("executor").startswith("sqlite:")
    assert homes.PROFILES == ("embedded", "separated")


def test_uids():
    assert find_uids("", "embedded") == (-1, -1, -1)
    assert find_uids("12, 13,14", "separated") == (12, 13, 14)
    assert find_uids("nobody,13,14", "separated")[0] > 0
    for users in ("", "1,2", "1,1,2", "0,1,2", "root,1,2", "1,2,no-such-user"):
        with pytest.raises(NodeError, match=r"node\.(settings|separated)"):
            find_uids(users, "separated")


# ── files ──────────────────────────────────────────────────────────────────────────────────────


def test_a_small_file_is_read_whole_or_refused(tmp_path: Path):
    write_file(tmp_path / "file", b"12345")
    assert read_file(tmp_path / "file", 5) == b"12345"
    for file, limit in ((tmp_path / "file", 4), (tmp_path / "none", 4), (tmp_path, 4)):
        with pytest.raises(NodeError, match=r"node\.missing-file"):
            read_file(file, limit)


def test_a_small_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch):
    file = tmp_path / "plan.toml"
    write_file(file, b"first", new=True)
    with pytest.raises(StorageError, match=r"storage\.file"):
        write_file(file, b"second", new=True)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError, match=r"storage\.file"):
        write_file(tmp_path / "link", b"second", new=True)
    assert file.read_bytes() == b"first"
    write_file(file, b"second")
    assert file.read_bytes() == b"second"

    def full(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[:1])
        raise from_os(OSError(errno.ENOSPC, ""), file)

    monkeypatch.setattr("dure.node.files.write_all", full)
    for name in ("plan.toml", "new.toml"):
        with pytest.raises(StorageError, match=r"storage\.no-space"):
            write_file(tmp_path / name, b"third")
    assert file.read_bytes() == b"second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "plan.toml"]


def test_making_a_node_that_fails_leaves_what_was_there(tmp_path: Path):
    new, empty = tmp_path / "new", tmp_path / "empty"
    empty.mkdir()
    bad = Settings("a", "intl", "embedded", keeper_database="nonsense://")
    for path in (new, empty):
        with pytest.raises(DureError):
            init_node(path, bad, Passphrase(PASSPHRASE), os.urandom, stretch=STRETCH)
    assert not new.exists()
    assert list(empty.iterdir()) == []
    made = init_node(empty, Settings("a", "intl", "embedded"), Passphrase(PASSPHRASE), os.urandom,
                     recovery_passphrase=Passphrase("for the safe"), stretch=STRETCH)  # fmt: skip
    from dure.storage.keys import read_key_file

    assert read_key_file(made.path / "recovery.key", Passphrase("for the safe")).kind == "recovery"


def test_a_person_key_is_made_once(tmp_path: Path):
    file = tmp_path / "deep" / "a.key"
    card = new_person_key(file, "a.b", "intl", Passphrase(PASSPHRASE), os.urandom, STRETCH)
    assert b"private" not in card.read_bytes()
    for taken in (file, file.with_suffix(".json").with_suffix(".key")):
        with pytest.raises(NodeError, match=r"node\.home-taken"):
            new_person_key(taken, "a.b", "intl", Passphrase(PASSPHRASE), os.urandom, STRETCH)


def test_a_key_without_its_card_is_given_its_card_alone(tmp_path: Path):
    file, secret = tmp_path / "a.key", Passphrase(PASSPHRASE)
    card = new_person_key(file, "a.b", "intl", secret, os.urandom, STRETCH)
    key, told = file.read_bytes(), card.read_bytes()
    card.unlink()
    for name in (".a.key.partial", ".b.key.0123456789abcdef.new"):
        (tmp_path / name).touch()  # not ours
    for who, phrase, code in (
        ("c.d", PASSPHRASE, "home-taken"),
        ("a.b", b"another one", "passphrase"),
    ):
        with pytest.raises(DureError, match=code):
            new_person_key(file, who, "intl", Passphrase(phrase), os.urandom, STRETCH)
        assert not card.exists()
    assert new_person_key(file, "a.b", "intl", secret, os.urandom, STRETCH).read_bytes() == told
    assert file.read_bytes() == key
    assert len(list(tmp_path.iterdir())) == 4


def test_only_what_an_init_left_is_removed_by_the_next(tmp_path: Path):
    home, settings = tmp_path / "home", Settings("a", "intl", "embedded")

    def init() -> Home:
        return init_node(home, settings, Passphrase(PASSPHRASE), os.urandom, stretch=STRETCH)

    home.mkdir()
    (home / ".node.toml.coming").touch()  # an init that was killed
    (home / "keeper").mkdir()
    (home / "keeper" / "half").touch()
    (home / "link").symlink_to(tmp_path)
    with (home / ".node.toml.coming").open() as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        with pytest.raises(NodeError, match=r"node\.home-taken"):
            init()  # another is at it just now
        assert (home / "keeper" / "half").exists()
    init()
    assert not (home / "keeper" / "half").exists()
    assert Home.find(home).settings == settings
    before = sorted(home.rglob("*"))
    for stray in ("", ".node.toml.coming"):  # a whole home is never removed, whatever lies in it
        if stray:
            (home / stray).touch()
        with pytest.raises(NodeError, match=r"node\.home-taken"):
            init()
        assert sorted(home.rglob("*")) == before


# ── the doctor ─────────────────────────────────────────────────────────────────────────────────


def codes(path: Path | None) -> set[str]:
    return {finding.code for finding in doctors.inspect(path).findings}


def test_the_doctor_says_what_a_node_is_and_lacks(pinned: Alliance, tmp_path: Path, monkeypatch):
    home = pinned.home()
    assert "node.embedded" in codes(home)
    assert not codes(home) & {"node.folder-mode", "node.no-charter"}
    (home / "door").chmod(0o755)
    examined = doctors.inspect(home)
    assert not examined.ready
    assert "node.folder-mode" in {finding.code for finding in examined.findings}
    (home / "door").chmod(0o700)
    (home / "door" / "charter.json").unlink()
    assert "node.no-charter" in codes(home)
    (home / "node.toml").write_text("")
    assert "node.settings" in codes(home)
    assert doctors.inspect(tmp_path / "nowhere").facts["node"] == "-"
    monkeypatch.setattr(doctors, "unencrypted_swap", lambda: ("/dev/sda2",))
    swap = [f for f in doctors.inspect(None).findings if f.code == "node.swap"]
    assert [finding.subject for finding in swap] == ["/dev/sda2"]
    for finding in doctors.inspect(home).findings:
        for language in ("en", "ko"):
            assert finding.to_dict(language)["next_step"]


# ── links, and services that are processes of their own ────────────────────────────────────────


def test_services_start_when_they_are_needed_and_end_with_their_door(asked: Alliance):
    before = descriptors()
    node = asked.open()
    links = node.house.links
    assert list(links.children()) == []
    assert node.datasets.list()  # the door's own store tells that
    assert list(links.children()) == []
    (row,) = node.decisions.list()
    (executor,) = links.children()
    for secret in (PASSPHRASE,):
        proc = Path(f"/proc/{executor}")
        assert secret not in proc.joinpath("cmdline").read_bytes()
        assert secret not in proc.joinpath("environ").read_bytes()
    node.house.links.need("keeper")
    assert len(list(links.children())) == 2
    assert row["state"] == "open"
    children = list(links.children())
    node.close()
    assert len(descriptors() - before) <= 1  # at most what a pool keeps
    for child in children:
        assert not Path(f"/proc/{child}").exists()


def test_a_service_that_was_killed_is_started_anew(asked: Alliance):
    with asked.open() as node:
        first = node.ledger.head()
        (executor,) = node.house.links.children()
        os.kill(executor, signal.SIGKILL)
        with pytest.raises(NodeError, match=r"node\.process"):
            node.ledger.head()
        assert node.ledger.head() == first
        assert node.datasets.import_(asked.data, label=LABEL, name="again")


def test_a_service_that_does_not_end_is_ended(pinned: Alliance, monkeypatch):
    monkeypatch.setattr(links_, "START_S", 0.1)
    links = Links(Home.find(pinned.home()), lambda: pinned.passphrase)
    assert links.ask("keeper", "status") == {"unlocked": True}
    (child,) = links.children()
    os.kill(child, signal.SIGSTOP)
    links.close()
    assert not Path(f"/proc/{child}").exists()


def test_a_wrong_passphrase_is_what_the_service_says(pinned: Alliance, capfd):
    for process in ("executor", "keeper"):
        links = Links(Home.find(pinned.home()), lambda: Passphrase("not this one"))
        with pytest.raises(DureError, match=r"storage\.passphrase"):
            links.ask(process, "status")
        links.close()
    assert "not this one" not in "".join(capfd.readouterr())


def test_nobody_listens(pinned: Alliance):
    home = Home.find(pinned.home())
    with pytest.raises(NodeError, match="executor could not be reached"):
        connect(home, "executor")
    separated = replace(home, settings=replace(home.settings, profile="separated"))
    with pytest.raises(NodeError, match=r"node\.process"):
        Links(separated, lambda: pinned.passphrase).ask("keeper", "status")


def test_the_passphrase_comes_from_the_named_file_or_is_asked(pinned: Alliance, monkeypatch):
    monkeypatch.setenv("DURE_PASSPHRASE_FILE", str(pinned.passphrase_file))
    assert node_passphrase() == pinned.passphrase
    monkeypatch.delenv("DURE_PASSPHRASE_FILE")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed at a terminal")
    assert node_passphrase() == Passphrase("typed at a terminal")


# ── separated, as far as one uid can see it ────────────────────────────────────────────────────


@pytest.fixture
def separated(pinned: Alliance) -> Home:
    """A node that calls itself separated, all of it this process's uid (root's is what it has)."""
    uid = os.getuid()
    home = Home.find(pinned.home())
    settings = replace(
        home.settings, profile="separated", door_uid=uid, executor_uid=uid, keeper_uid=uid
    )
    (home.path / "node.toml").write_text(settings.to_toml(), encoding="utf-8")
    return Home.find(home.path)


def test_services_on_sockets_serve_every_door(separated: Home, pinned: Alliance):
    services = [
        start_service(separated, process, pinned.passphrase, Path(sys.executable))
        for process in ("keeper", "executor")
    ]
    try:
        with pinned.open() as node, pinned.open() as other:
            # Its vault was made for Open data: the profile alone does not raise it.
            with pytest.raises(GovernanceError) as error:
                node.datasets.import_(pinned.data, label="bravo//S// REL bravo FOR trial")
            assert error.value.facts["reason"] == "above-vault"
            asset = node.datasets.import_(pinned.data, label="bravo//O// REL bravo FOR trial")
            assert [row["id"] for row in other.datasets.list()] == [asset.id]
            assert node.status()["profile"] == "separated"
    finally:
        for service in services:
            service.terminate()
            service.wait()


def test_start_stays_until_a_service_ends_and_says_which(separated: Home, pinned: Alliance):
    code = "import sys; from dure.cli.main import run; run()"  # as dure node start is called by a service manager
    with subprocess.Popen(
        [sys.executable, "-c", code, "--home", str(separated.path), "--passphrase-file",
         str(pinned.passphrase_file), "node", "start"],
        env=os.environ | {"DURE_LANG": "en", "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as starting:  # fmt: skip
        assert starting.stdout is not None
        assert starting.stdout.readline().startswith("keeper: ")
        assert starting.stdout.readline().startswith("executor: ")
        children = Path(f"/proc/{starting.pid}/task/{starting.pid}/children").read_text().split()
        os.kill(int(children[1]), signal.SIGKILL)
        _, err = starting.communicate(timeout=30)
        assert starting.returncode == 114
        assert "executor" in err
        assert "it ended with status -9" in err
    for child in children:
        assert not Path(f"/proc/{child}").exists()


def test_start_ends_its_services_when_it_is_told_to_end(separated: Home, pinned: Alliance):
    with subprocess.Popen(
        [sys.executable, "-c", "from dure.cli.main import run; run()", "--home", str(separated.path),
         "--passphrase-file", str(pinned.passphrase_file), "node", "start",
         "--keeper-passphrase-file", str(pinned.passphrase_file)],
        env=os.environ | {"DURE_LANG": "en", "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE, text=True,
    ) as starting:  # fmt: skip
        assert starting.stdout is not None
        starting.stdout.readline(), starting.stdout.readline()
        children = Path(f"/proc/{starting.pid}/task/{starting.pid}/children").read_text().split()
        starting.terminate()
        assert starting.wait(30) == 0
    assert len(children) == 2
    for child in children:
        assert not Path(f"/proc/{child}").exists()


def test_an_embedded_node_has_no_services_to_start(pinned: Alliance):
    home = Home.find(pinned.home())
    with pytest.raises(NodeError, match=r"node\.settings"):
        run_services(home, {})


def test_a_service_that_can_not_start_is_an_error(separated: Home):
    with pytest.raises(StorageError, match=r"storage\.passphrase"):
        start_service(separated, "keeper", Passphrase("not this one"))
    assert not separated.socket("keeper").exists()


# ── a vault that was tampered with ─────────────────────────────────────────────────────────────


def test_a_reader_notices_a_stream_that_ends_early(asked: Alliance, capfd):
    with alliance.services_inside(), asked.open() as node:
        (row,) = node.datasets.list()
        assert node.house.read(row["id"], purpose="trial", limit=1 << 20)
        with pytest.raises(DureError) as refused:
            node.house.read(row["id"], purpose="trial", limit=10)
        assert refused.value.facts["reason"] == "too-long"
        for page in (node.house.home.vault / "pages").rglob("*"):
            if page.is_file():
                content = bytearray(page.read_bytes())
                content[len(content) // 2] ^= 1
                page.write_bytes(bytes(content))
        with pytest.raises(DureError) as refused:
            node.house.read(row["id"], purpose="trial", limit=1 << 20)
        assert refused.value.facts["reason"] == "short"
        with pytest.raises(DureError):
            node.transfers.request(row["id"], to="alpha", label=alliance.SHARED)
    assert "dure keeper: storage.seal-altered" in capfd.readouterr().err


def test_stores_are_closed_with_the_node(asked: Alliance):
    with asked.open() as node:
        assert node.datasets.list()
    with closing(node.house.database) as database, database.read():
        pass


def test_a_service_that_never_listens_is_ended(separated: Home, tmp_path: Path, monkeypatch):
    from dure.node import separated as separated_

    monkeypatch.setattr(separated_, "WAIT_S", 0.1)
    idle = tmp_path / "idle"
    idle.write_text("#!/bin/sh\nexec sleep 60\n")
    idle.chmod(0o755)
    with pytest.raises(NodeError, match="does not listen"):
        start_service(separated, "keeper", Passphrase(PASSPHRASE), idle)
