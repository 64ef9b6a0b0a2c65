"""The executor's link to the keeper, through which acts read and seal content."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dure.core.assets import Asset
from dure.core.labels import Label
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.permits import Permit
from dure.node import wire


class KeeperLink:
    """The keeper, as acts see it: everything goes under a permit, and the keeper checks that permit.

    Parameters
    ----------
    connect
        Connects to the keeper; called when first needed, and again after the keeper has gone.
    """

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect
        self._held: socket.socket | None = None
        self._lock = threading.RLock()

    def read(self, asset_id: str, permit: Permit, request: Request) -> Iterator[bytes]:
        """Stream an asset's content under a permit; a short stream is an error."""
        message = {
            "op": "content.open-for-permit",
            "asset": asset_id,
            "permit": permit.to_dict(),
            "request": request.to_dict(),
        }
        with self._channel() as channel:
            fd, answer = wire.draw(channel, message)
        left = int(answer["size"])
        with os.fdopen(fd, "rb") as pipe:
            while chunk := pipe.read(1 << 20):
                left -= len(chunk)
                yield chunk
        if left != 0:
            raise GovernanceError("governance.ticket", asset=asset_id[:16], reason="short")

    def shred(self, asset_id: str, permit: Permit, request: Request) -> bool:
        """Have the keeper destroy an asset's content under a permit; say whether it is gone."""
        message = {
            "op": "content.shred-for-permit",
            "asset": asset_id,
            "permit": permit.to_dict(),
            "request": request.to_dict(),
        }
        with self._channel() as channel:
            return bool(wire.call(channel, message)["gone"])

    def seal_again(self, asset_id: str, permit: Permit, request: Request, **about: Any) -> Asset:
        """Have the keeper seal an asset's content under another label."""
        label: Label = about["label"]
        message = {
            "op": "content.seal-again",
            "asset": asset_id,
            "label": str(label),
            "parents": list(about["parents"]),
            "producer": about["producer"],
            "permit": permit.to_dict(),
            "request": request.to_dict(),
        }
        with self._channel() as channel:
            return _asset(wire.call(channel, message)["asset"], label)

    def seal(self, pages: Iterable[bytes], permit: Permit, request: Request, **about: Any) -> Asset:
        """Have the keeper seal what an act mints."""
        label: Label = about["label"]
        told = {
            "kind": about["kind"],
            "media_type": about["media_type"],
            "schema_id": about["schema_id"],
            "label": str(label),
            "parents": list(about.get("parents", ())),
            "producer": about["producer"],
        }
        message = {
            "op": "content.seal-for-permit",
            "about": told,
            "permit": permit.to_dict(),
            "request": request.to_dict(),
        }
        with self._channel() as channel:
            value = wire.pour(channel, message, pages)["asset"]
        return _asset(value, label)

    @contextmanager
    def _channel(self) -> Iterator[socket.socket]:
        with self._lock:
            if self._held is None or wire.has_closed(self._held):
                self._held = self._connect()
            yield self._held


def _asset(value: dict[str, Any], label: Label) -> Asset:
    plain = {name: item for name, item in value.items() if name != "policy"}
    return Asset(**{**plain, "label": label, "parents": tuple(value["parents"])})
