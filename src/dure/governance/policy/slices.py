"""The slice of the world that one request is judged on: its principal, its asset, nothing else.

Whatever is not exactly of the right type is refused here, before Cedar sees it; Cedar then checks
the two entities against the schema again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from dure.core.actions import Action
from dure.core.labels import ALL, Label, LabelPolicy
from dure.core.principals import Principal
from dure.governance.policy.rules import UNKNOWN

ASSET_UID = {"type": "Asset", "id": "asset"}


def principal_uid(name: str) -> dict[str, str]:
    """Return Cedar's name of a principal."""
    return {"type": "Principal", "id": _text(name)}


def principal_entity(principal: Principal, labels: LabelPolicy) -> str:
    """Return the principal's entity as Cedar JSON.

    Raises
    ------
    ValueError
        When an attribute is malformed.
    """
    if type(principal.grade) is not int:
        raise ValueError("grade")
    return _entity(
        principal_uid(principal.id),
        {
            "agency": _text(principal.agency),
            "categories": _terms(principal.categories),
            "grade": principal.grade,
            "member": principal.agency in labels.agencies,
            "purposes": _terms(principal.purposes),
            "roles": _terms(principal.roles),
        },
    )


def asset_entity(label: Label, owner: str, withdrawn: bool) -> str:
    """Return the entity of an asset with this label as Cedar JSON.

    Raises
    ------
    ValueError
        When an attribute is malformed.
    """
    if type(withdrawn) is not bool:
        raise ValueError("withdrawn")
    to_all, serves_all = label.releasable == ALL, label.purposes == ALL
    return _entity(
        ASSET_UID,
        {
            "categories": _terms(label.categories),
            "grade": label.grade,
            "owner": _text(owner),
            "policy": label.policy.id,
            "purposes": [] if serves_all else _terms(label.purposes),
            "releasable": [] if to_all else _terms(label.releasable),
            "releasable_to_all": to_all,
            "serves_all": serves_all,
            "withdrawn": withdrawn,
        },
    )


def request_context(
    name: str,
    action: Action | None,
    labels: LabelPolicy,
    purpose: str,
    requester: str,
    falls: bool,
) -> str:
    """Return what a request says besides who, what and to which thing, as Cedar JSON.

    Parameters
    ----------
    name
        Name of the action that is asked for.
    action
        The charter's action of that name, or None when it names none.
    labels
        The charter's label policy.
    purpose, requester
        As in `Query`.
    falls
        What `Query.target_falls` says.

    Raises
    ------
    ValueError
        When an attribute is malformed.
    """
    _text(name)
    context: dict[str, object] = {
        "may_lower": action is not None and action.lowers,
        "policy": labels.id,
        "purpose": _text(purpose),
        "roles": [] if action is None else _terms(action.roles),
        "target_falls": falls,
    }
    if _text(requester):
        context["requester"] = {"__entity": principal_uid(requester)}
    return json.dumps(context)


def request(principal_id: str, action: Action | None, context: str) -> dict[str, object]:
    """Return the request as Cedar takes it, with the context that `request_context` gave."""
    return {
        "principal": principal_uid(principal_id),
        "action": {"type": "Action", "id": UNKNOWN if action is None else action.name},
        "resource": ASSET_UID,
        "context": context,
    }


def _entity(uid: Mapping[str, str], attributes: Mapping[str, object]) -> str:
    return json.dumps({"uid": uid, "attrs": attributes, "parents": []})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - every malformed attribute is one refusal
    return value


def _terms(values: object) -> list[str]:
    if not isinstance(values, frozenset):
        raise ValueError("not a set")  # noqa: TRY004
    return sorted(_text(value) for value in values)
