"""Probes and a trial inside gVisor, where there is one, whatever its age: the same result as in tier A."""

from __future__ import annotations

import pytest

from dure.sandbox import gvisor
from dure.trials import probed
from dure.trials.outcomes import OutcomeClass
from dure.trials.probes.suite import run_suite
from tests.sandbox.test_gvisor import with_clone3

if gvisor.program() is not None:

    @pytest.mark.exhaustive
    def test_nothing_escapes(monkeypatch):
        monkeypatch.setattr(gvisor, "LEAST_RELEASE", 0)
        monkeypatch.setattr(gvisor, "container_filter", with_clone3)
        found = run_suite(controls=False, tier="A+")
        assert [one for one in found if one.outcome in {"escaped", "unprobed"}] == []

    @pytest.mark.exhaustive
    def test_the_result_is_the_same(world, baseline, monkeypatch):
        monkeypatch.setattr(gvisor, "LEAST_RELEASE", 0)
        monkeypatch.setattr(gvisor, "container_filter", with_clone3)
        monkeypatch.setattr(probed, "tier_for", lambda *_: "A+")
        trial = world.trial("baseline")
        assert (trial.outcome, trial.report.evidence["tier"]) == (OutcomeClass.OK, "A+")
        assert trial.report.result_digest("intl") == baseline.report.result_digest("intl")
