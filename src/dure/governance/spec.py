"""Actions and events of governance itself, which every node has."""

from __future__ import annotations

from dure.core.actions import Action
from dure.core.principals import Role
from dure.core.rooms import RoomSpec
from dure.core.text import Text
from dure.governance.events import OPERATED

READ = Action(
    name="content.read",
    title=Text("Read an asset's content", "자산의 내용 읽기"),
    roles=frozenset(Role),
)
SEND = Action(
    name="envelope.send",
    title=Text("Send an envelope to another node", "다른 노드에 봉투 보내기"),
    roles=frozenset({Role.STEWARD, Role.DEVELOPER, Role.OPERATOR}),
)
RECEIVE = Action(
    name="envelope.receive",
    title=Text("Take in envelopes from other nodes", "다른 노드의 봉투 받기"),
    roles=frozenset({Role.STEWARD, Role.DEVELOPER, Role.OPERATOR}),
)
EXPORT = Action(
    name="ledger.export",
    title=Text("Export the ledger", "감사 기록 내보내기"),
    roles=frozenset({Role.AUDITOR, Role.OPERATOR, Role.STEWARD, Role.SECURITY_OFFICER}),
)

SHOW = Action(
    name="ledger.show",
    title=Text("Look at the ledger", "감사 기록 보기"),
    roles=frozenset(
        {Role.AUDITOR, Role.OPERATOR, Role.STEWARD, Role.SECURITY_OFFICER, Role.CHECKER}
    ),
)

ROOM = RoomSpec(
    name="governance",
    title=Text("Governance", "거버넌스"),
    actions=(READ, SEND, RECEIVE, EXPORT, SHOW),
    events=frozenset(
        {
            READ.name,
            *OPERATED,
            *(
                f"{action.name}.{phase}"
                for action in (SEND, RECEIVE, EXPORT)
                for phase in ("begun", "done", "failed")
            ),
        }
    ),
    tables="dure.governance.jobs.tables:METADATA",
)
