"""What the executor does to release a report: check it once more, sign what may leave, write it.

The act reads the sealed report under the permit, recomputes the evidence, puts the result through
the gates again, and writes one signed document into the executor's own folder. That rename is the
release; sealing the document as an asset with the target label follows, and is repeated with the
same outcome when a crash came between the two.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from dure.core import faults
from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.core.suites import digest_of
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.permits import Permit
from dure.trials import spec
from dure.trials.details.resources import are_buckets
from dure.trials.errors import TrialsError
from dure.trials.gates.passing import recheck
from dure.trials.perturbing.kinds import KINDS
from dure.trials.results import ResultForm
from dure.trials.tasks import TaskType

PAYLOAD_KIND = "report"
FORM = "dure/released-report/v1"
SIGNED_TYPE = "released-report"
MOST_REPORT_BYTES = 1024 * 1024

_REQUEST_ID = re.compile(r"[0-9a-f]{16}")
_NAMED = {
    # What a released report tells besides its result: names, too short to hold anything else.
    "algorithm_name": re.compile(r"[a-z0-9][a-z0-9._-]{0,62} [0-9A-Za-z][0-9A-Za-z.+-]{0,31}"),
    "algorithm_digest": re.compile(r"sha256:[0-9a-f]{64}"),
    "benchmark_name": re.compile(r"[a-z0-9][a-z0-9._-]{0,62}"),
}


def read_report(data: bytes) -> Mapping[str, object]:
    """Return a sealed report's content, checked for its form.

    Raises
    ------
    TrialsError
        ``trials.not-releasable``.
    """
    try:
        report = parse_canonical(data)
    except CoreError:
        raise _refuse("not-canonical") from None
    parts = {"kind", "schema_version", "result", "evidence", "findings"}
    if not isinstance(report, dict) or set(report) != parts or report["kind"] != "trial":
        raise _refuse("sealed-form")
    if not isinstance(report["evidence"], dict) or not isinstance(report["result"], dict):
        raise _refuse("sealed-form")
    return report


def form_of(evidence: Mapping[str, object]) -> ResultForm:
    """Return the form that a report's result must have, from its evidence.

    Raises
    ------
    TrialsError
        ``trials.not-releasable``.
    """
    task, metrics = evidence.get("task"), evidence.get("metrics")
    floors, subgroups = evidence.get("floors", {}), evidence.get("subgroups", 0)
    if task not in tuple(TaskType) or not isinstance(metrics, list):
        raise _refuse("no-task")
    if not isinstance(floors, dict) or type(subgroups) is not int:
        raise _refuse("no-task")
    demanded = tuple(sorted((str(name), str(floor)) for name, floor in floors.items()))
    robust, tell = evidence.get("robust", []), evidence.get("tell", [])
    if not isinstance(robust, list) or not isinstance(tell, list):
        raise _refuse("no-task")
    if not all(isinstance(name, str) and name in KINDS for name in robust):
        raise _refuse("no-task")
    return ResultForm(
        TaskType(str(task)),
        tuple(map(str, metrics)),
        demanded,
        subgroups,
        tuple(robust),
        tuple(map(str, tell)),
    )


class ReleaseReport:
    """How the executor releases the report of a trial."""

    def evidence(self, request: Request, context: ActContext) -> str:
        """Compute the request's evidence digest again, from the sealed report."""
        report = read_report(_sealed(request, context))
        return context.suite.digest("report", report)

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Check the sealed report once more, sign what may leave of it, and write it down."""
        report = read_report(_sealed(request, context))
        document = _document(report, permit, request, context)
        signed = {"document": document, "signature": context.sign(SIGNED_TYPE, document)}
        faults.point("release.signed")
        _write(_place(request, context), canonical_json(signed))
        faults.point("release.written")
        return _mint(request, context)

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Say what came of it when the released document is there, and None when it is not."""
        del permit
        place = _place(request, context)
        with contextlib.suppress(FileNotFoundError):
            _draft(place).unlink()
        return _mint(request, context) if place.exists() else None


def _sealed(request: Request, context: ActContext) -> bytes:
    if len(request.assets) != 1 or request.arguments.get("report") != request.assets[0]:
        raise _refuse("one-report")
    data = b""
    for block in context.read(request.assets[0]):
        data += block
        if len(data) > MOST_REPORT_BYTES:
            raise _refuse("sealed-size")
    return data


def _document(
    report: Mapping[str, object], permit: Permit, request: Request, context: ActContext
) -> dict[str, object]:
    result, evidence = report["result"], report["evidence"]
    assert isinstance(result, dict)  # noqa: S101 (read_report checked it)
    assert isinstance(evidence, dict)  # noqa: S101
    findings = recheck(result, request.assets[0], form_of(evidence))
    if findings:
        raise _refuse("gate", gate=findings[0].code)
    named = {part: str(evidence.get(part)) for part in _NAMED}
    if report["schema_version"] != 1 or not all(_NAMED[p].fullmatch(n) for p, n in named.items()):
        raise _refuse("sealed-form")
    result_digest = context.suite.digest("result", result)
    evidence_digest = context.suite.digest("evidence", evidence)
    told = request.arguments
    if (told["result"], told["evidence"]) != (result_digest, evidence_digest):
        raise _refuse("other-digests")
    if told["outcome"] != result["outcome"]:
        raise _refuse("other-outcome")
    target = Label.parse(request.target, context.charter.labels)
    if not target.released_to(str(told["to"])):
        raise _refuse("target-agency", to=told["to"])
    return {
        "form": FORM,
        "kind": "trial",
        "schema_version": 1,
        "algorithm": named["algorithm_name"],
        "algorithm_digest": named["algorithm_digest"],
        "benchmark": named["benchmark_name"],
        "result": result,
        **_resources(evidence),
        "result_digest": result_digest,
        "evidence_digest": evidence_digest,
        "agency": context.agency,
        "profile": permit.profile,
        "to": told["to"],
        "source": request.source,
        "target": request.target,
        "request": request.id,
        "request_digest": permit.digest,
        "released": permit.issued,
    }


def _resources(evidence: Mapping[str, object]) -> dict[str, object]:
    """Return the buckets of what the run used, if they are to be told."""
    if "resources" not in evidence:
        return {}
    tell, used = evidence.get("tell"), evidence["resources"]
    if not isinstance(tell, list) or "resources" not in tell or not are_buckets(used):
        raise _refuse("sealed-form")
    return {"resources": used}


def _mint(request: Request, context: ActContext) -> Mapping[str, object]:
    place = _place(request, context)
    data = place.read_bytes()
    asset = context.seal(
        [data],
        kind="report",
        media_type="application/json",
        schema_id=FORM,
        label=Label.parse(request.target, context.charter.labels),
        parents=request.assets,
        producer=spec.RELEASE,
        name=f"released report {request.id[:8]}",
    )
    digest = digest_of(data)
    context.release(PAYLOAD_KIND, digest)
    return {"asset": asset.id, "file": place.name, "digest": digest}


def _place(request: Request, context: ActContext) -> Path:
    if not _REQUEST_ID.fullmatch(request.id):
        raise _refuse("request-id")
    return context.directory / f"report-{request.id}.json"


def _draft(place: Path) -> Path:
    return place.with_suffix(".part")


def _write(place: Path, data: bytes) -> None:
    draft = _draft(place)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    faults.point("release.drafted")
    draft.replace(place)
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse(reason: str, **facts: object) -> TrialsError:
    return TrialsError("trials.not-releasable", reason=reason, **facts)
