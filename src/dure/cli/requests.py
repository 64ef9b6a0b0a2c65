"""A request as people read it: where it stands, exactly what is signed, who signed, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dure.cli import session
from dure.cli.fields import flat
from dure.cli.words import LANGUAGE, say

_NESTED = ("request", "votes", "permit", "outcome", "needs")


def show_request(view: Mapping[str, Any]) -> None:
    """Show a request: its fields first, then what is signed by its exact names, then the votes."""
    output = session.current.output
    if output.as_json:
        output.value(view)
        return
    told = {name: value for name, value in view.items() if name not in _NESTED}
    for part in ("reason", "missing"):
        if part in told:
            told[part] = _words(str(told[part] or ""))
    if view.get("needs"):
        told["needs"] = _needs(view["needs"])
    output.value(told)
    output.value(flat(view["request"]), say("What is signed", "서명하는 내용"), exact=True)
    output.rows(
        [one["vote"] for one in view.get("votes") or ()],
        [
            ("voter", say("who", "표결한 사람")),
            ("choice", say("choice", "표결")),
            ("time", say("time", "시각")),
            ("client", say("with", "표결에 쓴 것")),
            ("key", say("key", "키")),
        ],
        say("Votes", "표"),
        none=say("none yet.", "아직 없습니다."),
    )
    for part, title in (
        ("permit", say("Permit", "승인서")),
        ("outcome", say("Outcome", "집행 결과")),
    ):
        if view.get(part):
            inside = {name: value for name, value in view[part].items() if name != "votes"}
            output.value(flat(inside), title, exact=True)


def show_asked(view: Mapping[str, Any]) -> None:
    """Show a request that was just made, and what has to happen before the act."""
    show_request(view)
    request = view["id"]
    session.current.output.line(
        say(
            f"Now others read and sign it: dure decisions approve {request} --key KEY",
            f"이제 다른 사람들이 읽고 서명해야 합니다: dure decisions approve {request} --key KEY",
        )
    )


def _words(code: str) -> str:
    from dure.governance.refusals import REASONS

    return REASONS[code].say(LANGUAGE) if code in REASONS else code


def _needs(needs: Mapping[str, Any]) -> str:
    return say(
        "{votes} votes by {roles}, of {agencies} agencies at least, from {votes_from} on",
        "{roles} 역할의 {votes}표, 기관 {agencies}곳 이상, {votes_from}부터",
    ).format(**{**needs, "roles": ", ".join(needs["roles"])})
