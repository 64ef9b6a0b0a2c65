"""The parts of a data set: its table, and the images or the spans that it may have beside it.

What is lowered or shredded names every part in what people sign, so that none is left behind unseen; the
executor holds them against what the document itself describes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from dure.core.assets import Asset
from dure.datasets.catalogue import images_of, spans_of, table_of
from dure.datasets.corpora.document import has_spans, spans_alone
from dure.datasets.croissant import read_table
from dure.datasets.images.document import content_digest, has_images
from dure.governance.house import House

NONE = "none"
"""What stands, where people sign, for a part that a data set hasn't."""
NAMES = ("table", "images", "spans")


@dataclass(frozen=True, slots=True)
class Parts:
    """Something of each part of a data set: its id or its digest; "" for one that it hasn't."""

    table: str
    images: str = ""
    spans: str = ""

    @staticmethod
    def signed(arguments: Mapping[str, object]) -> Parts:
        """Return the parts that the arguments of a request name."""
        told = (str(arguments[name]) for name in NAMES)
        return Parts(*("" if one == NONE else one for one in told))

    @property
    def there(self) -> tuple[str, ...]:
        """Those that there are, the table first."""
        return tuple(filter(None, astuple(self)))

    def each(self, of: Callable[[str], str]) -> Parts:
        """Return what a function makes of those that there are."""
        return Parts(*(one and of(one) for one in astuple(self)))

    def named(self, none: str = "") -> dict[str, str]:
        """Return name -> what it is, with a word for none."""
        return {name: one or none for name, one in zip(NAMES, astuple(self), strict=True)}


def parts_of(house: House, dataset: Asset) -> Parts:
    """Return the ids of a data set's parts.

    Raises
    ------
    DatasetError
        ``datasets.not-dataset``; ``datasets.document`` when its table didn't come with it.
    """
    return Parts(table_of(house, dataset.id), images_of(house, dataset), spans_of(house, dataset))


def described(document: Mapping[str, Any]) -> Parts:
    """Return the digests of the parts that a document of ours describes.

    Raises
    ------
    ValueError
        When it has another form.
    """
    table = read_table(document).sha256
    images = (content_digest(document) or "-") if has_images(document) else ""
    spans = read_table(spans_alone(document)).sha256 if has_spans(document) else ""
    return Parts(table, images, spans).each("sha256:{}".format)
