r"""The bundle: one file that another agency's node can verify with no connection to anybody.

::

    dure-bundle/v1\n        magic line, then length and document as `dure.exchange.framing` frames
                            them, at most 512 KiB; the document's value is the manifest
    sealed content          to the end of the file, as `dure.storage.seal` defines it, seal id as in
                            the manifest, under a random 32-byte key that this bundle alone has

The manifest is a canonical value of type ``bundle`` with exactly these members:

====================  ==========================================================================
``version``           1
``suite``             crypto suite of the alliance
``from``, ``to``      the two agencies
``request``           the request, whole: asset with its label, parents and producer, recipient,
                      digest and size of the content, source and target label (`Terms`)
``permit``            the executor's permit, with every vote it rests on
``proof``             that the transfer stands in the sender's ledger (`LedgerProof`)
``seal_id``           id of the content's seal
``wrapped_key``       hex: the content's key, wrapped to the recipient's node sealing key and bound
                      to the canonical value of type ``bundle-key`` with ``from``, ``to`` and the
                      request's digest
====================  ==========================================================================

What is transferred is said once, in the request that people signed. The signature is by the sender's
executor. The manifest is readable to whoever holds the file: between nodes a bundle travels as the
payload of an envelope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from dure.core.canonical import canonical_bytes
from dure.core.errors import CoreError
from dure.core.suites import SUITE_NAMES, suite
from dure.exchange.framing import read_frame, write_frame
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.forms import HEX, TERM, Form
from dure.governance.permits import Permit
from dure.transfers.errors import TransfersError
from dure.transfers.proof import LedgerProof

VERSION = 1
MAGIC = b"dure-bundle/v1\n"
SUFFIX = ".dure-bundle"
TYPE = "bundle"
MAX_MANIFEST_BYTES = 512 * 1024

_SEAL_ID = re.compile(r"[0-9a-f]{32}")
_form = Form("governance.request")
_MANIFEST = (
    "version", "suite", "from", "to", "request", "permit", "proof", "seal_id", "wrapped_key"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in clear, and signed, before a bundle's content; the module describes each.

    Parameters
    ----------
    suite
        Crypto suite.
    sender, to
        The two agencies.
    request, permit
        The decision.
    proof
        The ledger's part.
    seal_id
        32 hex digits.
    wrapped_key
        Hex.
    """

    suite: str
    sender: str
    to: str
    request: Request
    permit: Permit
    proof: LedgerProof
    seal_id: str
    wrapped_key: str

    def to_dict(self) -> dict[str, object]:
        """Return the canonical value that is signed."""
        return {
            "version": VERSION,
            "suite": self.suite,
            "from": self.sender,
            "to": self.to,
            "request": self.request.to_dict(),
            "permit": self.permit.to_dict(),
            "proof": self.proof.to_dict(),
            "seal_id": self.seal_id,
            "wrapped_key": self.wrapped_key,
        }

    @classmethod
    def from_dict(cls, value: Any) -> Manifest:
        """Return the manifest that a parsed canonical value holds.

        Raises
        ------
        TransfersError
            ``transfers.malformed``.
        """
        try:
            return cls._read(_form.fields(value, "$", _MANIFEST))
        except (CoreError, GovernanceError) as error:
            raise TransfersError(
                "transfers.malformed",
                where="manifest",
                at=error.facts.get("where", "$"),
                reason="other-form",
            ) from error

    @classmethod
    def _read(cls, parts: Mapping[str, Any]) -> Manifest:
        _form.number(parts["version"], "$.version", VERSION, VERSION)
        if parts["suite"] not in SUITE_NAMES:
            _form.refuse("$.suite", "unknown-term")
        return cls(
            suite=parts["suite"],
            sender=_form.text(parts["from"], "$.from", TERM),
            to=_form.text(parts["to"], "$.to", TERM),
            request=Request.from_dict(parts["request"]),
            permit=Permit.from_dict(parts["permit"]),
            proof=LedgerProof.from_dict(parts["proof"]),
            seal_id=_form.text(parts["seal_id"], "$.seal_id", _SEAL_ID),
            wrapped_key=_form.text(parts["wrapped_key"], "$.wrapped_key", HEX),
        )

    def key_info(self) -> bytes:
        """Return the bytes that the wrapped key is bound to."""
        return key_info(self.suite, self.sender, self.to, self.request)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest and its signature, well-formed; nothing else about it is known yet."""

    manifest: Manifest
    signature: str

    def to_bytes(self) -> bytes:
        """Return everything that stands before the sealed content."""
        return write_frame(MAGIC, self.manifest.to_dict(), self.signature)


def key_info(suite_name: str, sender: str, to: str, request: Request) -> bytes:
    """Return the bytes that the wrapped key of a bundle is bound to."""
    value = {"from": sender, "to": to, "request": request.digest(suite(suite_name))}
    return canonical_bytes("bundle-key", value, suite_name)


def read_manifest(stream: BinaryIO) -> SignedManifest:
    """Read the manifest at the start of a stream and leave the stream at the sealed content.

    Raises
    ------
    TransfersError
        ``transfers.malformed`` for anything but the one spelling.
    """
    value, signature = read_frame(stream, MAGIC, MAX_MANIFEST_BYTES, malformed)
    return SignedManifest(Manifest.from_dict(value), signature)


def malformed(where: str, reason: str) -> TransfersError:
    """Return the error for a file that is no bundle."""
    return TransfersError("transfers.malformed", where=where, reason=reason)
