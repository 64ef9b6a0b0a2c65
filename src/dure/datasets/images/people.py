"""People in a data set of images: in what rides along with the pictures, in names of files, and in view.

Pixels are not read: no face, no plate and no writing is recognised. Whether people can be seen, a steward
states; with that, with names in the metadata, or with what the scan finds there, a privacy record is due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dure.datasets.about.vocabularies import SHOWS_PEOPLE
from dure.datasets.personal.kinds import Confidence, Kind
from dure.readers.images.facts import ImageFacts

TERM = "dure:imageMetadata"
WORKER = "dure.datasets.images.worker"
RIDERS = ("located", "named", "numbered", "commented")
"""What may ride along; fields of `dure.readers.images.facts.ImageFacts`."""


def riding(facts: Sequence[ImageFacts]) -> dict[str, Any]:
    """Return with how many images what rides along, and the kinds of personal data in it."""
    whole = [one for one in facts if not one.fault]
    counts = {name: sum(getattr(one, name) for one in whole) for name in RIDERS}
    kinds = {kind for one in whole for kind in one.personal}
    return {"images": len(whole), **counts, "personal": [str(one) for one in Kind if one in kinds]}


def with_riders(document: Mapping[str, Any], counted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document that says what rides along with its images."""
    context = {**document["@context"], TERM: {"@id": TERM, "@type": "@json"}}
    return {**document, "@context": context, TERM: dict(counted)}


def is_about_people(document: Mapping[str, Any]) -> bool:
    """Say whether a data set of images takes a privacy record, by its document."""
    counted = document.get(TERM, {})
    return bool(document.get(SHOWS_PEOPLE) or counted.get("named") or counted.get("personal"))


def personal_names(paths: Sequence[str]) -> dict[Kind, list[int]]:
    """Return the kinds of personal data in names of files, each with the numbers of the files."""
    import pyarrow as pa

    from dure.datasets.personal.scan import Scanner

    words = [path.replace("_", " ").replace("/", " ") for path in paths]
    found: dict[Kind, list[int]] = defaultdict(list)
    for hit in Scanner().scan(pa.table({"file": pa.array(words, pa.string())})):
        if hit.confidence > Confidence.LOW and hit.row not in found[hit.kind][-1:]:
            found[hit.kind].append(hit.row)
    return dict(found)
