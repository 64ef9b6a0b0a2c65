"""The report of probes: what it says, who vouches for it, and that nobody can change it afterwards."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dure.core.canonical import canonical_json
from dure.core.principals import Principal, PublicKey
from dure.core.suites import SEED_BYTES, SUITE_NAMES, suite
from dure.sandbox.tasks import HostReport
from dure.storage.keys import PrivateKey, new_key
from dure.trials.errors import TrialsError
from dure.trials.probes import report
from dure.trials.probes.catalogue import Control
from dure.trials.probes.suite import ProbeOutcome

HELD = ProbeOutcome("files.host-file", "contained", "ENOENT", Control.BARE, "worked", "read it")
INERT = ProbeOutcome("calls.reboot", "contained", "ENOSYS", Control.INERT, "inert", "")
OUT = replace(HELD, outcome="escaped", seen="read it")
BROKEN = replace(HELD, outcome="unprobed", seen="a defect")
HOST = HostReport("A", 0, {"memory": "control group", "secret-name": "of this host"}, ())


def made(*outcomes: ProbeOutcome) -> dict[str, Any]:
    return report.make_report(outcomes or (HELD, INERT), HOST, 1.0)


def key(name: str = "intl", who: str = "bravo.operator") -> PrivateKey:
    return new_key("signing", who, name, random=lambda n: bytes(range(n))[:SEED_BYTES])


def refused(content: bytes, charter: Any = None) -> str:
    with pytest.raises(TrialsError) as caught:
        report.verify_report(content, charter)
    assert caught.value.code == "trials.probe-report"
    return str(caught.value.facts["reason"])


@pytest.mark.parametrize(
    ("outcomes", "verdict", "shown"),
    [
        ((HELD, INERT), "contained", 1),
        ((HELD, OUT, BROKEN), "escaped", 1),
        ((INERT, BROKEN), "unprobed", 0),
    ],
)
def test_the_verdict_and_the_counts(outcomes, verdict: str, shown: int):
    told = report.make_report(outcomes, HOST, 1.0)
    assert told["verdict"] == verdict
    assert told["counts"]["probes"] == len(outcomes)
    assert told["counts"]["contained_with_control"] == shown
    assert verdict in report.VERDICTS


def test_nothing_probed_is_no_good_news():
    assert report.verdict_of([]) == "unprobed"


def test_it_says_nothing_of_the_host_but_what_is_promised():
    told = made()
    assert set(told["host"]) == {
        "kernel", "machine", "tier", "user", "memory", "python", "bubblewrap", "pyseccomp",
    }  # fmt: skip
    assert "of this host" not in json.dumps(told)
    assert report.knows_suite(told)


def test_what_an_attempt_saw_is_short_and_plain():
    told = made(replace(HELD, seen="\x1b[2J" + "x" * 500))
    assert told["probes"][0]["seen"].startswith("?[2Jxxx")
    assert len(told["probes"][0]["seen"]) == 120


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_signed_report_is_verified_in_both_its_spellings(name: str):
    signed = report.sign_report(made(), key(name))
    for content in (canonical_json(signed), json.dumps(signed, indent=2).encode()):
        assert report.verify_report(content) == signed
    assert signed["signature"]["by"] == "bravo.operator"


def test_an_unsigned_report_says_so():
    plain = report.sign_report(made(), None)
    assert report.verify_report(canonical_json(plain))["signature"] is None


CHANGES = [
    ("another kernel", lambda told: told["host"].update(kernel="6.1"), "probes-signature"),
    ("another time", lambda told: told.update(made="2026-01-01T00:00:00Z"), "probes-signature"),
    ("another suite", lambda told: told.update(suite="sha256:" + "0" * 64), "probes-signature"),
    ("a verdict", lambda told: told.update(verdict="escaped"), "probes-sum"),
    ("a count", lambda told: told["counts"].update(probes=900), "probes-sum"),
    ("an outcome", lambda told: told["probes"][0].update(outcome="escaped"), "probes-sum"),
    ("a probe twice", lambda told: told["probes"].append(told["probes"][0]), "probes-form"),
    ("no probe", lambda told: told.update(probes=[]), "probes-sum"),
    ("a field more", lambda told: told.update(note="x"), "probes-form"),
    ("no time", lambda told: told.update(made="yesterday"), "probes-form"),
    ("no host", lambda told: told.update(host={}), "probes-form"),
    ("no outcome", lambda told: told["probes"][0].update(outcome="fine"), "probes-form"),
    ("no control", lambda told: told["probes"][0].update(control="worked"), "probes-form"),
    ("another form", lambda told: told.update(form="dure/probe-report/v2"), "probes-form"),
    ("no signature field", lambda told: told.pop("signature"), "probes-form"),
    ("half a signature", lambda told: told["signature"].pop("by"), "probes-form"),
    ("an unknown suite", lambda told: told["signature"].update(suite="none"), "probes-form"),
    ("no key", lambda told: told["signature"].update(public="zz"), "probes-form"),
    ("another key id", lambda told: told["signature"].update(key="0" * 16), "probes-signature"),
    ("no hex", lambda told: told["signature"].update(value="zz"), "probes-signature"),
]


@pytest.mark.parametrize(("change", "reason"), [one[1:] for one in CHANGES], ids=lambda one: "")
def test_a_change_is_found(change, reason: str):
    signed = report.sign_report(made(), key())
    report.verify_report(canonical_json(signed))  # the positive control
    changed = json.loads(json.dumps(signed))
    change(changed)
    assert refused(canonical_json(changed)) == reason


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b"[" * 60_000, b'{"a":1.5}', b'{"a":NaN}', b'{"a":1,"a":2}'],
)
def test_what_is_no_report_is_refused(content: bytes):
    assert refused(content) == "probes-form"


NODE = SimpleNamespace(agency="bravo", node_signing=key("intl", "node").public.hex())


def charter(*enrolled: PublicKey, name: str = "intl") -> Any:
    whose = Principal("bravo.operator", "bravo", frozenset(), 0, frozenset(), frozenset(), enrolled)
    return SimpleNamespace(principals=(whose,), members=(NODE,), suite=name)


def test_a_charter_says_whose_key_it_is():
    own = key()
    crypto = suite("intl")
    enrolled = PublicKey(crypto.key_id(own.public), own.public.hex())
    signed = canonical_json(report.sign_report(made(), own))
    assert report.verify_report(signed, charter(enrolled))["verdict"] == "contained"
    assert refused(signed, charter()) == "probes-signer"
    assert refused(signed, charter(replace(enrolled, revoked=True))) == "probes-signer"
    other = canonical_json(report.sign_report(made(), replace(own, id="bravo.officer")))
    assert refused(other, charter(enrolled)) == "probes-signer"
    by_node = report.sign_report(made(), replace(own, id="bravo"))
    assert report.verify_report(canonical_json(by_node), charter())["signature"]["by"] == "bravo"
    assert refused(
        canonical_json(report.sign_report(made(), replace(own, id="alpha"))), charter()
    ) == ("probes-signer")
    plain = canonical_json(report.sign_report(made(), None))
    assert refused(plain, charter(enrolled)) == "probes-unsigned"


def test_the_digest_of_the_suite_is_that_of_its_source(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "report.py").touch()
    monkeypatch.setattr(report, "__file__", str(tmp_path / "report.py"))
    digest = report.suite_digest.__wrapped__
    empty = digest()
    assert empty == digest()
    (tmp_path / "one.py").write_text("a probe")
    assert digest() != empty
