"""The act: the executor seals an approved asset for another agency, as one bundle in its folder.

The bundle is named by its request, so that it is found again. It is written under a temporary name,
synced, and renamed: that rename is the transfer's one moment. Whether it happened is then simply
whether the file is there (`SealForAgency.happened`), and its digest is declared released, so that
the executor will sign an envelope of kind ``bundle`` over it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dure.core import faults
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.exchange.header import Kind
from dure.exchange.payloads import Meter, measure
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.permits import Permit
from dure.storage.errors import files
from dure.storage.seal import ID_BYTES, KEY_BYTES, seal
from dure.storage.sealed_files import new_file, write_all
from dure.transfers.errors import TransfersError
from dure.transfers.manifest import SUFFIX, TYPE, Manifest, SignedManifest, key_info
from dure.transfers.proof import LedgerProof
from dure.transfers.terms import Terms, refuse_recipient, weigh

_REQUEST_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class SealForAgency:
    """How ``asset.transfer`` is performed.

    Parameters
    ----------
    random
        Gives that many random bytes, for the bundle's own key and seal.
    """

    random: Callable[[int], bytes] = os.urandom

    def evidence(self, request: Request, context: ActContext) -> str:
        """Compute the evidence again, digest and size from the content itself.

        Raises
        ------
        TransfersError
            ``transfers.malformed`` when the request has another form.
        """
        told = Terms.of(request, context.charter.labels)
        digest, size = weigh(context.read(told.asset.id))
        found = Terms(told.asset, told.to, digest, size)
        return found.evidence(request.target, context.suite)

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Stream the content under the permit, sealed to the recipient, into one bundle.

        Raises
        ------
        TransfersError
            ``transfers.request`` when recipient and target label do not agree,
            ``transfers.content`` when the content is not the approved one. No bundle is there then.
        StorageError
            ``storage.no-space``, ``storage.file``.
        """
        told = Terms.of(request, context.charter.labels)
        sealing = _sealing_key(told, request, context)
        seal_id, key = self.random(ID_BYTES), self.random(KEY_BYTES)
        info = key_info(context.suite.name, context.agency, told.to, request)
        manifest = Manifest(
            suite=context.suite.name,
            sender=context.agency,
            to=told.to,
            request=request,
            permit=permit,
            proof=LedgerProof.from_dict(context.proof()),
            seal_id=seal_id.hex(),
            wrapped_key=context.suite.wrap(sealing, key, info).hex(),
        )
        signed = SignedManifest(manifest, context.sign(TYPE, manifest.to_dict()))
        meter = Meter()
        content = (meter.add(chunk) for chunk in context.read(told.asset.id))
        path = _place(request, context)
        with new_file(path) as descriptor:
            with files(path):
                write_all(descriptor, signed.to_bytes())
            for block in seal(key, content, seal_id=seal_id):
                with files(path):
                    write_all(descriptor, block)
            if (meter.digest, meter.size) != (told.digest, told.size):
                raise TransfersError("transfers.content", request=request.id, sender=context.agency)
            faults.point("transfer.sealed")
        faults.point("transfer.written")
        return _outcome(path, told, context)

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Say what came of it when the bundle is there; else remove what is half-written."""
        del permit
        path = _place(request, context)
        with files(path):
            for left in path.parent.glob(f".{path.name}.*.partial"):
                left.unlink()
        if not path.exists():
            return None
        return _outcome(path, Terms.of(request, context.charter.labels), context)


def _outcome(path: Path, told: Terms, context: ActContext) -> dict[str, Any]:
    meter = measure(path)
    context.release(Kind.BUNDLE.value, meter.digest)
    faults.point("transfer.released")
    return {
        "source_asset": told.asset.id,  # not "asset": this act mints none in our own vault
        "to": told.to,
        "bundle": path.name,
        "digest": meter.digest,
        "size": meter.size,
    }


def _sealing_key(told: Terms, request: Request, context: ActContext) -> bytes:
    try:
        target = Label.parse(request.target, context.charter.labels)
    except CoreError as error:
        raise TransfersError("transfers.request", reason="unreadable-label") from error
    member = refuse_recipient(context.charter, context.agency, told.to, target)
    return bytes.fromhex(member.node_sealing)


def _place(request: Request, context: ActContext) -> Path:
    if not _REQUEST_ID.fullmatch(request.id):
        raise TransfersError("transfers.request", reason="request-id")
    return context.directory / f"{request.id}{SUFFIX}"
