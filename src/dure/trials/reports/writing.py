"""A page on its way to a file: whole, or not at all; and only where a page belongs."""

from __future__ import annotations

from pathlib import Path

from dure.storage.sealed_files import new_file, write_all
from dure.trials.errors import TrialsError


def check_page(file: Path) -> None:
    """Refuse a file that is no page, or would take the place of something else than an earlier page.

    Raises
    ------
    TrialsError
        ``trials.page``.
    """
    if file.suffix.lower() not in {".html", ".htm"}:
        raise TrialsError("trials.page", path=file.name, reason="not-html")
    if file.exists() and not file.is_file():
        raise TrialsError("trials.page", path=file.name, reason="EEXIST")


def write_page(file: Path, text: str) -> None:
    """Write a page that its owner alone may read.

    Raises
    ------
    StorageError
        What the disk refused; nothing is left then.
    """
    with new_file(file, mode=0o600) as descriptor:
        write_all(descriptor, text.encode("utf-8", "replace"))
