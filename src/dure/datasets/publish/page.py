"""The page: a data set's description as its owner's executor signed it for other agencies.

A page is two things, one after the other: a line of canonical JSON, ``{"document": …, "signature":
…}``, and the Croissant document exactly as it lies in the owner's vault, whose digest the line names.
No record is in it. It has the data set's own label; nothing falls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dure.core.canonical import canonical_json, parse_canonical
from dure.core.errors import CoreError
from dure.core.labels import Label
from dure.core.suites import digest_of
from dure.datasets.croissant import read_table
from dure.datasets.publish.errors import PublishError
from dure.governance.charter import Charter

FORM = "dure/catalogue-page/v1"
SIGNED_TYPE = "catalogue-page"
MAX_CROISSANT_BYTES = 8 * 1024 * 1024
MAX_HEAD_BYTES = 64 * 1024
MAX_PAGE_BYTES = MAX_HEAD_BYTES + 1 + MAX_CROISSANT_BYTES
MAX_AGENCIES = 64

_PARTS = frozenset(
    {
        "form", "agency", "to", "dataset", "label", "croissant_digest", "request",
        "request_digest", "published",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """A page that was read and checked.

    Parameters
    ----------
    agency
        Agency that holds the data set.
    dataset
        Its id there.
    label
        Its label.
    published
        UTC time of the permit.
    croissant
        The Croissant document.
    """

    agency: str
    dataset: str
    label: Label
    published: str
    croissant: Mapping[str, Any]


def write_head(document: Mapping[str, object], signature: str) -> bytes:
    """Return the first line of a page; the Croissant document follows it."""
    return canonical_json({"document": document, "signature": signature}) + b"\n"


def read_page(data: bytes, *, agency: str, to: str, charter: Charter, suite: Any) -> CataloguePage:
    """Return a page that came from another agency, checked against the charter.

    Parameters
    ----------
    data
        The page, at most `MAX_PAGE_BYTES`.
    agency
        Agency that sent it.
    to
        Agency that reads it.
    charter
        The pinned charter.
    suite
        Its crypto suite.

    Raises
    ------
    PublishError
        ``datasets.page`` when it is not what that agency's executor signed for this one.
    CoreError
        ``core.label-text``, ``core.label-term``.
    """
    head, newline, croissant = data.partition(b"\n")
    if len(data) > MAX_PAGE_BYTES or not newline or len(head) > MAX_HEAD_BYTES:
        raise refuse(agency, "page-form")
    try:
        signed = parse_canonical(head)
    except CoreError:
        raise refuse(agency, "page-form") from None
    if not isinstance(signed, dict) or set(signed) != {"document", "signature"}:
        raise refuse(agency, "page-form")
    document, signature = signed["document"], signed["signature"]
    if not isinstance(document, dict) or set(document) != _PARTS or document["form"] != FORM:
        raise refuse(agency, "page-form")
    public = bytes.fromhex(charter.member(agency).executor)
    if document["agency"] != agency or not isinstance(signature, str):
        raise refuse(agency, "page-agency")
    if not suite.verify_value(public, SIGNED_TYPE, document, signature):
        raise refuse(agency, "page-signature")
    if not isinstance(document["to"], list) or to not in document["to"]:
        raise refuse(agency, "page-addressee")
    if document["croissant_digest"] != digest_of(croissant):
        raise refuse(agency, "page-content")
    label = Label.parse(str(document["label"]), charter.labels)
    if not label.released_to(to):
        raise refuse(agency, "page-label")
    return CataloguePage(
        agency=agency,
        dataset=str(document["dataset"]),
        label=label,
        published=str(document["published"]),
        croissant=read_croissant(croissant, agency, str(document["label"])),
    )


def read_croissant(content: bytes, agency: str, label: str) -> Mapping[str, Any]:
    """Return a Croissant document that states this agency and this label.

    Raises
    ------
    PublishError
        ``datasets.page``.
    """
    try:
        document = json.loads(content)
        read_table(document)
        stated = document["usageInfo"]["termCode"], document["publisher"]["name"]
        words = document["name"], document["description"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise refuse(agency, "page-croissant") from None
    if stated != (label, agency) or not all(isinstance(word, str) for word in words):
        raise refuse(agency, "page-croissant")
    found: Mapping[str, Any] = document
    return found


def agencies(told: object) -> Sequence[str]:
    """Return the agencies that a request names, in order and each once.

    Raises
    ------
    PublishError
        ``datasets.publish`` when it is no such list.
    """
    listed = told if isinstance(told, list | tuple) else ()
    whole = [name for name in listed if isinstance(name, str)]
    if not whole or len(whole) != len(listed) or sorted(set(whole)) != whole:
        raise PublishError("datasets.publish", reason="agencies")
    if len(whole) > MAX_AGENCIES:
        raise PublishError("datasets.publish", reason="agencies")
    return whole


def refuse(agency: str, reason: str) -> PublishError:
    """Return the error of a page that is not taken."""
    return PublishError("datasets.page", agency=agency, reason=reason)
