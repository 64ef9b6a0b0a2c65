"""Import what others described: a Croissant document, and the files that lie beside it.

First the document is held against its files, as ``verify`` does: digests, columns, types and number of
rows. Then the files stream into the sandbox, are held to the digests that were measured, and come back as
one table. What the document says of the set and of its columns is carried into ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dure.core.assets import Asset
from dure.datasets.about.statement import EMPTY, Statement
from dure.datasets.others.delivery import Delivery
from dure.datasets.others.telling import told_by
from dure.datasets.verify.documents import read_both
from dure.datasets.verify.folders import hold, read_file, verify_part
from dure.governance.house import House

if TYPE_CHECKING:
    pass

_SIGN = b"mlcommons.org/croissant/"
_LOOKED_AT_BYTES = 1 << 20


def is_document(source: Path) -> bool:
    """Say whether a file calls itself a Croissant document; nothing is parsed.

    A table of JSON that says the same is imported with ``--kind json``.
    """
    if source.suffix.lower() not in (".json", ".jsonld") or not source.is_file():
        return False
    try:
        with source.open("rb") as file:
            return _SIGN in file.read(_LOOKED_AT_BYTES)
    except OSError:
        return False  # whoever reads it says why it can't be read


def look_at(source: Path, records: str = "") -> Delivery:
    """Return what a document of others delivers, held against its files.

    Parameters
    ----------
    source
        The document, or the folder that it lies in.
    records
        Name of the record set; "" where there is one alone.

    Raises
    ------
    DatasetError
        ``datasets.document`` with what can't be imported, ``datasets.changed`` where files are not as
        the document says.
    ReaderError
        ``readers.source``.
    SandboxError
        When this host can't provide the sandbox.
    """
    from dure.datasets.others.choosing import choose

    content, file = read_file(source)
    said, document = read_both(content, file.name)
    chosen, told = choose(said, file, records), told_by(document)
    report = verify_part(content, file, chosen.said)
    hold(report, file.name)
    return Delivery(
        name=told.name or chosen.name,
        folder=file.parent,
        plan=chosen.plan,
        digests=cast("Mapping[str, str]", report.evidence["files"]),
        told=told,
        descriptions=chosen.descriptions,
        digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
    )


def import_document(
    house: House,
    source: Path,
    *,
    records: str = "",
    name: str = "",
    description: str = "",
    licence: str = "",
    statement: Statement = EMPTY,
    **more: Any,
) -> Asset:
    """Import what a Croissant document of others describes as a data set of this agency.

    Parameters
    ----------
    house
        The node.
    source
        The document, or the folder that it lies in.
    records
        Name of the record set; "" where there is one alone.
    name, description, licence
        In place of the document's own.
    statement
        What else the steward states; before the document's own words.
    **more
        As `dure.datasets.import_.import_` takes it.

    Raises
    ------
    DatasetError, ReaderError, SandboxError
        As `look_at`, and as `dure.datasets.import_.import_`.
    """
    from dure.datasets.import_ import import_

    delivery = look_at(source, records)
    told = delivery.told
    return import_(
        house,
        delivery,
        name=name or statement.name or told.name,
        description=description or statement.description or told.description,
        licence=licence or statement.licence or told.licence,
        statement=statement,
        **more,
    )
