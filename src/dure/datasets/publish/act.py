"""What the executor does to publish a data set: read its description once more, sign it, write it.

The signed head of the page is named by its request. It is written under a temporary name, synced and
renamed: that rename is the publication. The digest of the whole page is declared released, so that the
executor signs an envelope of kind ``catalogue`` over it for the agencies that people agreed to. The
description itself is not written: the node has it in its vault, and nothing lies in the clear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from dure.core import faults
from dure.core.labels import Label
from dure.core.suites import digest_of
from dure.datasets.publish.errors import PublishError
from dure.datasets.publish.page import (
    FORM,
    MAX_CROISSANT_BYTES,
    SIGNED_TYPE,
    agencies,
    read_croissant,
    write_head,
)
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.permits import Permit
from dure.storage.errors import files
from dure.storage.sealed_files import new_file, write_all

PAYLOAD_KIND = "catalogue"

_REQUEST_ID = re.compile(r"[0-9a-f]{16}")


class PublishPage:
    """How ``dataset.publish`` is performed."""

    def evidence(self, request: Request, context: ActContext) -> str:
        """Compute the digest of the description again, from the vault."""
        return digest_of(_croissant(request, context))

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Sign the description for the agencies that people agreed to, and write the page."""
        croissant, to = _croissant(request, context), agencies(request.arguments.get("to"))
        label = Label.parse(request.source, context.charter.labels)
        if (
            request.source != request.target
            or request.arguments.get("dataset") != request.assets[0]
        ):
            raise PublishError("datasets.publish", reason="other-request")
        for agency in to:
            context.charter.member(agency)
            if agency == context.agency or not label.released_to(agency):
                raise PublishError("datasets.publish", reason="not-releasable", to=agency)
        read_croissant(croissant, context.agency, request.source)
        document = {
            "form": FORM,
            "agency": context.agency,
            "to": list(to),
            "dataset": request.assets[0],
            "label": request.source,
            "croissant_digest": digest_of(croissant),
            "request": request.id,
            "request_digest": permit.digest,
            "published": permit.issued,
        }
        head = write_head(document, context.sign(SIGNED_TYPE, document))
        faults.point("publish.signed")
        place = _place(request, context)
        with new_file(place) as descriptor, files(place):
            write_all(descriptor, head)
        faults.point("publish.written")
        return _outcome(place, croissant, request, context)

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Say what came of it when the page is there; else remove what is half-written."""
        del permit
        place = _place(request, context)
        with files(place):
            for left in place.parent.glob(f".{place.name}.*.partial"):
                left.unlink()
        if not place.exists():
            return None
        return _outcome(place, _croissant(request, context), request, context)


def _croissant(request: Request, context: ActContext) -> bytes:
    if len(request.assets) != 1:
        raise PublishError("datasets.publish", reason="other-request")
    content = b""
    for block in context.read(request.assets[0]):
        content += block
        if len(content) > MAX_CROISSANT_BYTES:
            raise PublishError("datasets.publish", reason="too-large")
    return content


def _outcome(
    place: Path, croissant: bytes, request: Request, context: ActContext
) -> Mapping[str, object]:
    digest = digest_of(place.read_bytes() + croissant)
    context.release(PAYLOAD_KIND, digest)
    return {"source_asset": request.assets[0], "file": place.name, "digest": digest}


def _place(request: Request, context: ActContext) -> Path:
    if not _REQUEST_ID.fullmatch(request.id):
        raise PublishError("datasets.publish", reason="other-request")
    return context.directory / f"page-{request.id}"
