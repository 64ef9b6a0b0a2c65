"""The desk of decisions: requests, votes and what came of them. The executor holds them all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.core.labels import Label
from dure.core.principals import Role
from dure.core.rooms import load
from dure.governance.errors import GovernanceError
from dure.governance.policy.query import Query
from dure.governance.spec import READ
from dure.node.house import NodeHouse
from dure.node.rooms import settled

WATCH = frozenset({Role.AUDITOR, Role.OPERATOR})
"""Roles that see every request: they watch the node, whatever it decides over."""


class DecisionsDesk:
    """Verbs on decisions."""

    def __init__(self, house: NodeHouse) -> None:
        self.house = house

    def list(self) -> list[dict[str, Any]]:
        """Return the requests that the principal may see, and where each stands."""
        answer = self.house.links.ask("executor", "request.list")
        return [row for row in answer["requests"] if self._may_see(row)]

    def show(self, request: str) -> dict[str, Any]:
        """Return a request in full, its digest, its votes, and the charter it is asked under.

        Raises
        ------
        GovernanceError
            ``governance.unknown`` when there is none, or none that the principal may see.
        """
        view = self.house.links.ask("executor", "request.show", id=request)["request"]
        if not self._may_see(view["request"]):
            raise GovernanceError("governance.unknown", part="request", name=request[:64])
        return {**view, "charter": self.house.charter.to_dict()}

    def evidence(self, view: Mapping[str, Any]) -> str:
        """Return the command that shows what the voters of a request decide on, or ""."""
        request = view["request"]
        action = self.house.actions.get(request["action"])
        return "" if action is None else action.evidence.format_map(request["arguments"])

    def cast(self, vote: Mapping[str, Any]) -> dict[str, Any]:
        """Hand a signed vote to the executor; return where the request stands now.

        Raises
        ------
        GovernanceError
            ``governance.vote`` with the reason.
        """
        answer = self.house.links.ask("executor", "vote.cast", vote=dict(vote))
        view: dict[str, Any] = answer["request"]
        return view

    def execute(self, request: str) -> Mapping[str, object]:
        """Have the executor perform an approved request, once, and note what came of it."""
        view = self.show(request)
        outcome = self.house.execute(view["id"])
        self._note(view, outcome)
        return outcome

    def reconcile(self, request: str) -> dict[str, Any]:
        """Settle a request whose outcome is unknown, by asking the target whether it happened.

        A request that is done is noted in the catalogue again, should a crash have kept it out.
        """
        self.house.links.need("keeper")
        view = self.show(request)
        if view["state"] not in ("done", "failed"):
            answer = self.house.links.ask("executor", "request.reconcile", id=view["id"])
            view = {**answer["request"], "charter": view["charter"]}
        if view["state"] == "done":
            self.house.settle(view["outcome"])
            self._note(view, view["outcome"])
        return {name: value for name, value in view.items() if name != "charter"}

    def _may_see(self, request: Mapping[str, Any]) -> bool:
        """Say whether a request concerns the principal: asked, to be voted on, watched, or readable."""
        house, action = self.house, self.house.actions.get(request["action"])
        voters = action.quorum.roles if action is not None and action.quorum else frozenset()
        if request["requester"] == house.principal.id or house.principal.roles & (voters | WATCH):
            return True
        source = Label.parse(request["source"], house.charter.labels)
        return any(
            house.policy.decide(
                Query(house.principal, READ.name, source, house.agency, purpose)
            ).allowed
            for purpose in house.principal.purposes
        )

    def _note(self, view: Mapping[str, Any], outcome: Mapping[str, object]) -> None:
        """Have the room that owns the action note what came of a request; twice is once."""
        if place := settled().get(view["request"]["action"]):
            load(place)(self.house, view["id"], outcome)
