"""Opening a bundle: everything is verified offline, and nothing is imported before that.

In this order: form (``transfers.malformed``), between whom (``.recipient``), the executor's
signature over the manifest (``.signature``), the decision: permit and every vote, counted again
against the charter it was made under (``.decision``), the ledger (``.ledger``), the labels
(``.label``), and the content, read to its end (``.content``). The sender's executor key is that of
the charter pinned *now*, so that a changed key is refused from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.core.suites import Suite
from dure.exchange.envelope import Unwrapper
from dure.exchange.framing import blocks
from dure.exchange.payloads import Meter
from dure.governance.charter import Charter, Member, merge_actions
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.permits import check_permit
from dure.governance.tally import Rulebook
from dure.storage.errors import StorageError, files
from dure.storage.seal import KEY_BYTES, unseal
from dure.transfers.errors import TransfersError
from dure.transfers.manifest import TYPE, Manifest, SignedManifest, read_manifest
from dure.transfers.proof import check_proof
from dure.transfers.spec import TRANSFER
from dure.transfers.terms import Terms


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle that was verified to its last byte.

    Parameters
    ----------
    manifest
        Its manifest.
    terms
        What was transferred to whom.
    label
        The target label, which the content has from here on.
    chunks
        Gives the content piece by piece, as often as it is called.
    """

    manifest: Manifest
    terms: Terms
    label: Label
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opens bundles, and what it knows.

    Parameters
    ----------
    agency
        Agency whose node this is.
    charter
        The pinned charter.
    suite
        Its suite.
    unwrap
        Opens (wrapped key, info) with the node's sealing key, as the keeper does.
    earlier
        Charters that this node had pinned before.
    """

    agency: str
    charter: Charter
    suite: Suite
    unwrap: Unwrapper
    earlier: Sequence[Charter] = ()


def open_bundle(path: Path, reader: Reader) -> Opened:
    """Verify a bundle whole.

    Parameters
    ----------
    path
        The file.
    reader
        Who opens it.

    Raises
    ------
    TransfersError
        As the module says.
    StorageError
        ``storage.file`` when the file can't be read.
    """
    with files(path), path.open("rb") as stream:
        signed = read_manifest(stream)
        start = stream.tell()
        manifest = signed.manifest
        sender = _between(manifest, reader)
        _signed(signed, sender, reader.suite)
        made_under = _decided(manifest, reader)
        check_proof(manifest.proof, manifest.permit, sender, reader.suite)
        terms, label = _labelled(manifest, made_under, reader)
        key = _key(manifest, reader)
        for _ in _content(stream, manifest, terms, key):
            pass

    def chunks() -> Iterator[bytes]:
        # Key, seal id and the digest that people signed fix the content, whatever the file is now.
        with files(path), path.open("rb") as again:
            again.seek(start)
            yield from _content(again, manifest, terms, key)

    return Opened(manifest, terms, label, chunks)


def facts(opened: Opened) -> Mapping[str, str]:
    """Return where a bundle's content came from, for the catalogue: the same for every bundle of it."""
    manifest = opened.manifest
    return {
        "transfer.from": manifest.sender,
        "transfer.asset": opened.terms.asset.id,
        "transfer.producer": opened.terms.asset.producer,
        "transfer.source": manifest.request.source,
        "content.digest": opened.terms.digest,
    }


def _between(manifest: Manifest, reader: Reader) -> Member:
    members = {member.agency: member for member in reader.charter.members}
    sender = members.get(manifest.sender)
    ours = manifest.to == reader.agency != manifest.sender
    if sender is None or not ours or manifest.suite != reader.charter.suite:
        raise TransfersError(
            "transfers.recipient", sender=manifest.sender, to=manifest.to, agency=reader.agency
        )
    return sender


def _signed(signed: SignedManifest, sender: Member, suite: Suite) -> None:
    public = bytes.fromhex(sender.executor)
    if not suite.verify_value(public, TYPE, signed.manifest.to_dict(), signed.signature):
        raise TransfersError("transfers.signature", sender=sender.agency)


def _decided(manifest: Manifest, reader: Reader) -> Charter:
    """Check the decision; return the charter it was made under."""
    request, permit = manifest.request, manifest.permit
    charter = next(
        (c for c in (reader.charter, *reader.earlier) if _names(request, c, reader.suite)), None
    )
    if charter is None:
        raise _undecided(manifest, "charter-not-pinned")
    action = merge_actions([TRANSFER], charter).get(TRANSFER.name)
    if action is None:
        raise _undecided(manifest, "charter-forbids")
    if request.action != TRANSFER.name or request.agency != manifest.sender:
        raise _undecided(manifest, "other-decision")
    try:
        check_permit(permit, request, Rulebook(charter, action, reader.suite))
    except GovernanceError as error:
        raise TransfersError(
            "transfers.decision",
            request=manifest.request.id,
            sender=manifest.sender,
            reason="decision",
            said_en=error.why_text.en.removesuffix("."),
            said_ko=error.why_text.ko.removesuffix("."),
        ) from error
    return charter


def _names(request: Request, charter: Charter, suite: Suite) -> bool:
    return request.policy == f"{charter.version}@{charter.digest(suite)}"


def _labelled(manifest: Manifest, made_under: Charter, reader: Reader) -> tuple[Terms, Label]:
    terms = Terms.of(manifest.request, made_under.labels)
    if terms.to != reader.agency or terms.asset.owner != manifest.sender:
        raise _undecided(manifest, "other-transfer")
    try:
        label = Label.parse(manifest.request.target, reader.charter.labels)
    except CoreError as error:
        raise TransfersError(
            "transfers.label", sender=manifest.sender, reason="unreadable-label"
        ) from error
    if not label.released_to(reader.agency):
        raise TransfersError(
            "transfers.label",
            sender=manifest.sender,
            reason="not-releasable",
        )
    return terms, label


def _key(manifest: Manifest, reader: Reader) -> bytes:
    try:
        key = reader.unwrap(bytes.fromhex(manifest.wrapped_key), manifest.key_info())
    except CoreError as error:
        raise _unlike(manifest) from error
    if len(key) != KEY_BYTES:
        raise _unlike(manifest)
    return key


def _content(stream: BinaryIO, manifest: Manifest, terms: Terms, key: bytes) -> Iterator[bytes]:
    meter = Meter()
    sealed = unseal(
        key, blocks(stream), where=manifest.request.id, expected=bytes.fromhex(manifest.seal_id)
    )
    while True:
        try:
            chunk = next(sealed, None)
        except StorageError as error:
            raise _unlike(manifest) from error
        if chunk is None or meter.size + len(chunk) > terms.size:
            break
        yield meter.add(chunk)
    if (meter.digest, meter.size) != (terms.digest, terms.size) or chunk is not None:
        raise _unlike(manifest)


def _undecided(manifest: Manifest, reason: str) -> TransfersError:
    return TransfersError(
        "transfers.decision",
        request=manifest.request.id,
        sender=manifest.sender,
        reason=reason,
    )


def _unlike(manifest: Manifest) -> TransfersError:
    return TransfersError("transfers.content", request=manifest.request.id, sender=manifest.sender)
