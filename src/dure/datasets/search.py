"""Finding data sets by the words their stewards gave them, here and on other agencies' pages.

Names, keywords, subject and place stand in the catalogue in the clear, as names always do, so a
search opens nothing. Columns and descriptions stay sealed and are not searched. What the asker may
not see is filtered out inside the database, before anything is ranked or counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_

from dure.core.text import printable
from dure.governance.house import House
from dure.storage.assets import CatalogueEntry
from dure.storage.tables import ASSETS, FACTS

PAGE = "catalogue.page"
KINDS = ("dataset", PAGE)
MAX_WORDS = 16_384
MAX_ASKED = 16
WORDS = "words"
"""Name of the fact that holds what a data set is found by."""


@dataclass(frozen=True, slots=True)
class FoundDataset:
    """A data set that was found.

    Parameters
    ----------
    entry
        As the catalogue holds it.
    agency
        Agency that holds the data.
    in_name
        How many of the words stand in its name.
    """

    entry: CatalogueEntry
    agency: str
    in_name: int

    def to_dict(self) -> dict[str, Any]:
        """Return the hit as plain values."""
        asset, facts = self.entry.asset, self.entry.facts
        return {
            "id": asset.id,
            "name": self.entry.name,
            "agency": self.agency,
            "label": str(asset.label),
            "rows": facts.get("rows", ""),
            "columns": facts.get("columns", ""),
            "here": asset.kind == KINDS[0],
            "withdrawn": self.entry.withdrawn_at,
        }


def words_of(document: Mapping[str, Any]) -> str:
    """Return what a Croissant document is found by: folded words, each once.

    Parameters
    ----------
    document
        One of our own form: its names, keywords, subject and place.
    """
    texts = [document["name"]]
    texts += [_text(document.get(part)) for part in ("alternateName", "dct:subject")]
    texts += [_text(word) for word in document.get("keywords", ())]
    place = document.get("spatialCoverage")
    texts += [_text(place.get("name"))] if isinstance(place, Mapping) else []
    words = dict.fromkeys(word for text in texts for word in folded(printable(text)).split())
    return " ".join(words)[:MAX_WORDS]


def folded(text: str) -> str:
    """Return a text as it is compared: composed, without case, without width.

    Examples
    --------
    >>> folded("ＡＩＳ Track")
    'ais track'
    """
    return unicodedata.normalize("NFKC", text).casefold()


def search(
    house: House, seen: ColumnElement[bool], asked: str, *, agency: str = ""
) -> Sequence[FoundDataset]:
    """Return the data sets in which every word stands, the best first, recalled ones last.

    A word is found inside longer ones, so that a Korean noun is found with its particle. Of the pages
    of one data set, the one published last is meant.

    Parameters
    ----------
    house
        The node.
    seen
        Condition for what the asker may see, or could until it was withdrawn, for any of their purposes.
    asked
        Words; none means every data set.
    agency
        Only data sets that this agency holds; "" means all.
    """
    words = list(dict.fromkeys(folded(asked).split()))[:MAX_ASKED]
    told = or_(ASSETS.c.withdrawn_at.is_(None), ASSETS.c.kind == PAGE)
    found = house.assets.find(
        and_(seen, told, ASSETS.c.kind.in_(KINDS), *map(_stands, words)), withdrawn=True
    )
    hits: dict[tuple[str, str], FoundDataset] = {}
    for entry in sorted(found, key=lambda entry: entry.facts.get("published", "")):
        holder = entry.facts.get("agency", house.agency)
        name = folded(entry.name)
        hit = FoundDataset(entry, holder, sum(word in name for word in words))
        if agency in ("", holder):
            hits[holder, entry.facts.get("dataset", entry.asset.id)] = hit
    return sorted(
        hits.values(),
        key=lambda hit: (
            hit.entry.withdrawn, -hit.in_name, hit.entry.name, hit.entry.asset.id,
        ),
    )  # fmt: skip


def _stands(word: str) -> ColumnElement[bool]:
    in_words = exists().where(
        FACTS.c.asset_id == ASSETS.c.id,
        FACTS.c.name == WORDS,
        FACTS.c.value.contains(word, autoescape=True),
    )
    # A data set from before there were such facts is found by its name, written as it is.
    return or_(in_words, ASSETS.c.name.contains(word, autoescape=True))


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("@value")
    return value if isinstance(value, str) else ""
