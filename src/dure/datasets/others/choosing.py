"""What of a document of others can be imported: one record set over files that lie beside it.

What can't be is refused by name, place by place: nothing is fetched, no archive is opened, no file
outside the document's folder is touched, and no column is transformed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dure.core.text import printable
from dure.datasets.errors import DatasetError
from dure.datasets.verify.files import MAX_FILES, is_inside, members
from dure.datasets.verify.stating import Stated, StatedColumn, StatedPath, StatedRecords, Stating
from dure.readers.several import FromPath, Plan, Taken

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record set that can be imported.

    Parameters
    ----------
    name
        Of the record set.
    plan
        How its files are put together.
    said
        What the document says of it, and of nothing else.
    descriptions
        Column -> what the document says it is.
    """

    name: str
    plan: Plan
    said: Stating
    descriptions: dict[str, str]


def choose(said: Stating, document: Path, wanted: str = "") -> Chosen:
    """Return the record set that is imported.

    Parameters
    ----------
    said
        What the document says.
    document
        Where it lies.
    wanted
        Name of the record set; "" where there is one alone.

    Raises
    ------
    DatasetError
        ``datasets.document``, with the reason and the places in the document.
    """
    return _Choosing(document, said).choose(wanted)


class _Choosing:
    """One document from which is chosen."""

    def __init__(self, document: Path, said: Stating) -> None:
        self._document, self._said = document, said

    def choose(self, wanted: str) -> Chosen:
        records = self._records(wanted)
        for reason in dict.fromkeys(reason for _, reason in records.unread):
            raise self._refused(
                reason, (place for place, other in records.unread if other == reason)
            )
        stated = self._source(records)
        fields: tuple[StatedColumn | StatedPath, ...] = (*records.columns, *records.paths)
        names = [one.name for one in fields]
        if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
            raise self._refused("names-twice", twice)
        places = self._places(stated)
        columns = tuple(Taken(one.name, one.column, one.types) for one in records.columns)
        paths = tuple(FromPath(one.name, one.of, one.regex) for one in records.paths)
        told = {one.name: one.description for one in fields}
        part = Stating(
            licensed=True,
            sources={stated.id: replace(stated, reason="")},
            records=[records],
            unchecked=[],
        )
        plan = Plan(stated.kind, places, columns, paths)
        return Chosen(records.name, plan, part, {name: word for name, word in told.items() if word})

    def _records(self, wanted: str) -> StatedRecords:
        tables = [one for one in self._said.records if one.columns or one.unread]
        if wanted:
            tables = [one for one in tables if one.name == wanted]
        if not tables:
            raise self._refused("records-none", [wanted or "recordSet"])
        if len(tables) > 1:
            raise self._refused("records-several", (one.name for one in tables))
        if not tables[0].columns and not tables[0].unread:
            raise self._refused("records-none", [tables[0].name])
        return tables[0]

    def _source(self, records: StatedRecords) -> Stated:
        named = (one.source for one in records.columns)
        sources = dict.fromkeys((*named, *(one.source for one in records.paths)))
        if len(sources) > 1:
            raise self._refused("sources-several", sources)
        (source,) = sources
        stated = self._said.sources.get(source)
        if stated is None:
            raise self._refused("no-source", sources)
        if stated.reason not in ("", "repository"):
            raise self._refused(stated.reason, sources)
        if not stated.kind:
            raise self._refused("format", sources)
        return stated

    def _places(self, stated: Stated) -> tuple[str, ...]:
        """Return the files of a source; of a repository, those that lie where it has them."""
        if stated.includes:
            found = members(self._document.parent, stated.includes, stated.excludes)
            if not 0 < len(found) <= MAX_FILES:
                raise self._refused("no-files", stated.includes)
            return tuple(found)
        if not is_inside(stated.place):
            raise self._refused("path", [stated.place])
        return (stated.place,)

    def _refused(self, reason: str, places: Iterable[str]) -> DatasetError:
        named = list(places)
        place = ", ".join(printable(one) for one in named[:_MOST_NAMED])
        more = ", …" if len(named) > _MOST_NAMED else ""
        return DatasetError(
            "datasets.document", file=self._document.name, reason=reason, place=place + more
        )
