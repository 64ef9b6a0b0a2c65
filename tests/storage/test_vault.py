"""The vault: sharing inside, nothing outside, and a clear refusal for everything that is wrong."""

from __future__ import annotations

import os
import threading
from random import Random

import pytest
from sqlalchemy import func, select, update

from dure.storage.database import open_database
from dure.storage.errors import StorageError
from dure.storage.vault import MAX_PAGE_BYTES, Garbage, Vault, ahead, fixed_pages
from dure.storage.vault import versions as versions_module
from dure.storage.vault.ahead import read_ahead
from dure.storage.vault.lock import alone, together
from dure.storage.vault.pages import PageFiles, PageRow
from dure.storage.vault.tables import PAGES, REFERENCES, VAULTS, VERSIONS
from tests.storage.conftest import create
from tests.storage.shelves import exchange, lying, page_names, shelf_of

KEK = bytes(range(32))
A, B, C, D = (Random(seed).randbytes(3000) for seed in range(4))  # nothing compresses them
OPEN = b"coast//O// REL * FOR *"


@pytest.fixture
def database_kind(vault_kind) -> str:
    return vault_kind[0]


@pytest.fixture
def new_shelf(vault_kind):
    return lambda root: shelf_of(vault_kind[1], root)


@pytest.fixture
def vault(tmp_path, database, new_shelf) -> Vault:
    return made(tmp_path / "vault", database, new_shelf)


def made(root, database, new_shelf, **more) -> Vault:
    return Vault.create(root, database, KEK, shelf=new_shelf(root), **more)


def opened(vault: Vault, database, kek=KEK) -> Vault:
    return Vault.open(vault.root, database, kek, shelf=vault.shelf)


def content(vault: Vault, handle: str) -> bytes:
    return b"".join(vault.read(handle))


def rows(database, table) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def refusal(work, *arguments, **more) -> str:
    with pytest.raises(StorageError) as caught:
        result = work(*arguments, **more)
        list(result or ())
    return caught.value.code.removeprefix("storage.")


# ── what it does ───────────────────────────────────────────────────────────────────────────────


def test_content_comes_back(vault, database):
    sealed = vault.put([A, B, A], bound=OPEN)
    assert content(vault, sealed.handle) == A + B + A
    assert (sealed.size, sealed.pages) == (9000, 3)
    assert vault.describe(sealed.handle) == sealed
    assert vault.exists(sealed.handle)
    again = opened(vault, database)
    assert content(again, sealed.handle) == A + B + A
    assert again.id == vault.id
    assert vault.verify().clean


def test_empty_content_and_empty_pages(vault):
    nothing = vault.put([], bound=OPEN)
    assert content(vault, nothing.handle) == b""
    assert vault.put([b"", b""], bound=OPEN) == nothing
    assert vault.put([b"", A, b""], bound=OPEN).pages == 1


def test_put_again_is_the_same_version(vault, database):
    first = vault.put([A, B], bound=OPEN)
    assert vault.put([A, B], bound=OPEN) == first
    assert rows(database, VERSIONS) == 1
    assert vault.verify().garbage == Garbage(0, 0)
    # cut otherwise, it is still the same content under the same label
    assert vault.put([A + B], bound=OPEN) == first
    assert vault.verify().clean
    assert len(page_names(vault)) == 2


def test_the_label_is_part_of_the_handle(vault):
    first = vault.put([A, B], bound=OPEN)
    second = vault.put([A, B], bound=b"coast//S// REL coast FOR trial")
    assert first.handle != second.handle
    assert first.digest == second.digest
    assert len(page_names(vault)) == 2


def test_pages_are_shared_and_die_with_their_last_reference(vault, database):
    first = vault.put([A, B, C], bound=OPEN)
    second = vault.put([A, B, D], bound=OPEN)
    assert len(page_names(vault)) == 4
    vault.shred(first.handle)
    assert len(page_names(vault)) == 3
    assert not vault.exists(first.handle)
    assert content(vault, second.handle) == A + B + D
    vault.shred(second.handle)
    assert page_names(vault) == []
    assert [rows(database, table) for table in (PAGES, VERSIONS, REFERENCES)] == [0, 0, 0]
    assert vault.verify().clean


def test_equality_never_leaves_the_vault(tmp_path, vault, new_url, new_shelf):
    other_db = open_database(new_url())
    create(other_db)
    other = made(tmp_path / "other", other_db, new_shelf)
    here, there = vault.put([A, B], bound=OPEN), other.put([A, B], bound=OPEN)
    assert here.digest == there.digest
    assert here.handle != there.handle
    mine = {lying(vault, name)[36:] for name in page_names(vault)}
    theirs = {lying(other, name)[36:] for name in page_names(other)}
    assert not mine & theirs
    assert not set(page_names(vault)) & set(page_names(other))
    with vault._index.db.read() as one, other_db.read() as two:
        first = set(one.execute(select(PAGES.c.identity)).scalars())
        assert not first & set(two.execute(select(PAGES.c.identity)).scalars())
    other_db.close()


def test_shredding_leaves_no_key_in_the_file(tmp_path):
    db = open_database(f"sqlite:///{tmp_path}/keeper.db")
    create(db)
    vault = Vault.create(tmp_path / "vault", db, KEK)
    kept, gone = vault.put([A], bound=OPEN), vault.put([B], bound=OPEN)
    with db.read() as connection:
        wrapped = {row.id: bytes(row.wrapped_key) for row in connection.execute(select(PAGES))}
        wrapped |= {row.id: bytes(row.wrapped_key) for row in connection.execute(select(VERSIONS))}

    def on_disk() -> set[str]:
        data = b"".join(path.read_bytes() for path in tmp_path.glob("keeper.db*"))
        return {name for name, key in wrapped.items() if key in data}

    assert on_disk() == set(wrapped)
    vault.shred(gone.handle)
    assert len(on_disk()) == 2
    assert content(vault, kept.handle) == A
    db.close()


def test_batches_bound_memory_and_change_nothing(vault, monkeypatch):
    monkeypatch.setattr(versions_module, "BATCH_BYTES", 5000)
    monkeypatch.setattr(versions_module, "BATCH_PAGES", 3)
    pages = [A, A, b"x", B, C, A, B, b"y", b"z", b"w", D]
    sealed = vault.put(pages, bound=OPEN)
    assert content(vault, sealed.handle) == b"".join(pages)
    vault.shred(sealed.handle)
    assert vault.verify().clean
    assert page_names(vault) == []


def test_too_long_pages_are_cut(vault):
    sealed = vault.put([bytes(MAX_PAGE_BYTES + 5)], bound=OPEN)
    assert sealed.pages == 2
    assert sum(map(len, vault.read(sealed.handle))) == MAX_PAGE_BYTES + 5


def test_fixed_pages(tmp_path):
    (tmp_path / "in").write_bytes(bytes(2500))
    with (tmp_path / "in").open("rb") as stream:
        assert [len(page) for page in fixed_pages(stream, 1000)] == [1000, 1000, 500]


def test_views_are_taken_as_they_are_at_that_moment(vault):
    buffer = bytearray(A)

    def reused():
        yield memoryview(buffer)
        buffer[:] = B
        yield memoryview(buffer)

    assert content(vault, vault.put(reused(), bound=OPEN).handle) == A + B


# ── rotation ───────────────────────────────────────────────────────────────────────────────────


def test_rotation_changes_every_key_and_no_content(vault, database):
    sealed = vault.put([A, B], bound=OPEN)

    def wrapped() -> set[bytes]:
        with database.read() as connection:
            keys = [*connection.execute(select(PAGES.c.wrapped_key)).scalars()]
            keys += connection.execute(select(VERSIONS.c.wrapped_key)).scalars()
            vaults = connection.execute(select(VAULTS)).one()
        return {bytes(key) for key in (*keys, vaults.identity_secret, vaults.handle_secret)}

    before, new = wrapped(), os.urandom(32)
    vault.rotate(new)
    assert not before & wrapped()
    assert content(vault, sealed.handle) == A + B
    assert refusal(opened, vault, database) == "vault"
    again = opened(vault, database, new)
    assert again.put([A, B], bound=OPEN) == sealed  # the names are the same
    assert again.verify().clean


def test_the_grade_is_the_vaults_own_and_survives_rotation(tmp_path, new_url, new_shelf):
    db = open_database(new_url())
    create(db)
    made_ = made(tmp_path / "graded", db, new_shelf, grade=1)
    assert (made_.grade, opened(made_, db).grade) == (1, 1)
    made_.rotate(b"n" * 32)
    assert opened(made_, db, b"n" * 32).grade == 1
    for other in (0, 2):  # whoever writes the row can't raise it: the vault does not open then
        with db.write() as connection:
            connection.execute(update(VAULTS).values(grade=other))
        assert refusal(opened, made_, db, b"n" * 32) == "vault"
    with db.write() as connection:
        connection.execute(update(VAULTS).values(grade=1))
    assert opened(made_, db, b"n" * 32).put([A], bound=OPEN).size == len(A)
    with pytest.raises(ValueError):
        made(tmp_path / "below", db, new_shelf, grade=-1)
    db.close()


def test_a_process_with_the_old_key_can_not_write_any_more(vault, database):
    other = opened(vault, database)
    sealed = vault.put([A], bound=OPEN)
    vault.rotate(os.urandom(32))
    assert refusal(other.put, [B], bound=OPEN) == "vault"
    assert refusal(other.shred, sealed.handle) == "vault"
    assert refusal(other.rotate, KEK) == "vault"
    assert vault.verify() == vault.verify()
    assert vault.verify().clean
    assert vault.verify().garbage == Garbage(0, 0)


def test_rotation_goes_over_many_rows(vault, monkeypatch):
    from dure.storage.vault import rotation

    monkeypatch.setattr(rotation, "_SOME", 2)
    sealed = vault.put([bytes([n]) for n in range(7)], bound=OPEN)
    vault.rotate(os.urandom(32))
    assert content(vault, sealed.handle) == bytes(range(7))


# ── refusals ───────────────────────────────────────────────────────────────────────────────────


def test_unknown_handles(vault):
    for work in (vault.read, vault.describe, vault.shred):
        assert refusal(work, "0" * 64) == "unknown"
    assert not vault.exists("0" * 64)


def test_a_failing_source_leaves_nothing(vault, database, monkeypatch):
    monkeypatch.setattr(versions_module, "BATCH_PAGES", 1)
    kept = vault.put([A], bound=OPEN)

    def breaking():
        yield A
        yield B
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        vault.put(breaking(), bound=OPEN)
    assert vault.verify().garbage == Garbage(0, 0)
    assert vault.verify().clean
    assert len(page_names(vault)) == 1
    assert content(vault, kept.handle) == A


@pytest.fixture
def two(vault):
    first, second = vault.put([A, B], bound=OPEN), vault.put([C, D], bound=OPEN)
    return first, second


def edit(vault, name, how) -> None:
    data = bytearray(lying(vault, name))
    how(data)
    exchange(vault, name, bytes(data))


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (lambda data: data.__setitem__(500, data[500] ^ 1), "seal-altered"),
        (lambda data: data.__delitem__(slice(-1, None)), "seal-truncated"),
        (lambda data: data.__delitem__(slice(0, None)), "seal-truncated"),
        (lambda data: data.__setitem__(13, data[13] ^ 1), "seal-header"),
        (lambda data: data.extend(b"more"), "seal-altered"),
    ],
)
def test_an_altered_page_is_refused_and_found(vault, how, code):
    put = vault.put([A], bound=OPEN)
    edit(vault, page_names(vault)[0], how)
    assert refusal(vault.read, put.handle) == code
    faults = vault.verify().faults
    assert [(fault.code, fault.subject) for fault in faults] == [(f"storage.{code}", put.handle)]


def test_exchanged_pages_are_refused_as_swapped(vault, two):
    one, other, *_ = page_names(vault)
    first, second = lying(vault, one), lying(vault, other)
    exchange(vault, one, second)
    exchange(vault, other, first)
    codes = {fault.code for fault in vault.verify().faults}
    assert codes == {"storage.seal-swapped"}


def test_a_missing_page_is_refused(vault, two):
    vault.shelf.remove(page_names(vault)[:1])
    assert [fault.code for fault in vault.verify().faults] == ["storage.vault"]
    assert sum(refusal_or_none(vault, each.handle) == "vault" for each in two) == 1


def test_what_is_put_relies_on_no_page_that_is_gone(vault, database):
    """It is written anew, and what was put before is whole again, too."""
    first = vault.put([A, B], bound=OPEN)
    lost = page_names(vault)[0]
    vault.shelf.remove([lost])
    assert refusal_or_none(vault, first.handle) == "vault"
    second = vault.put([A, B, C], bound=OPEN)
    assert content(vault, second.handle) == A + B + C
    assert content(vault, first.handle) == A + B
    vault.shelf.remove(page_names(vault)[:2])
    assert vault.put([A, B], bound=OPEN) == first  # the same again mends the same
    assert content(vault, first.handle) == A + B
    assert rows(database, PAGES) == 3
    vault.put([C, D], bound=OPEN)
    check = vault.verify()
    assert (check.clean, check.garbage) == (True, Garbage(0, 0))
    for each in (first, second):
        vault.shred(each.handle)
    assert len(page_names(vault)) == 2


def test_two_who_mend_one_page_leave_one_file(vault, monkeypatch):
    first = vault.put([A], bound=OPEN)
    vault.shelf.remove(page_names(vault))
    real = PageFiles.write
    meanwhile = []

    def write(files, contents):
        if not meanwhile:
            meanwhile.append(True)
            vault.put([A, B], bound=OPEN)
        return real(files, contents)

    monkeypatch.setattr(PageFiles, "write", write)
    assert vault.put([A], bound=OPEN) == first
    assert meanwhile
    assert content(vault, first.handle) == A
    assert len(page_names(vault)) == 2
    check = vault.verify()
    assert (check.clean, check.garbage) == (True, Garbage(0, 0))


def test_pages_are_read_ahead_in_order_and_in_bounded_memory(monkeypatch):
    monkeypatch.setattr(ahead, "AHEAD_BYTES", 40)
    sizes = [10, 10, 50, 10, 10, 10, 10, 30, 30]
    rows_ = [PageRow(str(number), "", b"", size, 0, None) for number, size in enumerate(sizes)]
    begun: list[int] = []

    def read(row, base):
        begun.append(int(row.id))
        return bytes([int(row.id)]) * row.size

    for number, page in enumerate(read_ahead([(row, None) for row in rows_], read, 3)):
        assert page == bytes([number]) * sizes[number]
        under_way = [sizes[each] for each in list(begun) if each > number]
        assert len(under_way) <= 3
        assert sum(under_way) <= max(40, under_way[0] if under_way else 0)
    assert sorted(begun) == list(range(9))

    def fails(row, base):
        if row.id == "1":
            raise StorageError("storage.vault", where="here", reason="page-missing", page="1")
        return b"page"

    reading = read_ahead([(row, None) for row in rows_], fails, 3)
    assert next(reading) == b"page"
    assert refusal(lambda: list(reading)) == "vault"


def refusal_or_none(vault, handle):
    try:
        content(vault, handle)
    except StorageError as error:
        return error.code.removeprefix("storage.")
    return None


@pytest.mark.parametrize("table", [PAGES, VERSIONS], ids=["page key", "version key"])
def test_keys_are_bound_to_their_rows(vault, database, two, table):
    with database.write() as connection:
        (one, first), (other, second) = connection.execute(
            select(table.c.id, table.c.wrapped_key).limit(2)
        ).all()
        for row, key in ((one, second), (other, first)):
            connection.execute(update(table).where(table.c.id == row).values(wrapped_key=key))
    assert "vault" in {refusal_or_none(vault, each.handle) for each in two}
    assert {fault.code for fault in vault.verify().faults} == {"storage.vault"}


def test_references_are_bound_to_their_version(vault, database, two):
    with database.write() as connection:
        parts = connection.execute(select(REFERENCES)).all()
        for mine, other in zip(parts, reversed(parts), strict=True):
            connection.execute(
                update(REFERENCES)
                .where(REFERENCES.c.version_id == mine.version_id)
                .values(sealed_pages=other.sealed_pages)
            )
    assert {refusal_or_none(vault, each.handle) for each in two} == {"vault"}
    assert refusal(vault.shred, two[0].handle) == "vault"
    assert not vault.verify().clean


@pytest.mark.parametrize("column", ["size", "pages", "handle", "sealed_facts"])
def test_facts_are_bound_to_their_version(vault, database, two, column):
    value = {"size": 5999, "pages": 1, "handle": "f" * 64, "sealed_facts": bytes(60)}[column]
    with database.write() as connection:
        connection.execute(
            update(VERSIONS).where(VERSIONS.c.handle == two[0].handle).values({column: value})
        )
    handle = "f" * 64 if column == "handle" else two[0].handle
    assert refusal(vault.read, handle) == "vault"
    assert not vault.verify().clean


def test_wrong_counts_are_found(vault, database, two):
    with database.write() as connection:
        connection.execute(update(PAGES).values(uses=PAGES.c.uses + 1))
    check = vault.verify()
    assert len(check.faults) == 4
    assert not check.clean


def test_a_shredded_version_ends_a_reading_with_an_error(vault, monkeypatch):
    monkeypatch.setattr(versions_module, "BATCH_PAGES", 1)
    monkeypatch.setattr(vault.shelf, "readers", 1)  # what is on its way may still come
    sealed = vault.put([A, B, C], bound=OPEN)
    reading = vault.read(sealed.handle)
    assert next(reading) == A
    vault.shred(sealed.handle)
    assert refusal(lambda: reading) == "unknown"


def test_a_vault_is_made_once(tmp_path, vault, database, new_url, new_shelf, vault_kind):
    assert refusal(made, vault.root, database, lambda _: vault.shelf) == "conflict"
    assert refusal(made, tmp_path / "second", database, new_shelf) == "conflict"
    vault.put([A], bound=OPEN)
    other = open_database(new_url())
    create(other)
    assert refusal(made, vault.root, other, lambda _: vault.shelf) == "conflict"
    assert refusal(opened, vault, other) == "vault"
    made_ = made(tmp_path / "third", other, new_shelf)
    assert refusal(opened, vault, other) == "vault"
    assert refusal(opened, made_, other, bytes(32)) == "vault"
    nowhere, code = tmp_path / "nowhere", "file" if vault_kind[1] == "folder" else "vault"
    assert refusal(Vault.open, nowhere, other, KEK, shelf=new_shelf(nowhere)) == code
    assert opened(made_, other).verify().clean
    other.close()


def test_no_key_is_shown(vault):
    shown = f"{vault!r} {vault} {vault._index.wrapper!r}"
    assert KEK.hex() not in shown
    assert str(KEK) not in shown


# ── several at once ────────────────────────────────────────────────────────────────────────────


def test_garbage_waits_for_nobody_and_disturbs_nobody(vault):
    with together(vault.root), together(vault.root):
        assert refusal(vault.collect_garbage) == "vault"
    assert vault.collect_garbage() == Garbage(0, 0)
    with alone(vault.root):
        assert refusal(vault.collect_garbage) == "vault"


def test_threads_put_and_shred_the_same_pages(vault):
    failures: list[BaseException] = []

    def work(name: bytes) -> None:
        try:
            for turn in range(6):
                sealed = vault.put([A, B, name, b"%d" % turn], bound=name)
                assert b"".join(vault.read(sealed.handle)) == A + B + name + b"%d" % turn
                if turn % 2:
                    vault.shred(sealed.handle)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(b"thread %d" % n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    check = vault.verify()
    assert check.clean
    assert check.versions == 9
    assert check.garbage == Garbage(0, 0)


def test_a_page_shredded_between_looking_and_recording_is_written_again(vault, monkeypatch):
    first = vault.put([A, B], bound=OPEN)
    plain = versions_module.Draft._record
    done = []

    def shred_first(self, *arguments):
        if not done:
            done.append(True)
            vault.shred(first.handle)
        return plain(self, *arguments)

    monkeypatch.setattr(versions_module.Draft, "_record", shred_first)
    second = vault.put([A, B, C], bound=OPEN)
    assert content(vault, second.handle) == A + B + C
    assert vault.verify().clean
    assert vault.verify().garbage == Garbage(0, 0)


def test_a_page_that_another_writer_recorded_first_is_shared(vault, monkeypatch):
    plain = versions_module.Draft._record
    done = []

    def put_first(self, *arguments):
        if not done:
            done.append(True)
            vault.put([A], bound=b"other")
        return plain(self, *arguments)

    monkeypatch.setattr(versions_module.Draft, "_record", put_first)
    sealed = vault.put([A, B], bound=OPEN)
    assert content(vault, sealed.handle) == A + B
    assert len(page_names(vault)) == 2
    assert vault.verify().garbage == Garbage(0, 0)


# ── a full disk ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.root
@pytest.mark.parametrize("index_too", [False, True])
def test_a_full_disk_leaves_nothing(tmp_path, small_disk, index_too):
    db = open_database(f"sqlite:///{small_disk if index_too else tmp_path}/keeper.db")
    create(db)
    vault = Vault.create(small_disk / "vault", db, KEK)
    kept = vault.put([A], bound=OPEN)
    assert refusal(vault.put, [os.urandom(100_000) for _ in range(40)], bound=OPEN) == "no-space"
    assert len(page_names(vault)) == 1
    assert vault.verify().clean
    assert vault.collect_garbage().files == 0
    assert content(vault, kept.handle) == A
    after = vault.put([os.urandom(100_000)], bound=OPEN)  # there is room again
    assert vault.exists(after.handle)
    db.close()


@pytest.mark.root
def test_a_disk_that_fills_up_in_a_later_batch_leaves_nothing(tmp_path, small_disk, monkeypatch):
    monkeypatch.setattr(versions_module, "BATCH_PAGES", 2)
    db = open_database(f"sqlite:///{tmp_path}/keeper.db")
    create(db)
    vault = Vault.create(small_disk / "vault", db, KEK)
    assert refusal(vault.put, [os.urandom(100_000) for _ in range(40)], bound=OPEN) == "no-space"
    assert page_names(vault) == []
    assert vault.verify().garbage == Garbage(0, 0)
    db.close()
