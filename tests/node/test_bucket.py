"""A node whose vault is in a bucket: moved there, used, backed up, restored, examined."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dure.core.errors import DureError
from dure.core.suites import suite
from dure.node import doctor
from dure.node.genesis import init_node
from dure.node.home import Home, Settings
from dure.node.shelves import open_shelf
from dure.node.unlocking import unlock_vault
from dure.storage.database import open_database
from dure.storage.errors import StorageError
from dure.storage.kek import read_kek_file
from dure.storage.vault import Garbage, Vault
from tests.node import alliance
from tests.node.alliance import Alliance, command, finish, start
from tests.storage import shelves

pytestmark = pytest.mark.s3
PLACE = re.compile(r"/[0-9a-f]{32}\Z")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The file with what the server of the tests knows us by."""
    access, secret = os.environ["DURE_TEST_S3_KEYS"].split(":")
    file = tmp_path / "keys.toml"
    file.write_text(f'access_key_id = "{access}"\nsecret_access_key = "{secret}"\n')
    file.chmod(0o600)
    return file


@pytest.fixture
def moved(asked: Alliance, keys: Path, tmp_path: Path) -> Alliance:
    """A node that was in a folder, with its vault in a bucket now."""
    with alliance.services_inside():
        restored(asked, tmp_path / "first", "--vault-url", url(), "--vault-credentials", keys)
    return replace(asked, folder=tmp_path / "first")


def url(prefix: str = "bravo/O") -> str:
    return f"{shelves.server()}/{prefix}"


def restored(made: Alliance, folder: Path, *words: object) -> Alliance:
    """Back a node up and restore it into another alliance's folder."""
    folder.mkdir()
    (folder / "passphrase").write_bytes(made.passphrase_file.read_bytes())
    (folder / "passphrase").chmod(0o600)
    assert not command(made, "node", "backup", folder / "backup", "--json").status
    found = replace(made, folder=folder)
    said = command(made, "node", "restore", folder / "backup", found.home(), *words, "--json")
    assert said.status == 0, said
    return found


@contextmanager
def vault(made: Alliance) -> Iterator[Vault]:
    home = Home.find(made.home())
    with closing(open_database(home.database_url("keeper"))) as database:
        yield unlock_vault(home, database, lambda file: read_kek_file(file, made.passphrase))[0]


def rows(made: Alliance) -> int:
    with made.open() as node:
        (row,) = node.datasets.list()
        return node.datasets.open(row["id"]).to_polars().height


def command_lines() -> str:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "cmdline").read_text(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


def test_a_node_works_with_its_vault_in_a_bucket(moved: Alliance, keys: Path, tmp_path: Path):
    home = Home.find(moved.home())
    assert PLACE.search(home.settings.vault_url)
    assert not list(home.vault.iterdir())
    assert (home.keeper / "vault.credentials").stat().st_mode & 0o777 == 0o600
    secrets = os.environ["DURE_TEST_S3_KEYS"].split(":")
    assert not [secret for secret in secrets if secret in (home.path / "node.toml").read_text()]
    with moved.open() as node:  # executor and keeper are processes of their own here
        (row,) = node.datasets.list()
        assert node.datasets.open(row["id"]).to_polars().height == 3
        assert not [secret for secret in secrets if secret in command_lines()]
        moved.data.write_text("speed_kn,heading_deg,kind\n1.5,90,ferry\n", encoding="utf-8")
        other = node.datasets.import_(moved.data, label=alliance.LABEL)
        assert node.datasets.open(other.id).to_polars().height == 1
    examined = doctor.inspect(home.path)
    assert examined.facts["vault"] == home.settings.vault_url
    assert "node.vault-unreached" not in {finding.code for finding in examined.findings}
    # Whoever keeps the server sees sealed pages under names that say nothing, and no more.
    for name in open_shelf(home).names():
        assert open_shelf(home).get(name).startswith(b"DURESEAL")
    # A second restore has a place of its own: garbage of the one is not garbage of the other.
    with alliance.services_inside():
        again = restored(moved, tmp_path / "second")
    places = {Home.find(each.home()).settings.vault_url for each in (moved, again)}
    assert len(places) == 2
    with vault(again) as other_vault:
        assert other_vault.verify().clean
        assert other_vault.collect_garbage() == Garbage(0, 0)
        other_vault.shelf.remove(list(other_vault.shelf.names()))
        assert not other_vault.verify().clean
    with vault(moved) as mine:
        assert mine.verify().clean


def test_init_puts_a_new_vault_into_a_bucket(
    tmp_path: Path, keys: Path, pinned: Alliance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(suite("intl")), "stretch", alliance.STRETCH)
    words = ("node", "init", "--agency", "coast", "--vault-url", url(), "--vault-credentials", keys)
    said = command(pinned, *words, tmp_path / "one", "--json")
    assert said.status == 0, said
    assert not doctor_errors(tmp_path / "one")
    settings = Settings("coast", "intl", "embedded", vault_url=url())

    def init(file: Path) -> Home:
        secret = pinned.passphrase
        return init_node(tmp_path / "two", settings, secret, os.urandom, vault_credentials=file)

    right = keys.read_text()
    for wrong, mode, reason in (
        (right.splitlines()[0] + '\nsecret_access_key = "not-the-one"\n', 0o600, "bucket-refused"),
        ("", 0o600, "no-credentials"),
        (right, 0o644, None),
    ):
        keys.write_text(wrong)
        keys.chmod(mode)
        with pytest.raises(StorageError) as refused:
            init(keys)
        assert refused.value.facts.get("reason") == reason
        assert "not-the-one" not in f"{refused.value!r} {refused.value}"
        assert not (tmp_path / "two").exists()
    keys.chmod(0o600)
    assert init(keys).settings.vault_url != Home.find(tmp_path / "one").settings.vault_url


def doctor_errors(path: Path) -> list[str]:
    found = [each for each in doctor.inspect(path).findings if each.code == "node.vault-unreached"]
    return [each.words.en for each in found]


def test_the_doctor_says_what_is_wrong_with_the_way_to_the_bucket(moved: Alliance):
    home = Home.find(moved.home())
    settings, file = home.settings, home.path / "node.toml"
    assert doctor_errors(home.path) == []
    server = shelves.server().rpartition("/")[0]
    for vault_url, said in {
        settings.vault_url.replace("/vaults/", "/others/"): "no such bucket",
        PLACE.sub("/" + "0" * 32, settings.vault_url): "no vault has this place",
        settings.vault_url.replace(server, "http://127.0.0.1:1"): "can't be reached",
        "http://s3.example/vaults": "loopback",
    }.items():
        file.write_text(replace(settings, vault_url=vault_url).to_toml())
        (words,) = doctor_errors(home.path)
        assert said in words
        with alliance.services_inside(), pytest.raises(DureError), moved.open() as node:
            node.datasets.import_(moved.data, label=alliance.LABEL)
    file.write_text(settings.to_toml())
    (home.keeper / "vault.credentials").chmod(0o644)
    assert "Others could read" in doctor_errors(home.path)[0]


def test_a_restore_that_fails_leaves_nothing_in_the_bucket(moved: Alliance, tmp_path: Path):
    backup = tmp_path / "backup"
    assert not command(moved, "node", "backup", backup).status
    pages = (path for path in (backup / "state/vaults/vault/pages").rglob("*") if path.is_file())
    first, *_, page = sorted(pages)  # the last one: others are there by then
    assert first != page
    page.chmod(0o600)
    page.write_bytes(page.read_bytes()[:-1])
    before = everything()
    said = command(moved, "node", "restore", backup, tmp_path / "bravo")
    assert said.status == StorageError.TABLE["storage.backup"].exit_status
    assert not (tmp_path / "bravo").exists()
    assert everything() == before


def everything() -> set[str]:
    store = shelves.bucket_at(url())._store
    return {each["path"] for listed in store.list() for each in listed}


def test_a_vault_comes_back_from_the_bucket_into_the_folder(moved: Alliance, tmp_path: Path):
    with alliance.services_inside():
        back = restored(moved, tmp_path / "back", "--vault-url", "folder")
        home = Home.find(back.home())
        assert (home.settings.vault_url, rows(back), rows(moved)) == ("", 3, 3)
    assert not (home.keeper / "vault.credentials").exists()
    assert list((home.vault / "pages").rglob("*"))
    assert not doctor_errors(home.path)
    with vault(back) as mine:
        check = mine.verify()
        assert (check.clean, check.garbage) == (True, Garbage(0, 0))
    # A folder takes no server's keys: whoever gave them believes the pages to be there.
    keys, backup = tmp_path / "keys.toml", tmp_path / "back" / "backup"
    words = ("--vault-url", "folder", "--vault-credentials", keys, "--json")
    said = command(moved, "node", "restore", backup, tmp_path / "other", *words)
    assert json.loads(said.out)["error"]["code"] == "storage.vault"
    assert "no bucket" in said.out
    assert not (tmp_path / "other").exists()


RESTORE = ["restore.page.put"]


@pytest.mark.parametrize(
    ("fault", "where"), [(RESTORE[0], ()), ("restore.complete", ("--vault-url", "folder"))]
)
def test_a_restore_that_is_killed_is_done_again(
    moved: Alliance, tmp_path: Path, fault: str, where: tuple[str, ...]
):
    backup, place = tmp_path / "backup", tmp_path / "again"
    place.mkdir()
    assert not command(moved, "node", "backup", backup).status
    words = ("node", "restore", backup, place / "bravo", *where)
    killed = finish(start(moved, *words, environment={"DURE_FAULT": fault}))
    assert killed.status == -9
    with alliance.services_inside():
        assert not command(moved, *words).status
        (place / "passphrase").write_bytes(moved.passphrase_file.read_bytes())
        (place / "passphrase").chmod(0o600)
        assert rows(replace(moved, folder=place)) == 3
        assert rows(moved) == 3  # what is there goes on undisturbed


def test_what_a_backup_holds_is_all_of_it(moved: Alliance, tmp_path: Path):
    backup = tmp_path / "backup"
    said = command(moved, "node", "backup", backup, "--json")
    assert json.loads(said.out)["backup"] == str(backup)
    listed = {path.name for path in (backup / "state/vaults/vault/pages").rglob("*")}
    names = set(open_shelf(Home.find(moved.home())).names())
    assert names <= listed
    secret = os.environ["DURE_TEST_S3_KEYS"].split(":")[1].encode()
    assert not [
        path for path in backup.rglob("*") if path.is_file() and secret in path.read_bytes()
    ]


def test_a_backup_never_lacks_a_page_that_the_server_does_not_show(moved: Alliance, tmp_path: Path):
    assert not command(moved, "node", "backup", tmp_path / "whole").status
    shelf = open_shelf(Home.find(moved.home()))
    shelf.remove([next(shelf.names())])
    said = command(moved, "node", "backup", tmp_path / "backup")
    assert said.status == StorageError.TABLE["storage.vault"].exit_status
    assert "is missing" in said.err
    assert not (tmp_path / "backup").exists()
