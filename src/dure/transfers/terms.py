"""The terms of a transfer: what people sign, besides the two labels.

They are the arguments of an ``asset.transfer`` request: the asset as its owner's catalogue describes
it, the agency it goes to, and digest and size of its content, so that what the recipient opens is
compared with what people approved and with nothing less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dure.core.assets import Asset
from dure.core.errors import CoreError
from dure.core.labels import Label, LabelPolicy
from dure.core.suites import Suite
from dure.exchange.payloads import Meter
from dure.governance.charter import Charter, Member
from dure.governance.decisions import Request
from dure.governance.errors import GovernanceError
from dure.governance.forms import DIGEST, DOTTED, HANDLE, LINE, TERM, Form
from dure.transfers.errors import TransfersError

MAX_PARENTS = 512

_form = Form("governance.request")
_TERMS = ("asset", "to", "content")
_ASSET = (
    "id", "kind", "media_type", "schema_id", "label", "policy", "owner", "parents", "producer",
    "created",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """What is transferred to whom.

    Parameters
    ----------
    asset
        The asset in the sender's catalogue; its label is the request's source label.
    to
        Agency it goes to.
    digest, size
        Of its content, the size in bytes.
    """

    asset: Asset
    to: str
    digest: str
    size: int

    def to_dict(self) -> dict[str, object]:
        """Return the request's arguments."""
        return {
            "asset": self.asset.to_dict(),
            "to": self.to,
            "content": {"digest": self.digest, "size": self.size},
        }

    def evidence(self, target: str, suite: Suite) -> str:
        """Return the digest of what the voters are shown: these terms and the target label."""
        return suite.digest("transfer-evidence", {**self.to_dict(), "target": target})

    @classmethod
    def of(cls, request: Request, policy: LabelPolicy) -> Terms:
        """Return the terms that a request states.

        Parameters
        ----------
        request
            An ``asset.transfer`` request.
        policy
            Label policy of the charter it was made under.

        Raises
        ------
        TransfersError
            ``transfers.malformed`` when the arguments have another form, or contradict the request's
            assets or source label.
        """
        try:
            return _read(request, policy)
        except (CoreError, GovernanceError) as error:
            raise TransfersError(
                "transfers.malformed", where="request", reason="arguments"
            ) from error


def weigh(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Return digest and size of a content."""
    meter = Meter()
    for chunk in chunks:
        meter.add(chunk)
    return meter.digest, meter.size


def refuse_recipient(charter: Charter, agency: str, to: str, target: Label) -> Member:
    """Return the member that something goes to, or refuse it.

    Parameters
    ----------
    charter
        The pinned charter.
    agency
        The sender.
    to
        The recipient.
    target
        Label of what it gets.

    Raises
    ------
    TransfersError
        ``transfers.request`` when it is no other member, or the label is not releasable to it.
    """
    member = next((member for member in charter.members if member.agency == to), None)
    if member is None:
        raise TransfersError("transfers.request", reason="no-member")
    if to == agency:
        raise TransfersError("transfers.request", reason="ourselves")
    if not target.released_to(to):
        raise TransfersError("transfers.request", reason="not-releasable")
    return member


def _read(request: Request, policy: LabelPolicy) -> Terms:
    parts = _form.fields(request.arguments, "$.arguments", _TERMS)
    asset = _asset(_form.fields(parts["asset"], "$.asset", _ASSET), policy)
    content = _form.fields(parts["content"], "$.content", ("digest", "size"))
    if request.assets != (asset.id,) or request.source != str(asset.label):
        _form.refuse("$.assets", "other-asset")
    return Terms(
        asset=asset,
        to=_form.text(parts["to"], "$.to", TERM),
        digest=_form.text(content["digest"], "$.content.digest", DIGEST),
        size=_form.number(content["size"], "$.content.size", 0, 1 << 40),
    )


def _asset(parts: Mapping[str, object], policy: LabelPolicy) -> Asset:
    if parts["policy"] != policy.id:
        _form.refuse("$.asset.policy", "unknown-term")
    return Asset(
        id=_form.text(parts["id"], "$.asset.id", HANDLE),
        kind=_form.text(parts["kind"], "$.asset.kind", LINE),
        media_type=_form.text(parts["media_type"], "$.asset.media_type", LINE),
        schema_id=_form.text(parts["schema_id"], "$.asset.schema_id", LINE),
        label=Label.parse(_form.text(parts["label"], "$.asset.label"), policy),
        owner=_form.text(parts["owner"], "$.asset.owner", TERM),
        parents=_form.many(
            parts["parents"],
            "$.asset.parents",
            MAX_PARENTS,
            lambda item, at: _form.text(item, at, HANDLE),
        ),
        producer=_form.text(parts["producer"], "$.asset.producer", DOTTED),
        created=_form.time(parts["created"], "$.asset.created"),
    )
