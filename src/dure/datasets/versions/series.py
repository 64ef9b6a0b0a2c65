"""Series: which version follows which, and who is making the next one.

A version's number is claimed before anything is read, by a row with the name of the claiming process
(`dure.governance.claims`), and the row gets its asset when that is sealed. So two stewards who commit
to one data set never make two third versions: the second is told that somebody is at it. A claim
whose process is gone is taken over by whoever commits next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from dure.core import faults
from dure.core.assets import Asset
from dure.core.times import write_time
from dure.datasets.versions.errors import VersionError
from dure.datasets.versions.tables import TAGS, VERSIONS
from dure.governance.claims import is_alive, this_process
from dure.governance.house import House

_TAG = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_NUMBER = re.compile(r"v?([1-9][0-9]{0,8})")
_INSTANCE_BYTES = 8


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One version of a data set.

    Parameters
    ----------
    series
        Id of the first version.
    number
        From 1.
    asset_id
        The data set.
    note
        What its steward said of it.
    """

    series: str
    number: int
    asset_id: str
    note: str = ""


def version_of(house: House, dataset_id: str) -> DatasetVersion:
    """Return which version a data set is; one that nobody committed to is the first of its series."""
    with house.database.read() as connection:
        row = connection.execute(select(VERSIONS).where(VERSIONS.c.asset_id == dataset_id)).first()
    if row is None:
        return DatasetVersion(dataset_id, 1, dataset_id)
    return DatasetVersion(row.series, row.number, row.asset_id, row.note)


def versions_of(house: House, dataset_id: str) -> tuple[DatasetVersion, ...]:
    """Return every version of a data set's series, the first one first."""
    series = version_of(house, dataset_id).series
    with house.database.read() as connection:
        return _versions(connection, series) or (DatasetVersion(series, 1, series),)


def tags_of(house: House, series: str) -> dict[str, str]:
    """Return tag -> data set, for a series."""
    with house.database.read() as connection:
        rows = connection.execute(select(TAGS).where(TAGS.c.series == series).order_by(TAGS.c.name))
        return {row.name: row.asset_id for row in rows}


def newest(house: House, dataset_ids: Sequence[str]) -> str:
    """Return the newest of these data sets when all are of one series, else ""."""
    found = [version_of(house, each) for each in dataset_ids]
    if len({each.series for each in found}) != 1:
        return ""
    return max(found, key=lambda each: each.number).asset_id


def chosen(house: House, dataset_id: str, which: str) -> str:
    """Return the data set of the same series that a tag or a number names.

    Raises
    ------
    VersionError
        ``versions.tag``.
    """
    versions = versions_of(house, dataset_id)
    if number := _NUMBER.fullmatch(which):
        found = {str(each.number): each.asset_id for each in versions}.get(number[1])
    else:
        found = tags_of(house, versions[0].series).get(which)
    if found is None:
        raise VersionError("versions.tag", tag=which[:64], reason="no-tag")
    return found


def tag_version(house: House, dataset_id: str, name: str, *, move: bool) -> None:
    """Give a version a tag; a tag that it has changes nothing.

    Raises
    ------
    VersionError
        ``versions.tag`` for a name of another form, or one that another version has, unless ``move``.
    """
    if not _TAG.fullmatch(name) or _NUMBER.fullmatch(name):
        raise VersionError("versions.tag", tag=name[:64], reason="tag-form")
    series = version_of(house, dataset_id).series
    this = (TAGS.c.series == series) & (TAGS.c.name == name)
    with house.database.write() as connection:
        there = connection.execute(select(TAGS.c.asset_id).where(this)).scalar()
        if there not in (None, dataset_id) and not move:
            raise VersionError("versions.tag", tag=name, reason="tag-there")
        if there != dataset_id:
            connection.execute(delete(TAGS).where(this))
            connection.execute(
                insert(TAGS).values(
                    series=series,
                    name=name,
                    asset_id=dataset_id,
                    tagged_at=write_time(house.now()),
                    tagged_by=house.principal.id,
                )
            )


@contextmanager
def claimed(house: House, dataset_id: str, note: str) -> Iterator[DatasetVersion]:
    """Hold the next number of a series while the block runs; the version is made with `made`.

    Raises
    ------
    VersionError
        ``versions.commit`` when the data set is not the newest of its series that is not
        withdrawn, or somebody else is committing.
    """
    claimant = this_process(house.random(_INSTANCE_BYTES).hex())
    version = _claim(house, dataset_id, note, claimant)
    faults.point("dataset.version-claimed")
    try:
        yield version
    finally:
        with house.database.write() as connection:
            connection.execute(delete(VERSIONS).where(VERSIONS.c.claimant == claimant))


def made(version: DatasetVersion, connection: Connection, asset: Asset) -> None:
    """Note which asset a claimed version became, in the transaction that records the asset."""
    connection.execute(
        update(VERSIONS)
        .where(VERSIONS.c.series == version.series, VERSIONS.c.number == version.number)
        .values(asset_id=asset.id, claimant=None)
    )


def _claim(house: House, dataset_id: str, note: str, claimant: str) -> DatasetVersion:
    series = version_of(house, dataset_id).series
    with house.database.write() as connection:
        known = _versions(connection, series)
        if not known:
            known = (DatasetVersion(series, 1, series),)
            connection.execute(
                insert(VERSIONS).values(series=series, number=1, asset_id=series, note="")
            )
        live = [each for each in known if not house.assets.get(each.asset_id).withdrawn]
        if not live or live[-1].asset_id != dataset_id:
            raise VersionError("versions.commit", dataset=dataset_id[:16], reason="not-newest")
        number = known[-1].number + 1
        this = (VERSIONS.c.series == series) & (VERSIONS.c.number == number)
        other = connection.execute(select(VERSIONS.c.claimant).where(this)).scalar()
        if other is not None and is_alive(other):
            raise VersionError("versions.commit", dataset=dataset_id[:16], reason="under-way")
        connection.execute(delete(VERSIONS).where(this))
        connection.execute(
            insert(VERSIONS).values(series=series, number=number, note=note, claimant=claimant)
        )
    return DatasetVersion(series, number, "", note)


def _versions(connection: Connection, series: str) -> tuple[DatasetVersion, ...]:
    rows = connection.execute(
        select(VERSIONS)
        .where(VERSIONS.c.series == series, VERSIONS.c.asset_id.is_not(None))
        .order_by(VERSIONS.c.number)
    )
    return tuple(DatasetVersion(row.series, row.number, row.asset_id, row.note) for row in rows)
