"""How the room of transfers is plugged into a node."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.actions import Action, QuorumRule
from dure.core.principals import Role
from dure.core.rooms import RoomSpec
from dure.core.text import Text

DAY_S = 86_400

TRANSFER = Action(
    name="asset.transfer",
    title=Text("Seal an asset for another agency", "다른 기관에 보낼 자산 봉인"),
    roles=frozenset({Role.STEWARD, Role.DEVELOPER, Role.OPERATOR}),
    quorum=QuorumRule(
        votes=2,
        roles=frozenset({Role.CHECKER, Role.SECURITY_OFFICER}),
        agencies=1,
        review_s=1,
        expires_s=7 * DAY_S,
    ),
    lowers=True,
)
IMPORT = Action(
    name="bundle.import",
    title=Text("Take in what another agency sealed for us", "다른 기관이 봉인해 보낸 자산 반입"),
    roles=frozenset({Role.STEWARD, Role.OPERATOR}),
)

ROOM = RoomSpec(
    name="transfers",
    title=Text("Transfers between agencies", "기관 간 이전"),
    actions=(TRANSFER, IMPORT),
    acts=MappingProxyType({TRANSFER.name: "dure.transfers.act:SealForAgency"}),
    settled=MappingProxyType({TRANSFER.name: "dure.transfers.verbs:note_sealed"}),
    commands="dure.cli.transfers:app",
    events=frozenset(
        f"{action.name}.{phase}"
        for action in (TRANSFER, IMPORT)
        for phase in ("begun", "done", "failed")
    ),
    tables="dure.transfers.tables:METADATA",
)
