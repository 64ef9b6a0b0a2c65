"""What a node knows of its host's probes: in the evidence of its runs, and asked for where it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dure.core.canonical import canonical_json
from dure.core.suites import suite
from dure.sandbox import tiers
from dure.sandbox.errors import SandboxError
from dure.sandbox.tasks import HostReport
from dure.storage.keys import PrivateKey, new_key
from dure.trials import probed
from dure.trials.errors import TrialsError
from dure.trials.probes import report
from dure.trials.probes.catalogue import CATALOGUE, Control
from dure.trials.probes.suite import ProbeOutcome

DAY_S = 86_400
MADE = 100 * DAY_S
NODE_KEY: PrivateKey = new_key("signing", "bravo", "intl", random=lambda n: bytes(range(n)))
OTHERS_KEY: PrivateKey = new_key("signing", "bravo", "intl", random=bytes)
ALL = tuple(
    ProbeOutcome(one.name, "contained", "ENOENT", Control.BARE, "worked", "x") for one in CATALOGUE
)


def signed(*outcomes: ProbeOutcome, key: PrivateKey = NODE_KEY, tier: str = "A") -> bytes:
    made = report.make_report(outcomes or ALL, HostReport(tier, 0, {}, ()), MADE)
    return canonical_json(report.sign_report(made, key))


def house(content: bytes, *, days: int = 30, age_days: float = 1) -> Any:
    member = SimpleNamespace(agency="bravo", node_signing=NODE_KEY.public.hex())
    return SimpleNamespace(
        agency="bravo",
        profile="separated",
        open_tier="A",
        suite=suite("intl"),
        charter=SimpleNamespace(members=(member,), principals=(), suite="intl"),
        host_reports=SimpleNamespace(days=days, last=lambda tier: content if tier == "A" else b""),
        now=lambda: MADE + int(age_days * DAY_S),
    )


def test_the_evidence_names_the_suite_and_the_last_report() -> None:
    told = probed.facts(house(signed()), "A")["probes"]
    assert isinstance(told, dict)
    assert told["suite"] == report.suite_digest()
    assert told["count"] == len(CATALOGUE)
    assert told["report"].startswith("sha256:")
    assert (told["made"], told["verdict"], told["escaped"]) == (
        "1970-04-11T00:00:00Z",
        "contained",
        0,
    )
    got_out = probed.facts(house(signed(replace(ALL[0], outcome="escaped"))), "A")["probes"]
    assert (got_out["verdict"], got_out["escaped"]) == ("escaped", 1)


@pytest.mark.parametrize(
    ("content", "tier"),
    [
        (b"", "A"),
        (signed(), "B"),
        (signed(tier="B"), "A"),
        (signed(key=OTHERS_KEY), "A"),
        (signed(key=replace(NODE_KEY, id="alpha")), "A"),
        (signed().replace(b'"kernel":"', b'"kernel":"0'), "A"),
        (b"{}", "A"),
    ],
    ids=["none", "other tier", "moved", "other key", "other agency", "changed", "no report"],
)
def test_what_this_nodes_key_did_not_sign_for_this_tier_is_none_of_its_own(
    content: bytes, tier: str
) -> None:
    assert probed.last_report(house(signed()), "A") is not None
    told = probed.facts(house(content), tier)["probes"]
    assert (told["report"], told["made"], told["count"]) == ("none", "", len(CATALOGUE))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: house(b""), "probes-none"),
        (lambda: house(signed(), age_days=31), "probes-old"),
        (lambda: house(signed(*ALL[:-1], replace(ALL[-1], outcome="escaped"))), "probes-verdict"),
        (lambda: house(signed(*ALL[1:])), "probes-others"),
    ],
)
def test_a_node_that_asks_for_a_recent_report_runs_nothing_above_open_without(
    change: Callable[[], Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "has_a", lambda: True)
    assert probed.tier_of(house(signed(), age_days=29), 1) == "A"
    with pytest.raises(TrialsError) as caught:
        probed.tier_of(change(), 1)
    assert (caught.value.code, caught.value.facts["reason"]) == ("trials.unproven-host", reason)
    assert probed.tier_of(change(), 0) == "A"  # Open data do without
    lax = change()
    lax.host_reports.days = 0
    assert probed.tier_of(lax, 1) == "A"  # and so does a node that asks for none


def test_a_report_of_other_probes_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    old = house(signed())
    assert probed.tier_of(old, 2) == "A"
    monkeypatch.setattr(report, "suite_digest", lambda: "sha256:other")
    with pytest.raises(TrialsError, match="very probes"):
        probed.tier_of(old, 2)


def test_no_report_lets_data_above_open_into_an_embedded_node() -> None:
    embedded = house(signed())
    embedded.profile = "embedded"
    with pytest.raises(SandboxError, match="separated"):
        probed.tier_of(embedded, 1)
