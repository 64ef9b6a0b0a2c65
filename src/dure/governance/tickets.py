"""Tickets: permission for one run or one reader to have one asset's content, once.

The executor writes the read into the ledger and signs the ticket, so that no read goes without its
entry. The keeper checks the signature against the executor's key in the charter it pinned, takes
each ticket once, and asks the policy itself: a ticket is never the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dure.core.suites import Suite
from dure.governance.errors import GovernanceError

TICKET_LIFE_S = 120
READING = frozenset({"content.read", "trial.run"})
"""Actions that a ticket may be for: being allowed to do something else is no leave to read."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Permission to read one asset once.

    Parameters
    ----------
    asset
        Id of the asset.
    principal
        Who reads, or on whose behalf the run reads.
    action
        One of `READING`.
    purpose
        Purpose of the read.
    run
        The run that the content goes to, or "" for a reader.
    nonce
        32 hex digits, drawn by the executor.
    expires
        Seconds since 1970 after which the keeper refuses it.
    entry
        Index of the read's entry in the ledger.
    """

    asset: str
    principal: str
    action: str
    purpose: str
    run: str
    nonce: str
    expires: int
    entry: int

    def to_dict(self) -> dict[str, object]:
        """Return the canonical form, which is what the executor signs."""
        return {
            "asset": self.asset,
            "principal": self.principal,
            "action": self.action,
            "purpose": self.purpose,
            "run": self.run,
            "nonce": self.nonce,
            "expires": self.expires,
            "entry": self.entry,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, object]) -> Ticket:
        """Return the ticket of a canonical form.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when it is malformed.
        """
        texts = ("asset", "principal", "action", "purpose", "run", "nonce")
        numbers = ("expires", "entry")
        if set(value) != {*texts, *numbers} or not (
            all(isinstance(value[name], str) for name in texts)
            and all(type(value[name]) is int for name in numbers)
        ):
            raise GovernanceError("governance.ticket", asset="-", reason="wrong-form")
        return cls(**value)  # type: ignore[arg-type]  # every field's type was just checked


def check_ticket(
    ticket: Ticket, signature: str, *, suite: Suite, executor_public: bytes, now: int
) -> None:
    """Check that the executor signed the ticket and that it is still good.

    Raises
    ------
    GovernanceError
        ``governance.ticket`` when not.
    """
    if not suite.verify_value(executor_public, "ticket", ticket.to_dict(), signature):
        raise GovernanceError("governance.ticket", asset=ticket.asset[:16], reason="signature")
    if now >= ticket.expires:
        raise GovernanceError("governance.ticket", asset=ticket.asset[:16], reason="expired")
