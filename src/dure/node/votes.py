"""Making a vote outside the node: the digest is computed here from what was shown, then signed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dure.core.suites import suite
from dure.core.times import write_time
from dure.governance.charter import Charter
from dure.governance.decisions import Choice, Client, Request, Vote, sign_vote
from dure.governance.errors import GovernanceError
from dure.node.files import read_file
from dure.storage.keys import read_key_file
from dure.storage.passphrases import Passphrase

__all__ = ["Choice", "make_vote", "read_view", "read_vote", "request_digest"]


def read_view(file: Path) -> dict[str, Any]:
    """Return the request and the charter of a file that ``dure decisions show --out`` wrote.

    Raises
    ------
    NodeError
        ``node.missing-file``.
    GovernanceError
        ``governance.request`` when it holds something else.
    """
    value = _read_json(file)
    if {"request", "charter"} - set(value):
        raise GovernanceError("governance.request", where="$", reason="wrong-form")
    return {"request": value["request"], "charter": value["charter"]}


def read_vote(file: Path) -> dict[str, Any]:
    """Return the vote of a file.

    Raises
    ------
    NodeError
        ``node.missing-file``.
    GovernanceError
        ``governance.request`` when it holds something else.
    """
    return Vote.from_dict(_read_json(file)).to_dict()


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(read_file(file))
    except (ValueError, RecursionError) as error:
        raise GovernanceError("governance.request", where="$", reason="wrong-form") from error
    if not isinstance(value, dict):
        raise GovernanceError("governance.request", where="$", reason="wrong-form")
    return value


def request_digest(view: Mapping[str, Any]) -> str:
    """Return the digest of a shown request, computed from its own fields.

    Raises
    ------
    GovernanceError
        ``governance.request`` when it is not a request.
    """
    return Request.from_dict(view["request"]).digest(suite(view["charter"]["suite"]))


def make_vote(
    view: Mapping[str, Any], choice: Choice, key_file: Path, passphrase: Passphrase
) -> dict[str, object]:
    """Return a signed vote on a request.

    Parameters
    ----------
    view
        The request and the charter it is asked under, as plain values.
    choice
        For or against.
    key_file
        The voter's own key file; its id names the voter.
    passphrase
        What opens it.

    Raises
    ------
    StorageError
        ``storage.passphrase``, ``storage.key-mode``, ``storage.key-file``.
    GovernanceError
        ``governance.request``, ``governance.charter``.
    """
    charter = Charter.from_dict(view["charter"])
    if Request.from_dict(view["request"]).policy != f"{charter.version}@{charter.digest()}":
        raise GovernanceError("governance.request", where="$.policy", reason="charter-changed")
    crypto = suite(charter.suite)
    key = read_key_file(key_file, passphrase)
    vote = Vote(
        request=request_digest(view),
        choice=choice,
        voter=key.id,
        key=crypto.key_id(key.public),
        client=Client.CLI,
        time=write_time(time.time()),
    )
    return sign_vote(vote, key.private, crypto).to_dict()
