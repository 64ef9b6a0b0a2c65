"""Rotation: every key of the vault wrapped anew under another key-encryption key, all or none."""

from __future__ import annotations

from sqlalchemy import Connection, Table, bindparam, select, update

from dure.core import faults
from dure.storage.vault.index import Index
from dure.storage.vault.tables import PAGES, VAULTS, VERSIONS
from dure.storage.vault.wrapping import Wrapper

_SOME = 1000


def rotate(index: Index, new: Wrapper) -> None:
    """Wrap everything under ``new`` in one transaction. The caller has the vault alone.

    Raises
    ------
    StorageError
        ``storage.vault`` when a key does not unwrap; nothing has changed then.
    """
    with index.db.write() as connection:
        index.current(connection)
        for table, what in ((PAGES, "page key"), (VERSIONS, "version key")):
            _wrap_table(index, connection, new, table, what)
        vault = connection.execute(select(VAULTS)).one()
        connection.execute(
            update(VAULTS).values(
                epoch=vault.epoch + 1,
                identity_secret=_again(
                    index, new, vault.identity_secret, "identity secret", vault.grade
                ),
                handle_secret=_again(index, new, vault.handle_secret, "handle secret"),
            )
        )
        faults.point("vault.rotation.recorded")
    index.wrapper, index.epoch = new, index.epoch + 1
    faults.point("vault.rotation.done")
    index.db.scrub(PAGES.name, VERSIONS.name, VAULTS.name)


def _wrap_table(
    index: Index, connection: Connection, new: Wrapper, table: Table, what: str
) -> None:
    last = ""
    while True:
        rows = connection.execute(
            select(table.c.id, table.c.wrapped_key)
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(_SOME)
        ).all()
        if not rows:
            return
        wrapped = [
            {"row": row.id, "wrapped": _again(index, new, row.wrapped_key, what, row.id)}
            for row in rows
        ]
        connection.execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(wrapped_key=bindparam("wrapped")),
            wrapped,
        )
        last = rows[-1].id
        faults.point("vault.rotation.some")


def _again(index: Index, new: Wrapper, wrapped: bytes, what: str, *names: object) -> bytes:
    place = index.place(what, *names)
    return new.wrap(index.wrapper.unwrap(wrapped, place), place)
