"""Patches: a page that changed a little costs what changed, and is read exactly; what is shredded is gone."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from dure.storage.errors import StorageError
from dure.storage.vault import Garbage, Vault
from dure.storage.vault.packing import Packing, pack, patch, unpack
from dure.storage.vault.pages import PageFiles
from dure.storage.vault.tables import PAGES

KEK = bytes(range(32))
BOUND = b"coast//O// REL * FOR *"
FIRST = [Random(seed).randbytes(20_000) for seed in range(6)]


def edited(page: bytes) -> bytes:
    return page[:5000] + b"edited" + page[5004:]


@pytest.fixture
def vault(tmp_path: Path, database) -> Vault:
    return Vault.create(tmp_path / "vault", database, KEK)


def files(vault: Vault) -> dict[str, int]:
    pages = (vault.root / "pages").rglob("*")
    return {path.name: path.stat().st_size for path in pages if path.is_file()}


def content(vault: Vault, handle: str) -> bytes:
    return b"".join(vault.read(handle))


def kinds(database) -> list[int]:
    with database.read() as connection:
        return sorted(connection.execute(select(PAGES.c.packing)).scalars())


# ── packing ────────────────────────────────────────────────────────────────────────────────────
@given(st.binary(max_size=2000), st.binary(max_size=2000), st.integers(0, 2000))
def test_what_is_packed_comes_back(content: bytes, base: bytes, at: int) -> None:
    how, packed = pack(content)
    assert unpack(how, packed, len(content)) == content
    assert len(packed) <= len(content)
    near = base[:at] + content + base[at:]
    assert unpack(Packing.PATCH, patch(near, base), len(near), base) == near


@pytest.mark.parametrize("how", list(Packing))
def test_what_does_not_unpack_is_refused(how: Packing) -> None:
    page = b"page" * 100
    packed = {0: page, 1: pack(page)[1], 2: patch(page, page)}[how]
    assert unpack(how, packed, 400, page) == page
    for wrong, size in ((packed, 399), (packed[:-1], 400), (b"", 400), (b"junk" * 9, 400)):
        with pytest.raises(ValueError, match=r"unpack|size"):
            unpack(how, wrong, size, page)


def test_no_more_is_unpacked_than_is_stated() -> None:
    """A bomb states its size, which is compared before anything is unpacked."""
    bomb = pack(bytes(16 << 20))[1]
    assert len(bomb) < 2000
    with pytest.raises(ValueError, match="size"):
        unpack(Packing.COMPRESSED, bomb, 100)


# ── in the vault ───────────────────────────────────────────────────────────────────────────────
def test_a_page_that_changed_a_little_costs_what_changed(vault: Vault, database) -> None:
    old = vault.put(FIRST, bound=BOUND)
    before = files(vault)
    pages = [*FIRST[:2], edited(FIRST[2]), *FIRST[3:]]
    new = vault.put(pages, bound=BOUND, basis=old.handle)
    added = {name: size for name, size in files(vault).items() if name not in before}
    assert [size < 300 for size in added.values()] == [True]
    assert content(vault, new.handle) == b"".join(pages)
    assert content(vault, old.handle) == b"".join(FIRST)
    assert kinds(database) == [0] * 6 + [2]
    assert vault.verify().clean
    # The control: without its kin the page is as long as it is.
    alone = vault.put([FIRST[0], edited(FIRST[1])], bound=BOUND)
    assert content(vault, alone.handle) == FIRST[0] + edited(FIRST[1])
    assert kinds(database) == [0] * 7 + [2]


def test_a_row_of_versions_is_read_by_two_files_a_page(vault: Vault, database) -> None:
    """A patch on a patched page lies on what that one lies on."""
    versions, pages = [vault.put(FIRST, bound=BOUND)], FIRST
    for number in range(5):
        pages = [edited(page) + bytes([number]) for page in pages]
        versions.append(vault.put(pages, bound=BOUND, basis=versions[-1].handle))
    assert content(vault, versions[-1].handle) == b"".join(pages)
    with database.read() as connection:
        bases = set(connection.execute(select(PAGES.c.base_id)).scalars()) - {None}
        under = select(PAGES.c.base_id).where(PAGES.c.id.in_(bases))
        assert set(connection.execute(under).scalars()) == {None}
    assert len(bases) == 6


def test_neighbours_are_tried_when_pages_came_and_went(vault: Vault, database) -> None:
    old = vault.put(FIRST, bound=BOUND)
    pages = [edited(page) for page in (FIRST[1], FIRST[2], FIRST[5])]
    new = vault.put([b"new" * 999, *pages], bound=BOUND, basis=old.handle)
    assert content(vault, new.handle) == b"new" * 999 + b"".join(pages)
    assert kinds(database).count(2) == 2


def test_what_is_shredded_is_gone_though_patches_lay_on_it(vault: Vault, database) -> None:
    old = vault.put(FIRST, bound=BOUND)
    pages = [FIRST[0], *map(edited, FIRST[1:])]
    new = vault.put(pages, bound=BOUND, basis=old.handle)
    third = vault.put([edited(page) for page in pages], bound=BOUND, basis=new.handle)
    first_files = set(files(vault))
    vault.shred(old.handle)
    assert content(vault, new.handle) == b"".join(pages)
    assert content(vault, third.handle) == b"".join(edited(page) for page in pages)
    # Of the first version only the page is left that the second has, too.
    assert len(set(files(vault)) & first_files) == 2
    assert kinds(database).count(2) == 1
    check = vault.verify()
    assert (check.clean, check.garbage) == (True, Garbage(0, 0))
    for each in (new, third):
        vault.shred(each.handle)
    assert files(vault) == {}


def test_a_patch_whose_base_is_gone_is_written_whole(vault: Vault, database) -> None:
    old = vault.put(FIRST, bound=BOUND)
    new = vault.put([edited(FIRST[0])], bound=BOUND, basis=old.handle)
    with database.read() as connection:
        base = connection.execute(select(PAGES.c.base_id).where(PAGES.c.packing == 2)).scalar_one()
    vault.shelf.remove([base])
    assert vault.put([edited(FIRST[0])], bound=BOUND) == new
    assert content(vault, new.handle) == edited(FIRST[0])
    assert kinds(database) == [0] * 7
    (fault,) = vault.verify().faults  # of the first version, which nobody gave again
    assert fault.subject == old.handle
    vault.put(FIRST, bound=BOUND)
    check = vault.verify()
    assert (check.clean, check.garbage) == (True, Garbage(0, 0))


def test_a_basis_that_is_not_there_changes_nothing(vault: Vault) -> None:
    sealed = vault.put(FIRST, bound=BOUND, basis="0" * 64)
    assert content(vault, sealed.handle) == b"".join(FIRST)


def test_a_basis_that_is_shredded_meanwhile(vault: Vault, monkeypatch) -> None:
    """Its pages are gone when the patches on them are to be recorded: they are written whole."""
    old = vault.put(FIRST, bound=BOUND)
    write = PageFiles.write

    def and_shred(self, contents):
        written = write(self, contents)
        if vault.exists(old.handle):
            vault.shred(old.handle)
        return written

    monkeypatch.setattr(PageFiles, "write", and_shred)
    pages = list(map(edited, FIRST))
    new = vault.put(pages, bound=BOUND, basis=old.handle)
    assert content(vault, new.handle) == b"".join(pages)
    assert len(files(vault)) == 6
    assert vault.verify().garbage == Garbage(0, 0)
    assert vault.verify().clean


def test_a_basis_that_is_damaged_is_no_help_and_no_harm(vault: Vault, database) -> None:
    old = vault.put(FIRST, bound=BOUND)
    for path in (vault.root / "pages").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"damaged")
    pages = list(map(edited, FIRST))
    new = vault.put(pages, bound=BOUND, basis=old.handle)
    assert content(vault, new.handle) == b"".join(pages)
    assert kinds(database).count(2) == 0


@pytest.mark.parametrize("changed", [{"size": 7}, {"packing": 1}])
def test_a_row_that_was_changed_is_found(vault: Vault, database, changed) -> None:
    sealed = vault.put(FIRST[:1], bound=BOUND)
    assert vault.verify().clean
    with database.write() as connection:
        connection.execute(update(PAGES).values(**changed))
    with pytest.raises(StorageError) as refused:
        content(vault, sealed.handle)
    assert refused.value.facts["reason"] == "not-as-put"
    assert not vault.verify().clean


def test_a_base_that_was_taken_away_is_found(vault: Vault, database) -> None:
    old = vault.put(FIRST[:1], bound=BOUND)
    new = vault.put([edited(FIRST[0])], bound=BOUND, basis=old.handle)
    with database.write() as connection:
        connection.execute(update(PAGES).where(PAGES.c.packing == 2).values(base_id="0" * 32))
    with pytest.raises(StorageError) as refused:
        content(vault, new.handle)
    assert refused.value.facts["reason"] == "page-key-missing"


def test_packing_shortens_what_can_be(vault: Vault, database) -> None:
    sealed = vault.put([b"page" * 5000], bound=BOUND)
    assert sum(files(vault).values()) < 500
    assert kinds(database) == [1]
    assert content(vault, sealed.handle) == b"page" * 5000
