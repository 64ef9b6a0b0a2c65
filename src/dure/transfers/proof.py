"""The ledger's part of a bundle: proof that the transfer was written down before it was made.

The executor commits the claim of a permit together with the entry ``asset.transfer.begun`` before it
acts. The bundle is made after that and before the outcome, so what it can carry, and carries, is
that entry, its position, a checkpoint of the sender's ledger of a size above that position, the
inclusion path between the two, and the salt that opens the entry's detail, which is the digest of
the request that the permit names. It proves that, when the bundle was made, the sender's executor had
put this decision under a signed head of its ledger, which it can't take out again without showing a
fork. The outcome ``asset.transfer.done``, with the bundle's digest in its detail, stands in the
ledger later; it is not in the bundle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dure.core.errors import CoreError
from dure.core.suites import Suite
from dure.core.times import read_time
from dure.governance.charter import Member
from dure.governance.errors import GovernanceError
from dure.governance.events import open_detail, read_entry
from dure.governance.forms import HANDLE, Form
from dure.governance.ledger.errors import LedgerError
from dure.governance.ledger.merkle import leaf_hash, verify_inclusion
from dure.governance.ledger.note_keys import ledger_key
from dure.governance.ledger.notes import open_checkpoint
from dure.governance.permits import Permit
from dure.transfers.errors import TransfersError
from dure.transfers.spec import TRANSFER

MAX_PATH = 64
BEGUN = f"{TRANSFER.name}.begun"

_form = Form("governance.request")
_PROOF = ("entry", "position", "path", "checkpoint", "salt")
_SALT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """Proof that an entry is in a ledger.

    Parameters
    ----------
    entry
        The entry's bytes, which are UTF-8 text.
    position
        Its position, from 0.
    path
        Inclusion path, hashes of 32 bytes, nearest the leaf first.
    checkpoint
        Signed note of a head that covers the position.
    salt
        Opens the entry's detail, 16 bytes.
    """

    entry: bytes
    position: int
    path: tuple[bytes, ...]
    checkpoint: str
    salt: bytes

    def to_dict(self) -> dict[str, object]:
        """Return the proof as plain values."""
        return {
            "entry": self.entry.decode("utf-8"),
            "position": self.position,
            "path": [step.hex() for step in self.path],
            "checkpoint": self.checkpoint,
            "salt": self.salt.hex(),
        }

    @classmethod
    def from_dict(cls, value: Any) -> LedgerProof:
        """Return the proof that plain values write.

        Raises
        ------
        GovernanceError
            ``governance.request``.
        """
        parts = _form.fields(value, "$.proof", _PROOF)
        if not isinstance(parts["entry"], str) or not isinstance(parts["checkpoint"], str):
            _form.refuse("$.proof", "wrong-type")
        path = _form.many(
            parts["path"], "$.proof.path", MAX_PATH, lambda item, at: _form.text(item, at, HANDLE)
        )
        return cls(
            entry=parts["entry"].encode("utf-8"),
            position=_form.number(parts["position"], "$.proof.position", 0, 2**53 - 1),
            path=tuple(bytes.fromhex(step) for step in path),
            checkpoint=parts["checkpoint"],
            salt=bytes.fromhex(_form.text(parts["salt"], "$.proof.salt", _SALT)),
        )


def check_proof(proof: LedgerProof, permit: Permit, sender: Member, suite: Suite) -> None:
    """Check that the beginning of this very transfer is in the sender's ledger.

    Parameters
    ----------
    proof
        What the bundle carries.
    permit
        Its permit.
    sender
        The sending member, with its ledger's origin and key.
    suite
        The charter's suite.

    Raises
    ------
    TransfersError
        ``transfers.ledger``.
    """
    try:
        key = ledger_key(sender.origin, bytes.fromhex(sender.executor), suite)
        checkpoint = open_checkpoint(proof.checkpoint, sender.origin, [key])
        entry = read_entry(proof.entry)
        written_s = read_time(entry.time)
    except (LedgerError, GovernanceError, CoreError) as error:
        raise _refuse(sender, "checkpoint") from error
    if not verify_inclusion(
        proof.position, checkpoint.size, leaf_hash(proof.entry), proof.path, checkpoint.root
    ):
        raise _refuse(sender, "not-included")
    if (entry.type, entry.decision) != (BEGUN, permit.request):
        raise _refuse(sender, "other-entry")
    if not open_detail(entry, proof.salt, "", {"digest": permit.digest}, suite):
        raise _refuse(sender, "other-request")
    if not read_time(permit.issued) <= written_s < read_time(permit.expires):
        raise _refuse(sender, "entry-time")


def _refuse(sender: Member, reason: str) -> TransfersError:
    return TransfersError("transfers.ledger", sender=sender.agency, reason=reason)
