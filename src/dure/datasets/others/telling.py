"""What a document of others says in words, carried into the document of the data set made from it.

Only what has a form of its own is carried, and what no door can show is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dure.core.text import printable
from dure.datasets.words import DESCRIPTION_CHARACTERS, NAME_CHARACTERS

_CARRIED = {"citeAs": "citeAs", "url": "isBasedOn", "version": "version", "inLanguage": "inLanguage",
            "keywords": "keywords"}  # fmt: skip
"""Property of theirs -> property of ours."""
_NAMED = ("@value", "name", "url", "@id")
_MOST_WORDS = 64
_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """A document's words.

    Parameters
    ----------
    name, description, licence
        As `dure.datasets.import_` takes them.
    more
        Properties that are carried as they are.
    """

    name: str
    description: str
    licence: str
    more: Mapping[str, Any]


def told_by(document: Mapping[str, Any]) -> Told:
    """Return the words of a document.

    Examples
    --------
    >>> told = told_by({"name": "x", "license": ["CC0-1.0"], "sc:citeAs": "y"})
    >>> told.licence, told.more
    ('CC0-1.0', {'citeAs': 'y'})
    """
    more = {}
    for theirs, ours in _CARRIED.items():
        found = list(_words(_get(document, theirs)))[:_MOST_WORDS]
        if found:
            more[ours] = found if len(found) > 1 else found[0]
    return Told(
        name=_first(document, "name")[:NAME_CHARACTERS],
        description=_first(document, "description")[:DESCRIPTION_CHARACTERS],
        licence=_first(document, "license")[:NAME_CHARACTERS],
        more=more,
    )


def carried(
    document: Mapping[str, Any], told: Told, descriptions: Mapping[str, str]
) -> dict[str, Any]:
    """Return the document of a data set with what others said of it and of its columns."""
    (records,) = document["recordSet"]
    fields = [
        {**one, "description": _plain(descriptions[one["name"]])}
        if one["name"] in descriptions
        else one
        for one in records["field"]
    ]
    return {**document, **told.more, "recordSet": [{**records, "field": fields}]}


def _first(document: Mapping[str, Any], key: str) -> str:
    return next(_words(_get(document, key)), "")


def _get(document: Mapping[str, Any], key: str) -> Any:
    prefixed = (f"{prefix}{key}" for prefix in ("", "sc:", "schema:", "cr:"))
    return next((document[one] for one in prefixed if one in document), None)


def _words(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        word = next((one[key] for key in _NAMED if key in one), None) if _is_node(one) else one
        if isinstance(word, str) and word.strip():
            yield _plain(word)


def _is_node(value: Any) -> bool:
    return isinstance(value, Mapping)


def _plain(text: str) -> str:
    return printable(" ".join(text.split()))[:_CHARACTERS].strip()
