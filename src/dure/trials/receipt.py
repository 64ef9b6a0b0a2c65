"""A released report comes home: checked, and kept under the label that people agreed on."""

from __future__ import annotations

from collections.abc import Mapping

from dure.core.assets import Asset
from dure.core.canonical import parse_canonical
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.governance.house import House
from dure.trials import records, spec
from dure.trials.definition import TELL
from dure.trials.details.resources import MORE, STEPS, are_buckets
from dure.trials.errors import TrialsError
from dure.trials.gates.passing import recheck
from dure.trials.perturbing.kinds import KINDS
from dure.trials.releasing import FORM, MOST_REPORT_BYTES, SIGNED_TYPE
from dure.trials.results import ResultForm
from dure.trials.tables import RECEIVED
from dure.trials.tasks import METRICS, TaskType

_PARTS = {
    "form", "kind", "schema_version", "algorithm", "algorithm_digest", "benchmark", "result",
    "result_digest", "evidence_digest", "agency", "profile", "to", "source", "target", "request",
    "request_digest", "released",
}  # fmt: skip
_OPTIONAL = {"resources"}
_NOTHING = dict.fromkeys(STEPS, MORE)


def read_released(house: House, payload: bytes, from_agency: str) -> Mapping[str, object]:
    """Return the document of a released report, checked against the charter.

    Parameters
    ----------
    house
        The node that received it.
    payload
        What the envelope carried.
    from_agency
        Agency that released it.

    Raises
    ------
    TrialsError
        ``trials.payload`` when it is not what that agency's executor signed for this one.
    """
    try:
        signed = parse_canonical(payload) if len(payload) <= MOST_REPORT_BYTES else None
    except CoreError:
        signed = None
    if not isinstance(signed, dict) or set(signed) != {"document", "signature"}:
        raise _refuse(from_agency, "report-form")
    document, signature = signed["document"], signed["signature"]
    if not isinstance(document, dict) or set(document) - _OPTIONAL != _PARTS:
        raise _refuse(from_agency, "report-form")
    if document["form"] != FORM or not are_buckets(document.get("resources", _NOTHING)):
        raise _refuse(from_agency, "report-form")
    public = bytes.fromhex(house.charter.member(from_agency).executor)
    if document["agency"] != from_agency or not isinstance(signature, str):
        raise _refuse(from_agency, "report-agency")
    if not house.suite.verify_value(public, SIGNED_TYPE, document, signature):
        raise _refuse(from_agency, "report-signature")
    if document["to"] != house.agency:
        raise _refuse(from_agency, "report-addressee")
    result = document["result"]
    if house.suite.digest("result", result) != document["result_digest"]:
        raise _refuse(from_agency, "report-result")
    task = result.get("task") if isinstance(result, dict) else None
    if task not in tuple(TaskType) or recheck(result, "report", _widest(TaskType(task), result)):
        raise _refuse(from_agency, "report-gates")
    return document


def receive_report(house: House, payload: bytes, from_agency: str) -> Asset:
    """Keep a released report that arrived in an envelope; receiving it again changes nothing.

    Raises
    ------
    TrialsError
        ``trials.payload``.
    CoreError
        ``core.label-text``, ``core.label-term``.
    """
    document = read_released(house, payload, from_agency)
    label = Label.parse(str(document["target"]), house.charter.labels)
    if not label.released_to(house.agency):
        raise _refuse(from_agency, "label-us")
    asset = house.seal(
        [payload],
        kind="report",
        media_type="application/json",
        schema_id=FORM,
        label=label,
        producer=spec.RELEASE,
        name=f"{document['algorithm']} on {document['benchmark']}"[:128],
    )
    row = {
        "asset_id": asset.id,
        "agency": from_agency,
        "request_id": str(document["request"]),
        "algorithm_digest": str(document["algorithm_digest"]),
    }
    records.keep(house, RECEIVED, row, "received")
    return asset


def _widest(task: TaskType, result: Mapping[str, object]) -> ResultForm:
    """Return the form with just what is there; the benchmark is the sender's."""
    figures, held, floors = (result.get(part) for part in ("figures", "held", "floors"))
    support, groups = result.get("support"), result.get("subgroups")
    counted = len(support) - 2 if isinstance(support, list) else 0
    there = {*(figures if isinstance(figures, dict) else ()), *_names(held)}
    return ResultForm(
        task,
        tuple(metric.name for metric in METRICS[task] if metric.name in there),
        tuple(sorted(floors.items())) if isinstance(floors, dict) else (),
        len(groups) if isinstance(groups, list) else counted,
        _kinds(result.get("robustness")),
        TELL,
    )


def _kinds(robustness: object) -> tuple[str, ...]:
    """Return the kinds of perturbation that there are curves of; of a sweep that failed any."""
    curves = robustness.get("curves", KINDS) if isinstance(robustness, dict) else ()
    return tuple(name for name in sorted(KINDS) if isinstance(curves, Mapping) and name in curves)


def _names(value: object) -> list[str]:
    names = value if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str)]


def _refuse(agency: str, reason: str) -> TrialsError:
    return TrialsError("trials.payload", agency=agency, reason=reason)
