"""kill -9 at every step: nothing committed is lost, what is left is garbage and can be collected."""

from __future__ import annotations

import pytest

from dure.storage.database import open_database
from dure.storage.errors import StorageError
from dure.storage.vault import Garbage, Vault
from tests.storage.conftest import create, run_child
from tests.storage.vault_child import CONTENT, EDITED, KEK, NEW_KEK, OLD

PUT = [
    "vault.draft.begun",
    "vault.page.writing:1",
    "vault.page.writing:2",
    "vault.page.written:1",
    "vault.page.written:2",
    "vault.page.renamed:1",
    "vault.page.renamed:2",
    "vault.folder.synced:1",
    "vault.folder.synced:2",
    "vault.batch.recorded:1",
    "vault.batch.recorded:2",
    "vault.batch.done:1",
    "vault.batch.done:2",
    "vault.version.recorded",
    "database.committing:1",
    "database.committing:2",
    "database.committing:4",
    "database.committed:3",
]
PUT_DONE = ["vault.version.done", "database.committed:4"]
SHRED = ["vault.version.dropped", "database.committing:1"]
SHRED_DONE = ["vault.drop.committed", "vault.page.removed:1", "vault.page.removed:2"]
ROTATE = ["vault.rotation.some:1", "vault.rotation.recorded", "database.committing:1"]
ROTATE_DONE = ["vault.rotation.done"]


@pytest.fixture
def place(tmp_path, database_url):
    db = open_database(database_url)
    create(db)
    vault = Vault.create(tmp_path / "vault", db, KEK)
    handle = vault.put(OLD, bound=b"old").handle
    yield tmp_path / "vault", database_url, db, handle
    db.close()


def run(place, verb, fault=""):
    root, url, _, handle = place
    return run_child("tests.storage.vault_child", url, root, verb, handle, fault=fault)


def reopened(place, kek=KEK) -> Vault:
    vault = Vault.open(place[0], place[2], kek)
    check = vault.verify()
    assert check.clean, check.faults
    return vault


def tidy(vault) -> None:
    """Garbage goes, and nothing else does."""
    before = vault.verify()
    vault.collect_garbage()
    after = vault.verify()
    assert after.garbage == Garbage(0, 0)
    assert after.clean
    assert (before.versions, before.size) == (after.versions, after.size)
    assert vault.collect_garbage() == Garbage(0, 0)


@pytest.mark.parametrize("fault", PUT + PUT_DONE)
def test_put(place, fault):
    assert run(place, "put", fault).returncode == -9
    vault = reopened(place)
    assert b"".join(vault.read(place[3])) == b"".join(OLD)
    assert vault.verify().versions == (2 if fault in PUT_DONE else 1)
    tidy(vault)
    done = run(place, "put")  # the same put again completes it, once
    assert done.returncode == 0
    assert b"".join(vault.read(done.stdout.strip())) == b"".join(CONTENT)
    assert vault.verify().versions == 2
    assert vault.verify().garbage == Garbage(0, 0)


@pytest.mark.parametrize("fault", SHRED + SHRED_DONE)
def test_shred(place, fault):
    new = run(place, "put").stdout.strip()
    assert run(place, "shred", fault).returncode == -9
    vault = reopened(place)
    assert vault.exists(place[3]) == (fault in SHRED)
    assert b"".join(vault.read(new)) == b"".join(CONTENT)
    tidy(vault)
    if fault in SHRED:
        assert run(place, "shred").returncode == 0
    assert not vault.exists(place[3])
    assert b"".join(vault.read(new)) == b"".join(CONTENT)
    assert vault.verify().pages == 4


@pytest.mark.parametrize("fault", ["vault.page.repacked:1", "vault.page.repacked:2", *SHRED_DONE])
def test_shred_what_patches_lie_on(place, fault):
    """The patches are written anew first; until that is committed, all is as it was."""
    new = run(place, "patch").stdout.strip()
    assert run(place, "shred", fault).returncode == -9
    vault = reopened(place)
    assert vault.exists(place[3]) == (fault not in SHRED_DONE)
    assert b"".join(vault.read(new)) == b"".join(EDITED)
    tidy(vault)
    if vault.exists(place[3]):
        assert run(place, "shred").returncode == 0
    assert b"".join(vault.read(new)) == b"".join(EDITED)
    assert vault.verify().pages == 3


@pytest.mark.parametrize("fault", ROTATE + ROTATE_DONE)
def test_rotate(place, fault):
    assert run(place, "rotate", fault).returncode == -9
    right, wrong = (NEW_KEK, KEK) if fault in ROTATE_DONE else (KEK, NEW_KEK)
    with pytest.raises(StorageError):
        reopened(place, wrong)
    vault = reopened(place, right)
    assert b"".join(vault.read(place[3])) == b"".join(OLD)
    assert vault.verify().garbage == Garbage(0, 0)


@pytest.mark.parametrize("fault", ["vault.marked", "file.renamed", "database.committing"])
def test_create(tmp_path, database_url, fault):
    db = open_database(database_url)
    create(db)
    root = tmp_path / "vault"
    killed = run_child("tests.storage.vault_child", database_url, root, "create", "-", fault=fault)
    assert killed.returncode == -9
    vault = Vault.create(root, db, KEK)
    assert vault.verify().clean
    db.close()


def test_garbage_collection_itself(place):
    run(place, "put", "vault.batch.done:2")
    assert run(place, "collect", "vault.drop.committed").returncode == -9
    vault = reopened(place)
    assert vault.verify().garbage.drafts == 0
    assert vault.verify().garbage.files > 0
    tidy(vault)
