"""The executor agrees with the model, and the model catches an executor that cheats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from dure.governance import deciding, enforcing, permits, tally
from dure.governance.decisions import PENDING, State
from dure.governance.errors import GovernanceError
from dure.governance.tally import Rulebook
from tests.governance.alliance import WriteFile
from tests.governance.model import Decisions

COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "stateful_step_count": 20,
}


def test_the_executor_agrees_with_the_model() -> None:
    examples = max(50, settings.default.max_examples // 4)
    run_state_machine_as_test(Decisions, settings=settings(max_examples=examples, **COMMON))


def ignoring(reason: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A check of votes that lets one reason pass."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        real = tally.check_vote

        def lenient(request: Any, ballot: Any, rulebook: Any) -> Any:
            try:
                return real(request, ballot, rulebook)
            except GovernanceError as error:
                if error.facts.get("reason") != reason:
                    raise
                return rulebook.charter.principal(ballot.vote.voter)

        patch.setattr(tally, "check_vote", lenient)
        patch.setattr(deciding, "check_vote", lenient)

    return mutate


def blind_to(*reasons: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A look at pending requests that misses some ends."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        real = deciding.look

        def blind(setting: Any, connection: Any, case: Any) -> Any:
            seen = real(setting, connection, case)
            return case if seen.reason in reasons and case.state in PENDING else seen

        patch.setattr(deciding, "look", blind)

    return mutate


def replay(patch: pytest.MonkeyPatch) -> None:
    real = enforcing.settle

    def forgetful(setting: Any, connection: Any, case: Any) -> Any:
        case = real(setting, connection, case)
        return case.with_state(State.APPROVED, "") if case.state is State.DONE else case

    patch.setattr(enforcing, "settle", forgetful)


def retry_unknown(patch: pytest.MonkeyPatch) -> None:
    real = enforcing.settle

    def bold(setting: Any, connection: Any, case: Any) -> Any:
        case = real(setting, connection, case)
        return case.with_state(State.APPROVED, "") if case.state is State.UNKNOWN else case

    patch.setattr(enforcing, "settle", bold)


def swapped_arguments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(enforcing, "check_permit", lambda permit, request, rulebook: None)


def quorum_of_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rulebook, "quorum", property(lambda self: replace(self.action.quorum, votes=1)))


def deaf_to_rejection(patch: pytest.MonkeyPatch) -> None:
    real = tally.count
    for module in (deciding, permits):
        patch.setattr(module, "count", lambda *args: replace(real(*args), rejected=False))


def inside_clients(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tally, "needs_outside_client", lambda request, charter: False)


def any_evidence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WriteFile, "evidence", lambda self, request, context: request.evidence)


MUTANTS = {
    "replay": replay,
    "unknown is retried": retry_unknown,
    "arguments swapped": swapped_arguments,
    "expiry ignored": blind_to("expired"),
    "charter change ignored": blind_to("charter-changed"),
    "restore ignored": blind_to("restored"),
    "quorum of one": quorum_of_one,
    "self approval": ignoring("requester"),
    "signature ignored": ignoring("signature"),
    "early vote": ignoring("early"),
    "revoked key": ignoring("key-revoked"),
    "role ignored": ignoring("role"),
    "rejection ignored": deaf_to_rejection,
    "no client outside": inside_clients,
    "evidence ignored": any_evidence,
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    # Keys and nonces are random: how long the hunt takes is chance, and what it caught may look otherwise
    # when Hypothesis shows it again (`Flaky`). It ends with the first catch.
    hunt = settings(
        max_examples=5_000,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        **COMMON,
    )
    with pytest.raises((AssertionError, GovernanceError, IntegrityError, RuntimeError, Flaky)):
        run_state_machine_as_test(Decisions, settings=hunt)
