"""kill -9 at every step of sealing a bundle and of taking one in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from dure.core.suites import digest_of
from dure.governance.decisions import State
from dure.transfers import verbs
from dure.transfers.opening import Reader, open_bundle
from dure.transfers.tables import IMPORTS
from tests.transfers.world import TARGET, Node, nodes

ROOT = Path(__file__).parents[2]
CONTENT = b"ships and harbours\n" * 50

SEAL = """
import sys
from pathlib import Path
from tests.exchange.alliance import Clock
from tests.transfers.world import Node
from dure.transfers import verbs
clock = Clock()
clock.now_s = int(sys.argv[3])
verbs.seal(Node(Path(sys.argv[1]), "coast", "coast.steward", clock), sys.argv[2])
"""

OPEN = """
import sys
from pathlib import Path
from tests.exchange.alliance import Clock
from tests.transfers.world import Node
from dure.transfers import verbs
navy = Node(Path(sys.argv[1]), "navy", "navy.steward", Clock())
verbs.open(navy, Path(sys.argv[2]), navy.keeper.unwrap)
"""


def run(script: str, *arguments: object, fault: str = "") -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DURE_FAULT": fault}
    ended = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == (-signal.SIGKILL if fault else 0), ended.stderr


def asked(root: Path) -> tuple[Node, Node, str]:
    coast, navy = nodes(root)
    asset = coast.import_(CONTENT)
    request = verbs.request(coast, asset.id, "navy", coast.label(TARGET))
    coast.approve(request)
    return coast, navy, request.id


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        ("permit.claiming", None),
        ("permit.claimed", False),
        ("transfer.sealed", False),
        ("file.written", False),
        ("file.renamed", True),
        ("transfer.written", True),
        ("transfer.released", True),
        ("act.performed", True),
        ("outcome.recording", True),
        ("outcome.recorded", True),
    ],
)
def test_killed_while_sealing_it_happened_once_or_not_at_all(
    tmp_path: Path, fault: str, made: bool | None
) -> None:
    coast, navy, request_id = asked(tmp_path)
    run(SEAL, coast.root, request_id, coast.clock(), fault=fault)
    coast = Node(coast.root, "coast", "coast.steward", coast.clock)
    bundle = coast.releases / f"{request_id}.dure-bundle"
    assert bundle.exists() == bool(made)
    before = bundle.read_bytes() if made else b""
    coast.executor.recover()
    case = coast.executor.case(request_id)
    if made is None:  # the claim was never made: it may still be done, once
        assert case.state is State.APPROVED
        verbs.seal(coast, request_id)
        before = bundle.read_bytes()
    elif case.state is State.UNKNOWN:
        case = coast.executor.reconcile(request_id)
        assert case.state is (State.DONE if made else State.FAILED)
        if made:
            verbs.note_sealed(coast, request_id, case.outcome or {})
    listed = [path.name for path in coast.releases.iterdir()]
    digest = digest_of(before)
    if made is False:
        assert listed == []
        assert coast.executor.released("bundle", digest) is None
        return
    assert listed == [bundle.name]
    assert bundle.read_bytes() == before
    assert coast.executor.released("bundle", digest) == request_id
    reader = Reader("navy", navy.charter, navy.suite, navy.keeper.unwrap)
    assert b"".join(open_bundle(bundle, reader).chunks()) == CONTENT


@pytest.mark.parametrize(
    "fault", ["keeper.sealed", "keeper.remembered", "assets.recorded", "database.committing:2"]
)
def test_killed_while_opening_it_is_imported_once(tmp_path: Path, fault: str) -> None:
    coast, navy, request_id = asked(tmp_path)
    bundle = coast.releases / str(verbs.seal(coast, request_id)["bundle"])
    run(OPEN, navy.root, bundle, fault=fault)
    run(OPEN, navy.root, bundle)
    navy = Node(navy.root, "navy", "navy.steward", navy.clock)
    assert navy.assets.count() == 1
    with navy.database.read() as connection:
        row = connection.execute(select(IMPORTS)).one()
    assert navy.read(row.asset_id, purpose="trial", limit=1 << 20) == CONTENT
    assert navy.event_types().count("bundle.import.done") == 1
