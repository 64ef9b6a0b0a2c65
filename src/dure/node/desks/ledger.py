"""The desk of the ledger."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from dure.governance.spec import EXPORT, SHOW
from dure.node.audit import verify_ledger
from dure.node.errors import NodeError
from dure.node.house import NodeHouse

EXPORTED = frozenset({"checkpoint", "key", "tile", ".writing"})
"""What lies in the folder of an export."""


class LedgerDesk:
    """Verbs on the ledger."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def head(self) -> dict[str, Any]:
        """Return size, root and signed checkpoint."""
        return self.house.links.ask("executor", "ledger.head")

    def show(self, last: int = 20) -> list[dict[str, Any]]:
        """Return the newest entries, the newest last.

        Raises
        ------
        PolicyError
            ``governance.denied``.
        """
        self.house.require_here(SHOW.name)
        answer = self.house.links.ask("executor", "ledger.entries", last=last)
        found: list[dict[str, Any]] = answer["entries"]
        return found

    def export(self, folder: str | Path) -> dict[str, Any]:
        """Write the ledger as static tiles; return the checkpoint.

        An earlier export in that folder is replaced; nothing else ever is.

        Raises
        ------
        NodeError
            ``node.home-taken`` when other files are there.
        """
        folder = Path(folder).absolute()
        if folder.exists() and not _is_export(folder):
            raise NodeError("node.home-taken", path=folder)
        self.house.require_here(EXPORT.name)
        with self.house.doing(EXPORT.name):
            fd, answer = self.house.links.draw("executor", "ledger.export")
            with os.fdopen(fd, "rb") as pipe, _replacing(folder) as partial:
                try:
                    with tarfile.open(fileobj=pipe, mode="r|") as tar:
                        _unpack(tar, partial)
                except tarfile.TarError as error:
                    raise NodeError("node.wire", reason="short") from error
                while pipe.read(1 << 20):
                    pass  # to its end: then the executor has removed its own copy
        return {"folder": str(folder), **answer["head"]}

    def verify(self, folder: str | Path, since: str | None = None) -> dict[str, object]:
        """Verify an exported ledger of this agency against the pinned charter."""
        house = self.house
        return verify_ledger(Path(folder), house.charter, house.agency, since)


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Write the plain files of a tar below ``folder``; the filters of tarfile need Python 3.11.4."""
    for member in tar:
        name = PurePosixPath(member.name)
        source = tar.extractfile(member) if member.isreg() else None
        if source is None or name.is_absolute() or ".." in name.parts:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("xb") as out:
            shutil.copyfileobj(source, out)


def _is_export(folder: Path) -> bool:
    """Say whether nothing lies there but an export: others write a file ``checkpoint`` too."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else {"not a folder"}
    return not names or "checkpoint" in names <= EXPORTED


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give a new folder that takes the place of ``folder`` when the block has ended well."""
    partial, old = (folder.with_name(f".{folder.name}.{word}") for word in ("partial", "old"))
    for left in (partial, old):
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
    finally:
        for left in (partial, old):
            shutil.rmtree(left, ignore_errors=True)
