"""The keeper process: ``python -m dure.node.keeper``. Nobody else unwraps keys.

It takes its passphrase from an inherited pipe, never from its arguments or environment, and leaves
no core dump. What it does is `dure.governance.keeper`; here are only the operations.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from dure.core.errors import DureError
from dure.governance.about import About
from dure.governance.charter import SignedCharter
from dure.governance.decisions import Request
from dure.governance.keeper import Keeper
from dure.governance.permits import Permit
from dure.governance.pseudonyms import MAX_ELEMENTS
from dure.governance.tickets import Ticket
from dure.node import wire
from dure.node.home import Home
from dure.node.operations import (
    Part,
    document,
    handle,
    handles,
    hex_bytes,
    line,
    lines,
    number,
    operation,
    parts,
    streaming,
)
from dure.node.process import serve
from dure.node.rooms import code_actions
from dure.node.service import Service
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
MAX_PARENTS = 1024
MAX_COLLECTED = 16_384

ABOUT = parts(
    kind=line(64),
    media_type=line(128),
    schema_id=line(128),
    label=line(),
    parents=handles(MAX_PARENTS),
    producer=line(64),
)
"""What is said of content when it is sealed: `About`, as long as the keeper's store takes."""


def basis(value: object, where: str) -> str:
    """Return an asset's id, or "" for none."""
    return "" if value == "" else handle(value, where)


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
        """Return the operations, the parts of each, and who may ask."""
        permit: dict[str, Part] = {
            "permit": document(Permit.from_dict),
            "request": document(Request.from_dict),
        }
        ticket = document(Ticket.from_dict)
        charter = document(SignedCharter.from_dict)
        both = DOOR | EXECUTOR
        return Service(
            "keeper",
            {
                "charter.pin": operation(self.pin_charter, DOOR, document=charter),
                "content.seal": streaming(self.seal, both, about=ABOUT, basis=basis),
                "content.seal-for-permit": streaming(
                    self.seal_for_permit, EXECUTOR, about=ABOUT, **permit
                ),
                "content.open": streaming(self.open, DOOR, ticket=ticket, signature=line()),
                "content.open-for-permit": streaming(
                    self.open_for_permit, EXECUTOR, asset=handle, **permit
                ),
                "content.withdraw": operation(self.withdraw, DOOR, asset=handle),
                "content.dependants": operation(self.dependants, DOOR, asset=handle),
                "content.hold": operation(self.hold, DOOR, asset=handle),
                "content.lift": operation(self.lift, DOOR, asset=handle),
                "content.holds": operation(self.holds, DOOR),
                "content.abandoned": operation(self.abandoned, DOOR),
                "content.collect": operation(self.collect, DOOR, assets=handles(MAX_COLLECTED)),
                "content.seal-again": operation(
                    self.seal_again,
                    EXECUTOR,
                    asset=handle,
                    label=line(),
                    parents=handles(MAX_PARENTS),
                    producer=line(64),
                    **permit,
                ),
                "content.shred-for-permit": operation(
                    self.shred_for_permit, EXECUTOR, asset=handle, **permit
                ),
                "content.describe": operation(self.describe, both, asset=handle),
                "key.elements": operation(
                    self.element_keys,
                    DOOR,
                    ticket=ticket,
                    signature=line(),
                    generation=number,
                    elements=lines(MAX_ELEMENTS, 512),
                ),
                "key.root": operation(self.root, DOOR, purpose=line(), generation=number),
                "key.unwrap": operation(self.unwrap, DOOR, wrapped=hex_bytes, info=hex_bytes),
                "status": operation(self.status, both),
            },
        )

    def pin_charter(self, told: dict[str, Any]) -> dict[str, Any]:
        """Pin a signed charter."""
        self.keeper.pin_charter(told["document"])
        return {"version": self.keeper.charter.version}

    def seal(self, told: dict[str, Any], fd: int) -> dict[str, Any]:
        """Seal the frames that come through the pipe."""
        return self._seal(told, fd, None, told["basis"])

    def seal_for_permit(self, told: dict[str, Any], fd: int) -> dict[str, Any]:
        """Seal the frames that come through the pipe, as a permit allows."""
        return self._seal(told, fd, (told["permit"], told["request"]))

    def open(self, told: dict[str, Any], fd: int) -> dict[str, Any]:
        """Stream an asset into the pipe, against a ticket."""
        return _stream(fd, lambda: self.keeper.open(told["ticket"], told["signature"]))

    def open_for_permit(self, told: dict[str, Any], fd: int) -> dict[str, Any]:
        """Stream an asset into the pipe, against a permit."""
        return _stream(
            fd,
            lambda: self.keeper.open_for_permit(told["permit"], told["request"], told["asset"]),
        )

    def shred_for_permit(self, told: dict[str, Any]) -> dict[str, Any]:
        """Destroy an asset's content, as a permit allows."""
        return {"gone": self.keeper.shred(told["permit"], told["request"], told["asset"])}

    def seal_again(self, told: dict[str, Any]) -> dict[str, Any]:
        """Seal an asset's content under another label, as a permit allows."""
        about = {name: told[name] for name in ("label", "parents", "producer")}
        asset = self.keeper.seal_again(told["permit"], told["request"], told["asset"], **about)
        return {"asset": asset.to_dict()}

    def element_keys(self, told: dict[str, Any]) -> dict[str, Any]:
        """Give the keys of a purpose's elements, against a ticket."""
        keys = self.keeper.element_keys(**told)
        return {"keys": [key.hex() for key in keys]}

    def root(self, told: dict[str, Any]) -> dict[str, Any]:
        """Say what is known of the root of a purpose's keys; never what it is."""
        return dict(self.keeper.roots.describe(told["purpose"], told["generation"]))

    def describe(self, told: dict[str, Any]) -> dict[str, Any]:
        """Say what an asset is; never what is in it."""
        return {"asset": self.keeper.describe(told["asset"]).to_dict()}

    def withdraw(self, told: dict[str, Any]) -> dict[str, Any]:
        """Withdraw an asset and all that was made of it."""
        reached = self.keeper.retention.withdraw(told["asset"])
        return {"assets": list(reached)}

    def dependants(self, told: dict[str, Any]) -> dict[str, Any]:
        """Name all that a withdrawal would reach."""
        return {"assets": list(self.keeper.retention.dependants(told["asset"]))}

    def hold(self, told: dict[str, Any]) -> dict[str, Any]:
        """Lay a legal hold on an asset."""
        self.keeper.retention.hold(told["asset"])
        return {}

    def lift(self, told: dict[str, Any]) -> dict[str, Any]:
        """Lift the legal hold on an asset."""
        return {"lifted": self.keeper.retention.lift(told["asset"])}

    def holds(self, _: dict[str, Any]) -> dict[str, Any]:
        """Name every legal hold."""
        return {"holds": self.keeper.retention.holds()}

    def abandoned(self, _: dict[str, Any]) -> dict[str, Any]:
        """Name what nothing refers to."""
        found = self.keeper.retention.abandoned()
        return {"assets": list(found[:MAX_COLLECTED])}

    def collect(self, told: dict[str, Any]) -> dict[str, Any]:
        """Destroy those assets that are abandoned, and what crashes left."""
        dead, garbage = self.keeper.retention.collect(told["assets"])
        return {"assets": list(dead), "drafts": garbage.drafts, "files": garbage.files}

    def unwrap(self, told: dict[str, Any]) -> dict[str, Any]:
        """Unwrap a content key that another node wrapped to this one."""
        return {"key": self.keeper.unwrap(told["wrapped"], told["info"]).hex()}

    def status(self, _: dict[str, Any]) -> dict[str, Any]:
        """Say that the keeper is there and unlocked."""
        return {"unlocked": True}

    def _seal(
        self,
        told: dict[str, Any],
        fd: int,
        permit: tuple[Permit, Request] | None,
        basis: str = "",
    ) -> dict[str, Any]:
        about = About(**told["about"])
        with os.fdopen(fd, "rb", buffering=1 << 20) as source:
            asset = self.keeper.seal(wire.read_pages(source), about, permit, basis=basis)
        return {"asset": asset.to_dict()}


def _stream(fd: int, opening: Callable[[], tuple[int, Iterator[bytes]]]) -> dict[str, Any]:
    try:
        size, chunks = opening()
    except BaseException:
        os.close(fd)
        raise
    threading.Thread(target=_pour, args=(fd, chunks), daemon=True).start()
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
