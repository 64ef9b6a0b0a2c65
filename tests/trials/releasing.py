"""Perform one release in a process of its own, so that a test can kill it in the middle.

Run as ``python -m tests.trials.releasing FOLDER``, with ``DURE_FAULT`` naming where it dies.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dure.core.suites import digest_of
from dure.governance.acts import ActContext
from dure.governance.decisions import Request
from dure.governance.permits import Permit
from dure.trials.releasing import ReleaseReport
from tests.trials.house import BRAVO, CHARTER, START, SUITE, Contents, Key


def context(folder: Path, told: list[tuple[str, str]]) -> ActContext:
    contents = Contents(BRAVO)
    contents.content = {
        name: bytes.fromhex(content)
        for name, content in json.loads((folder / "contents.json").read_text()).items()
    }

    def seal(pages: Any, **about: Any) -> Any:
        return contents.seal(pages, None, None, **about)

    return ActContext(
        agency=BRAVO,
        charter=CHARTER,
        suite=SUITE,
        directory=folder,
        sign=lambda type_, value: SUITE.sign_value(Key("bravo executor").private, type_, value),
        read=lambda asset_id: contents.read(asset_id, None, None),
        seal=seal,
        seal_again=seal,
        shred=contents.content.pop,
        release=lambda kind, digest: told.append((kind, digest)),
        proof=dict,
        now=lambda: START,
    )


def request(folder: Path) -> Request:
    return Request.from_dict(json.loads((folder / "request.json").read_text()))


def permit(asked: Request) -> Permit:
    return Permit(
        request=asked.id,
        digest=asked.digest(SUITE),
        action=asked.action,
        agency=asked.agency,
        profile="embedded",
        incarnation=asked.incarnation,
        issued=asked.created,
        expires=asked.expires,
        executor=digest_of(b"")[7:23],
        votes=(),
    )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    act, asked = ReleaseReport(), request(place)
    print(json.dumps(dict(act.perform(permit(asked), asked, context(place, [])))))
