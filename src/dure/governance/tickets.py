"""Tickets: permission for one run or one reader to have one asset's content, once.

The executor writes the read into the ledger and signs the ticket, so that no read goes without its
entry. The keeper checks the signature against the executor's key in the charter it pinned, takes
each ticket once, and asks the policy itself: a ticket is never the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dure.core.canonical import MAX_INTEGER
from dure.core.suites import Suite
from dure.governance.errors import GovernanceError
from dure.governance.forms import LINE, Form

TICKET_LIFE_S = 120
READING = frozenset({"content.read", "trial.run"})
"""Actions that a ticket may be for: being allowed to do something else is no leave to read."""

_TICKET = ("asset", "principal", "action", "purpose", "run", "nonce", "expires", "entry")
_form = Form("governance.request")
_TEXT = re.compile("|" + LINE.pattern)


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
        return {name: getattr(self, name) for name in _TICKET}

    @classmethod
    def from_dict(cls, value: object) -> Ticket:
        """Return the ticket of a canonical form.

        Raises
        ------
        GovernanceError
            ``governance.ticket`` when it is malformed.
        """
        try:
            return cls._read(_form.fields(value, "$", _TICKET))
        except GovernanceError as error:
            raise GovernanceError("governance.ticket", asset="-", reason="wrong-form") from error

    @classmethod
    def _read(cls, parts: Mapping[str, Any]) -> Ticket:
        def text(name: str) -> str:
            return _form.text(parts[name], f"$.{name}", _TEXT)

        return cls(
            asset=text("asset"),
            principal=text("principal"),
            action=text("action"),
            purpose=text("purpose"),
            run=text("run"),
            nonce=text("nonce"),
            expires=_form.number(parts["expires"], "$.expires", 0, MAX_INTEGER),
            entry=_form.number(parts["entry"], "$.entry", 0, MAX_INTEGER),
        )


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
