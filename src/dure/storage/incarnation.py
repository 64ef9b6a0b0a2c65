"""Incarnations: which life of a store this is.

A restored store has lived before: permits that it issued may have been used since the backup. So
every store names its incarnation, every permit names the incarnation it was issued in, and a
restore begins a new one; whatever names an earlier one is dead.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from sqlalchemy import CheckConstraint, Column, Connection, Integer, MetaData, String, Table, select

from dure.storage.database import NAMING
from dure.storage.errors import StorageError

METADATA = MetaData(naming_convention=NAMING)
"""Part of every store: node, executor and keeper."""

INCARNATIONS = Table(
    "storage_incarnation",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("began_at", String(20), nullable=False),
    CheckConstraint("number > 0", name="counted"),
)

_ID_BYTES = 16


def begin(connection: Connection, now: str, *, random: Callable[[int], bytes] = os.urandom) -> str:
    """Begin a new incarnation in a write transaction; return its id, 32 hex digits.

    Parameters
    ----------
    connection
        From `Database.write`.
    now
        UTC time, as `dure.core.times` writes it.
    random
        Source of random bytes.
    """
    numbers = connection.execute(select(INCARNATIONS.c.number)).scalars()
    number = max(numbers, default=0) + 1
    name = random(_ID_BYTES).hex()
    connection.execute(INCARNATIONS.insert().values(number=number, id=name, began_at=now))
    return name


def current(connection: Connection) -> str:
    """Return the id of the store's present incarnation.

    Raises
    ------
    StorageError
        ``storage.unknown`` when none was begun: the store was not set up.
    """
    newest = select(INCARNATIONS.c.id).order_by(INCARNATIONS.c.number.desc()).limit(1)
    found = connection.execute(newest).scalar()
    if found is None:
        raise StorageError("storage.unknown", kind="incarnation", name="-")
    return str(found)
