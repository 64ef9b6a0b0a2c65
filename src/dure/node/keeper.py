"""The keeper process: ``python -m dure.node.keeper``. Nobody else unwraps keys.

It takes its passphrase from an inherited pipe, never from its arguments or environment, and leaves
no core dump. What it does is `dure.governance.keeper`; here are only the operations.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from dure.core.errors import DureError
from dure.governance.charter import SignedCharter
from dure.governance.decisions import Request
from dure.governance.keeper import About, Keeper
from dure.governance.permits import Permit
from dure.governance.tickets import Ticket
from dure.node import wire
from dure.node.errors import NodeError
from dure.node.home import Home
from dure.node.process import serve
from dure.node.rooms import code_actions
from dure.node.service import Operation, Service
from dure.node.unlocking import unlock_vault
from dure.storage.database import Database, open_database
from dure.storage.errors import StorageError
from dure.storage.kek import read_kek_file
from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase
from dure.storage.vault import Vault
from dure.storage.vault.tables import VERSIONS

DOOR = frozenset({"door"})
EXECUTOR = frozenset({"executor"})


def open_keeper(home: Home, passphrase: Passphrase, clock: Any) -> Keeper:
    """Unlock the node's vault and return its keeper.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.key-mode``, ``storage.key-file``.
    """
    sealing = read_key_file(home.keeper / "sealing.key", passphrase)
    database = open_database(home.database_url("keeper"))
    vault, _ = unlock_vault(home, database, lambda file: read_kek_file(file, passphrase))
    _tidy(vault, database)
    return Keeper(
        vault=vault,
        database=database,
        sealing_private=sealing.private,
        agency=home.settings.agency,
        highest_grade=0 if home.settings.profile == "embedded" else None,
        code_actions=code_actions(),
        clock=clock,
    )


def _tidy(vault: Vault, database: Database) -> None:
    """Remove what a keeper that was killed left half sealed, unless another is sealing just now."""
    with database.read() as connection:
        half_sealed = select(VERSIONS.c.id).where(VERSIONS.c.handle.is_(None)).limit(1)
        if connection.execute(half_sealed).first() is None:
            return
    with suppress(StorageError):
        vault.collect_garbage()


class KeeperOperations:
    """What callers may ask of the keeper."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    def service(self) -> Service:
        """Return the operations and who may ask each."""
        return Service(
            "keeper",
            {
                "charter.pin": Operation(self.pin_charter, DOOR),
                "content.seal": Operation(self.seal, DOOR | EXECUTOR),
                "content.open": Operation(self.open, DOOR),
                "content.open-for-permit": Operation(self.open_for_permit, EXECUTOR),
                "content.describe": Operation(self.describe, DOOR | EXECUTOR),
                "key.unwrap": Operation(self.unwrap, DOOR),
                "status": Operation(self.status, DOOR | EXECUTOR),
            },
        )

    def pin_charter(self, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        """Pin a signed charter."""
        _close(fd)
        self.keeper.pin_charter(SignedCharter.from_dict(message["document"]))
        return {"version": self.keeper.charter.version}

    def seal(self, message: dict[str, Any], fd: int | None, caller: str) -> dict[str, Any]:
        """Seal the frames that come through the pipe."""
        permit = message.get("permit")
        if permit is not None and caller != "executor":
            _close(fd)
            raise NodeError("node.caller", process="keeper", operation="content.seal")
        with os.fdopen(_fd(fd), "rb", buffering=1 << 20) as source:
            asset = self.keeper.seal(
                wire.read_pages(source),
                About(**{**message["about"], "parents": tuple(message["about"]["parents"])}),
                None
                if permit is None
                else (Permit.from_dict(permit), Request.from_dict(message["request"])),
            )
        return {"asset": asset.to_dict()}

    def open(self, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        """Stream an asset into the pipe, against a ticket."""
        return self._stream(
            fd, lambda: self.keeper.open(Ticket.from_dict(message["ticket"]), message["signature"])
        )

    def open_for_permit(self, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        """Stream an asset into the pipe, against a permit."""
        return self._stream(
            fd,
            lambda: self.keeper.open_for_permit(
                Permit.from_dict(message["permit"]),
                Request.from_dict(message["request"]),
                message["asset"],
            ),
        )

    def describe(self, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        """Say what an asset is; never what is in it."""
        _close(fd)
        return {"asset": self.keeper.describe(message["asset"]).to_dict()}

    def unwrap(self, message: dict[str, Any], fd: int | None, _: str) -> dict[str, Any]:
        """Unwrap a content key that another node wrapped to this one."""
        _close(fd)
        key = self.keeper.unwrap(bytes.fromhex(message["wrapped"]), bytes.fromhex(message["info"]))
        return {"key": key.hex()}

    def status(self, _: dict[str, Any], fd: int | None, __: str) -> dict[str, Any]:
        """Say that the keeper is there and unlocked."""
        _close(fd)
        return {"unlocked": True}

    def _stream(self, fd: int | None, opening: Any) -> dict[str, Any]:
        out = _fd(fd)
        try:
            size, chunks = opening()
        except BaseException:
            os.close(out)
            raise
        threading.Thread(target=_pour, args=(out, chunks), daemon=True).start()
        return {"size": size}


def _pour(out: int, chunks: Iterator[bytes]) -> None:
    # A failure in mid-stream closes the pipe early; the reader knows the size and refuses.
    with os.fdopen(out, "wb", buffering=0) as pipe:
        try:
            for chunk in chunks:
                view = memoryview(chunk)
                while view:
                    view = view[pipe.write(view) :]
        except BrokenPipeError:
            return
        except DureError as error:
            sys.stderr.write(f"dure keeper: {error.code}\n")


def _fd(fd: int | None) -> int:
    if fd is None:
        raise NodeError("node.wire", reason="no-pipe")
    return fd


def _close(fd: int | None) -> None:
    if fd is not None:
        os.close(fd)


def main() -> None:
    """Run the process."""
    serve(
        "keeper",
        lambda home, passphrase, clock, _: KeeperOperations(
            open_keeper(home, passphrase, clock)
        ).service(),
    )


if __name__ == "__main__":
    main()
