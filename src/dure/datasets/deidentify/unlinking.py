"""Shredding the root of a purpose's keys: from then on its pseudonyms can be linked by nobody.

Whoever has the root can make the pseudonym of any person again, and so find them. When nobody may any
more, people vote to destroy it. The keeper checks the permit, that the root is the one of the purpose and
generation that people read, and that no legal hold lies on anything that its keys were used on.

Source
------
Personal Information Protection Act (개인정보 보호법), article 28-4 (1): what re-identifies is kept apart
and safe; article 21: what is no longer needed is destroyed, so that it can't be restored. A backup that
was made earlier still has the root until its own keys are gone (docs/separated.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from dure.core.labels import Label
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.spec import SHRED_KEYS
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.house import House
from dure.governance.permits import Permit

_ARGUMENTS = frozenset({"purpose", "generation", "root"})


def keys(house: House, purpose: str, generation: int) -> Mapping[str, object]:
    """Return what is known of a root: on how many tables it was used, whether it is held or shredded.

    Raises
    ------
    GovernanceError
        ``governance.denied``, ``governance.keeper`` when there never was one.
    """
    house.require_here(SHRED_KEYS.name)
    return house.keeping.root(purpose, generation)


def request_shredding(house: House, purpose: str, generation: int) -> Request:
    """Ask people to shred the root of a purpose's keys.

    Raises
    ------
    PrivacyError
        ``privacy.keys`` when it is shredded already, or a legal hold lies on what it was used on.
    GovernanceError
        ``governance.denied``, ``governance.keeper`` when there never was one.
    """
    known = keys(house, purpose, generation)
    for reason in ("shredded", "held"):
        if known[reason]:
            raise PrivacyError("privacy.keys", purpose=purpose, reason=f"keys-{reason}")
    label = Label.parse(str(known["label"]), house.charter.labels)
    arguments = {"purpose": purpose, "generation": generation, "root": known["root"]}
    return house.propose(
        SHRED_KEYS.name,
        arguments=arguments,
        assets=[str(known["root"])],
        source=label,
        target=label,
        evidence=house.suite.digest("shredding-keys", arguments),
    )


class ShredKeys:
    """How the executor has a root shredded."""

    def evidence(self, request: Request, context: ActContext) -> str:
        """Hold the request to its form; the keeper knows whether the root is what it says."""
        told = request.arguments
        if set(told) != _ARGUMENTS or list(request.assets) != [told["root"]]:
            raise PrivacyError("privacy.request", asset="-", reason="assets")
        return context.suite.digest("shredding-keys", dict(told))

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Destroy the root."""
        del permit
        context.shred(request.assets[0])
        return dict(request.arguments)

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Do it to its end; None when the keeper refuses, and so has destroyed nothing."""
        try:
            return self.perform(permit, request, context)
        except GovernanceError as error:
            if error.code != "governance.permit":
                raise
            return None
