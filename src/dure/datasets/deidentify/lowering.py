"""Lowering a data set's label: people read the figures and sign, the executor mints a copy.

The request names both labels, the data set's document and table by their digests, the figures of its
de-identification and the privacy record that allows it. What the executor then does: before the permit is
claimed (`evidence`) it reads document, table and record, and holds everything that was signed against them;
under the permit it has the same parts, and the same document but for the label, sealed under the target
label: the vault keeps their content once. Sealing the same content again gives the same asset: so after a
crash it is simply done to its end.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from dure.core.errors import CoreError
from dure.core.labels import Label, LabelPolicy, join_all
from dure.datasets.about.vocabularies import with_terms
from dure.datasets.catalogue import describe
from dure.datasets.corpora.document import SPANS_FILE
from dure.datasets.croissant import MEDIA_TYPE, TABLE_FILE, read_table
from dure.datasets.deidentify.figures import signed_figures
from dure.datasets.document import MAX_DOCUMENT_BYTES
from dure.datasets.images.document import FOLDER
from dure.datasets.import_ import any_purpose
from dure.datasets.parts import NAMES, NONE, Parts, described, parts_of
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.guarding import allowing_record, blocks, today
from dure.datasets.privacy.keeping import MOST_BYTES, carry_record, last_record, parse_record
from dure.datasets.sealing import DATASET, DOCUMENT_SCHEMA
from dure.datasets.spec import LOWER
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.house import House
from dure.governance.permits import Permit

_ARGUMENTS = frozenset({"dataset", *NAMES, "rows", "columns", "figures", "record"})
_FILES = {"table": TABLE_FILE, "images": FOLDER, "spans": SPANS_FILE}
NO_RECORD = "none needed"
"""What stands for the record where the node found no personal data."""


def request_lower(house: House, dataset_id: str, target: Label) -> Request:
    """Ask people to lower a data set's label.

    Parameters
    ----------
    house
        The node of the data's owner.
    dataset_id
        The data set.
    target
        The lower label; its owners are the same.

    Raises
    ------
    PrivacyError
        ``privacy.request`` when it would not be lower, ``privacy.record`` when there is
        personal data and no record allows it.
    GovernanceError
        ``governance.denied``.
    """
    dataset = house.assets.get(dataset_id).asset
    parts = parts_of(house, dataset)
    refuse_other(dataset.id, dataset.label, target)
    purpose = any_purpose(house, dataset.label)
    house.require(LOWER.name, dataset.label, purpose=purpose, owner=dataset.owner)
    record = allowing_record(house, dataset)
    if record is not None and record[1].dataset != dataset_id:
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="other")
    document = describe(house, dataset_id, purpose=purpose)
    assets = [dataset_id, *parts.there, *([record[0].id] if record else [])]
    told = read_table(document)
    arguments = {
        "dataset": dataset_id,
        **parts.named(NONE),
        "rows": told.rows,
        "columns": len(told.fields),
        "figures": _figures(document, dataset_id),
        "record": record[0].id if record else NO_RECORD,
    }
    digests = [_digest(blocks(house.open(one, purpose=purpose, run=""))) for one in assets]
    return house.propose(
        LOWER.name,
        arguments=arguments,
        assets=assets,
        source=join_all(house.assets.get(one).asset.label for one in assets),
        target=target,
        evidence=house.suite.digest("lowering", digests),
    )


def lower(house: House, request_id: str) -> Mapping[str, object]:
    """Have the executor lower a label, once, and note the new data set.

    Returns
    -------
    Mapping
        ``dataset``, ``table``, ``images`` and ``spans`` ("" for none): ids of the new assets;
        ``source``: that of the old one.

    Raises
    ------
    GovernanceError
        When the votes are not enough, or the permit can't be used.
    """
    outcome = house.execute(request_id)
    note_lowered(house, request_id, outcome)
    known = last_record(house, str(outcome["source"]))
    if known is not None:
        carry_record(house, known[1], str(outcome["dataset"]), today(house))
    return outcome


def note_lowered(house: House, request_id: str, outcome: Mapping[str, object]) -> None:
    """Note in the catalogue what the executor minted; noting twice is once."""
    source = house.assets.get(str(outcome["source"]))
    for part, file in _FILES.items():
        if outcome[part]:
            house.adopt(str(outcome[part]), file)
    name = f"{source.name[:180]} {request_id[:8]}"
    house.adopt(str(outcome["dataset"]), name, dict(source.facts))


def refuse_other(dataset_id: str, source: Label, target: Label) -> None:
    """Refuse a target that isn't lower than the source, or has other owners.

    Raises
    ------
    PrivacyError
        ``privacy.request``.
    """
    reason = ""
    if target.owners != source.owners:
        reason = "other-owner"
    elif target == source or not source.dominates(target):
        reason = "not-lower"
    if reason:
        raise PrivacyError("privacy.request", asset=dataset_id[:16], reason=reason)


class LowerLabel:
    """How the executor lowers a data set's label."""

    def evidence(self, request: Request, context: ActContext) -> str:
        """Hold what was signed against document, table and record; compute the evidence again.

        Raises
        ------
        PrivacyError
            ``privacy.request`` or ``privacy.record`` when something doesn't agree.
        """
        dataset_id, parts, record_id = _assets(request)
        content = b"".join(_bounded(context.read(dataset_id), MAX_DOCUMENT_BYTES))
        labels = context.charter.labels
        document = _document(content, dataset_id, labels)
        target = Label.parse(request.target, labels)
        refuse_other(dataset_id, Label.parse(request.source, labels), target)
        table, told = read_table(document), request.arguments
        if (told["rows"], told["columns"]) != (table.rows, len(table.fields)) or (
            told["figures"] != _figures(document, dataset_id)
        ):
            raise _refuse(dataset_id, "figures")
        found = parts.each(lambda one: _digest(context.read(one)))
        if found != described(document):
            raise _refuse(dataset_id, "document")
        digests = [f"sha256:{sha256(content).hexdigest()}", *found.there]
        if record_id:
            sealed = b"".join(_bounded(context.read(record_id), MOST_BYTES))
            _hold_record(sealed, dataset_id, context.now())
            digests.append(f"sha256:{sha256(sealed).hexdigest()}")
        return context.suite.digest("lowering", digests)

    def perform(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object]:
        """Seal the parts and the document under the target label."""
        del permit
        dataset_id, parts, _ = _assets(request)
        target = Label.parse(request.target, context.charter.labels)
        content = b"".join(_bounded(context.read(dataset_id), MAX_DOCUMENT_BYTES))
        document = _document(content, dataset_id, context.charter.labels)
        document = _under(document, target)
        about = {"label": target, "producer": LOWER.name}
        made = parts.each(lambda one: context.seal_again(one, parents=(one,), **about).id)
        dataset = context.seal(
            [json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")],
            kind=DATASET,
            media_type=MEDIA_TYPE,
            schema_id=DOCUMENT_SCHEMA,
            label=target,
            parents=(*made.there, dataset_id),
            producer=LOWER.name,
        )
        return {"dataset": dataset.id, **made.named(), "source": dataset_id}

    def happened(
        self, permit: Permit, request: Request, context: ActContext
    ) -> Mapping[str, object] | None:
        """Do it to its end: what is there already is the same again."""
        return self.perform(permit, request, context)


def _assets(request: Request) -> tuple[str, Parts, str]:
    """Return data set, parts and record; "" where there is none."""
    told = request.arguments
    if set(told) != _ARGUMENTS:
        raise _refuse("-", "assets")
    record = "" if told["record"] == NO_RECORD else str(told["record"])
    dataset, parts = str(told["dataset"]), Parts.signed(told)
    if list(request.assets) != [one for one in (dataset, *parts.there, record) if one]:
        raise _refuse("-", "assets")
    return dataset, parts, record


def _document(content: bytes, dataset_id: str, labels: LabelPolicy) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(content)
        described(document)
        _under(document, Label.parse(str(document["usageInfo"]["termCode"]), labels))
    except (CoreError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refuse(dataset_id, "document") from None
    return document


def _under(document: Mapping[str, Any], target: Label) -> dict[str, Any]:
    """Return the document with another label; what followed from the old one is made anew."""
    usage = {name: document["usageInfo"][name] for name in ("@type", "name", "inDefinedTermSet")}
    return with_terms({**document, "usageInfo": {**usage, "termCode": str(target)}}, target)


def _figures(document: Mapping[str, Any], dataset_id: str) -> dict[str, Any]:
    try:
        return signed_figures(document)
    except ValueError:
        raise _refuse(dataset_id, "document") from None


def _hold_record(content: bytes, dataset_id: str, now_s: int) -> None:
    """Hold a record against the data set and the day."""
    record = parse_record(content, dataset_id)
    today = dt.datetime.fromtimestamp(now_s, dt.UTC).date()
    if reason := record.objection(today):
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason=reason)


def _bounded(content: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for part in content:
        size += len(part)
        if size > most:
            raise _refuse("-", "document")
        yield part


def _digest(content: Iterator[bytes]) -> str:
    digest = sha256()
    for part in content:
        digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def _refuse(dataset_id: str, reason: str) -> PrivacyError:
    return PrivacyError("privacy.request", asset=dataset_id[:16], reason=reason)
