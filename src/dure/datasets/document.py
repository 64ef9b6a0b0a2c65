"""Reading a Croissant document from a file of unknown origin: bounded, and held to its form."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.core.system import reason_of
from dure.datasets.croissant import DOCUMENT_FILE, Table, read_table
from dure.datasets.errors import DatasetError

MAX_DOCUMENT_BYTES = 192 * 1024 * 1024
"""More than a document of 65,536 columns with the longest names takes."""


def read_document(file: Path) -> tuple[Mapping[str, Any], Table]:
    """Return a document of ours and the table that it describes; needs no node.

    Parameters
    ----------
    file
        The document, or the folder of an export that holds it.

    Raises
    ------
    DatasetError
        ``datasets.document``.
    """
    if file.is_dir():
        file = file / DOCUMENT_FILE
    content = _content(file)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise unusable(file, "$", "not-json") from error
    if not isinstance(document, dict):
        raise unusable(file, "$", "document-form")
    try:
        return document, read_table(document)
    except ValueError as error:
        raise unusable(file, "$", "document-form") from error


def unusable(file: Path, place: str, reason: str) -> DatasetError:
    """Return the error of a document that can't be used."""
    return DatasetError("datasets.document", file=file.name, place=place, reason=reason)


def _content(file: Path) -> bytes:
    try:
        # A pipe or a device must neither block nor be read for ever.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise unusable(file, "-", "not-file")
            content = opened.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise unusable(file, "-", reason_of(error)) from error
    if len(content) > MAX_DOCUMENT_BYTES:
        raise unusable(file, "-", "too-long")
    return content
