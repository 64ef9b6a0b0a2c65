"""An act under way, and the walls around it: what it may read, seal, sign and release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dure.core.assets import Asset
from dure.core.labels import Label
from dure.governance.acts import Act, ActContext
from dure.governance.charter import Charter
from dure.governance.docket import Case
from dure.governance.errors import GovernanceError
from dure.governance.forms import DIGEST, TERM, Form
from dure.governance.ledger.log import Appended
from dure.governance.permits import Permit
from dure.governance.setting import Setting
from dure.governance.tally import read_label

MAX_OUTCOME_BYTES = 48 * 1024
RESERVED_TYPES = frozenset({"charter", "envelope", "permit", "request", "ticket", "vote"})
"""Types that are the executor's own word; an act signs others."""

_form = Form("governance.request")


@dataclass(slots=True)
class Enactment:
    """One act under way.

    Parameters
    ----------
    setting
        The executor's parts.
    case, permit
        The request, and the permit it runs under.
    act
        Who performs it.
    charter
        The pinned charter.
    released
        What it has declared released: (kind of envelope, digest).
    begun
        Where its ``begun`` entry stands in the ledger; None until the permit is claimed.
    """

    setting: Setting
    case: Case
    permit: Permit
    act: Act
    charter: Charter
    released: list[tuple[str, str]] = field(default_factory=list)
    begun: Appended | None = None

    @property
    def context(self) -> ActContext:
        """What the act is handed."""
        setting = self.setting
        return ActContext(
            agency=setting.agency,
            charter=self.charter,
            suite=setting.suite,
            directory=setting.directory,
            sign=self._sign,
            read=self._read,
            seal=self._seal,
            seal_again=self._seal_again,
            shred=self._shred,
            release=self._release,
            proof=self._proof,
            now=setting.clock,
        )

    def perform(self) -> Mapping[str, object]:
        """Have the act performed; return its outcome, checked for its form."""
        return self._plain(self.act.perform(self.permit, self.case.request, self.context))

    def happened(self) -> Mapping[str, object] | None:
        """Ask the act whether it happened; what it declared released counts from here on."""
        self.released.clear()
        outcome = self.act.happened(self.permit, self.case.request, self.context)
        return None if outcome is None else self._plain(outcome)

    def _plain(self, outcome: object) -> Mapping[str, object]:
        return _form.plain(outcome, "$.outcome", MAX_OUTCOME_BYTES)

    def _sign(self, type_: str, value: object) -> str:
        if type_ in RESERVED_TYPES:
            raise GovernanceError("governance.event", type=type_[:64], reason="reserved-type")
        return self.setting.sign(type_, value)

    def _read(self, asset_id: str) -> Iterator[bytes]:
        self._refuse_other(asset_id)
        return self.setting.keeper.read(asset_id, self.permit, self.case.request)

    def _seal(self, pages: Iterable[bytes], **about: Any) -> Asset:
        self._refuse_lower(about["label"])
        return self.setting.keeper.seal(pages, self.permit, self.case.request, **about)

    def _seal_again(self, asset_id: str, **about: Any) -> Asset:
        self._refuse_other(asset_id)
        self._refuse_lower(about["label"])
        return self.setting.keeper.seal_again(asset_id, self.permit, self.case.request, **about)

    def _shred(self, asset_id: str) -> bool:
        self._refuse_other(asset_id)
        return self.setting.keeper.shred(asset_id, self.permit, self.case.request)

    def _refuse_lower(self, label: Label) -> None:
        if not label.dominates(read_label(self.case.request, "target", self.charter)):
            raise GovernanceError("governance.label-falls")

    def _refuse_other(self, asset_id: str) -> None:
        request = self.case.request
        if asset_id not in request.assets:
            raise GovernanceError("governance.permit", request=request.id, reason="other-asset")

    def _proof(self) -> Mapping[str, object]:
        if self.begun is None:
            raise GovernanceError(
                "governance.permit", request=self.case.request.id, reason="not-approved"
            )
        journal, begun = self.setting.journal, self.begun
        salt, _, _ = journal.opening(begun.first)
        return {
            "entry": journal.ledger.entry(begun.first).decode("utf-8"),
            "position": begun.first,
            "path": [step.hex() for step in journal.ledger.inclusion(begun.first, begun.size)],
            "checkpoint": begun.note,
            "salt": salt.hex(),
        }

    def _release(self, kind: str, digest: str) -> None:
        _form.text(kind, "$.release.kind", TERM)
        self.released.append((kind, _form.text(digest, "$.release.digest", DIGEST)))
