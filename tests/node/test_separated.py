"""Profile ``separated`` with real different uids: what the kernel keeps apart, attacked.

Beside each thing that the door, or a stranger, can't do stands the one who may, doing it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from dure.node.errors import NodeError
from dure.node.home import Settings
from dure.node.separated import start_service
from dure.node.votes import Choice, make_vote
from dure.storage.errors import StorageError
from dure.storage.passphrases import Passphrase
from tests.node import alliance
from tests.node.alliance import STRETCH, wait_for
from tests.node.separated import (
    ASK,
    KEEPERS,
    READ,
    Separated,
    approve,
    ask_for_transfer,
    everything_is_its_own_parts_alone,
    json_text,
    separated_node,
)
from tests.node.test_operations import OPERATIONS
from tests.node.uids import DOOR, EXECUTOR, KEEPER, STRANGER

pytestmark = [pytest.mark.root, pytest.mark.slow]


@pytest.fixture(scope="module")
def separated() -> Iterator[Separated]:
    with separated_node() as node:
        yield node


def test_the_door_does_its_work_through_the_sockets(separated: Separated):
    view = ask_for_transfer(separated)
    approve(separated, view, "bravo.checker", "bravo.officer")
    done = separated.door(
        """
        import tempfile
        from pathlib import Path
        sealed = node.transfers.seal(sys.argv[2])
        with tempfile.TemporaryDirectory() as folder:
            sent = node.exchange.send(Path(folder) / "media")
            node.ledger.export(Path(folder) / "record")
            verified = node.ledger.verify(Path(folder) / "record")
        status = node.status()
        answer = {
            "names": [row["name"] for row in node.datasets.list()],
            "to": [each["to"] for each in sent],
            "entries": verified["entries"],
            "profile": status["profile"],
            "content": len(node.house.read(node.datasets.list()[0]["id"], purpose="trial", limit=99999)),
        }
        """,
        view["id"],
    )
    assert done["names"] == ["tracks"]
    assert done["to"] == ["alpha"]
    assert done["profile"] == "separated"
    assert done["entries"] > 5
    assert done["content"] > 100


def test_keys_and_stores_are_their_own_processs_alone(separated: Separated):
    everything_is_its_own_parts_alone(separated, separated.home)
    recovery = separated.made.home() / "recovery.key"
    for uid in (DOOR, EXECUTOR, KEEPER, STRANGER):
        assert separated.python.run(uid, READ, recovery) == ["refused"]


ALTER = """
import sqlite3
try:
    store = sqlite3.connect(sys.argv[1], isolation_level=None)
    store.execute("BEGIN IMMEDIATE")
    table = sys.argv[2]
    for (trigger,) in store.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        store.execute(f"DROP TRIGGER {trigger}")
    answer = store.execute(f"DELETE FROM {table}").rowcount
    store.execute("ROLLBACK")
except sqlite3.Error as error:
    answer = str(error)
"""


@pytest.mark.parametrize(
    ("store", "owner", "table"),
    [
        ("executor/executor.db", EXECUTOR, "governance_ledger_entries"),
        ("keeper/keeper.db", KEEPER, "keeper_assets"),
    ],
)
def test_nobody_else_alters_a_store(separated: Separated, store: str, owner: int, table: str):
    path = separated.made.home() / store
    for uid in {DOOR, EXECUTOR, KEEPER, STRANGER} - {owner}:
        assert "unable to open" in separated.python.run(uid, ALTER, path, table)
    assert separated.python.run(owner, ALTER, path, table) > 0


def test_a_permit_is_not_forged(separated: Separated):
    view = ask_for_transfer(separated)
    view = approve(separated, view, "bravo.checker")
    # One vote of two: the executor, who counts, refuses.
    refused = separated.ask(
        DOOR, "answer = ask('executor', op='request.execute', id=sys.argv[2])", view["id"]
    )
    assert refused == "governance.permit too-few"
    forge = """
    from dataclasses import replace
    from dure.core.suites import suite
    from dure.core.times import write_time
    from dure.governance.decisions import Request
    from dure.governance.permits import issue_permit
    from dure.governance.tally import Ballot
    from dure.storage.keys import read_key_file
    from dure.storage.passphrases import Passphrase
    view, secret = json.loads(sys.argv[2]), sys.argv[3]
    request, intl = Request.from_dict(view["request"]), suite("intl")
    ballots = tuple(Ballot.from_dict(each) for each in view["votes"])
    if secret:  # the executor itself, gone bad: its own key, but too few votes
        key = read_key_file(home.executor / "executor.key", Passphrase(secret)).private
    else:
        key = intl.signing_key(bytes(48))
    permit = issue_permit(
        request, ballots, suite=intl, executor_public=intl.signing_public(key),
        sign=lambda kind, value: intl.sign_value(key, kind, value),
        now=max(ballot.received_s for ballot in ballots),
    )
    (asset,) = request.assets
    import os
    def offer(asset, permit):
        ours, theirs = os.pipe()
        with connect(home, "keeper") as channel:
            try:
                message = {"op": "content.open-for-permit", "asset": asset,
                           "permit": permit, "request": request.to_dict()}
                answer = wire.call(channel, message, theirs)["size"]
            except DureError as error:
                answer = error.code + " " + str(error.facts.get("reason", ""))
            finally:
                os.close(ours); os.close(theirs)
        return answer
    answer = [offer(asset, permit.to_dict())]
    """
    secret = alliance.PASSPHRASE.decode()
    assert separated.ask(DOOR, forge, json_text(view), "") == ["node.caller "]
    assert separated.ask(EXECUTOR, forge, json_text(view), "") == ["governance.permit signature"]
    assert separated.ask(EXECUTOR, forge, json_text(view), secret) == ["governance.permit too-few"]
    # The positive control: the permit that the executor itself issued, and no other asset by it.
    view = approve(separated, view, "bravo.officer")
    real = "\nanswer = [offer(each, view['permit']) for each in (asset, 'ab' * 32)]"
    size, other = separated.ask(EXECUTOR, dedent(forge) + real, json_text(view), secret)
    assert size > 100
    assert other == "governance.permit other-asset"


def test_a_forged_vote_is_not_counted(separated: Separated):
    view = ask_for_transfer(separated)
    wait_for(view)
    vote = make_vote(
        view, Choice.APPROVE, separated.made.key("alpha.developer"), separated.made.passphrase
    )
    code = "answer = ask('executor', op='vote.cast', vote=json.loads(sys.argv[2]))"
    assert separated.ask(DOOR, code, json_text(vote)) == "governance.vote role"
    enrolled = separated.made.charter.charter.principal("bravo.checker").keys[0].id
    vote |= {"voter": "bravo.checker", "key": enrolled}
    assert separated.ask(DOOR, code, json_text(vote)) == "governance.vote signature"
    assert approve(separated, view, "bravo.checker")["approvals"] == ["bravo.checker"]


def test_a_stranger_is_refused_everything(separated: Separated):
    code = "answer = [ask(sys.argv[2], op=op) for op in sys.argv[3:]]"
    for process in ("executor", "keeper"):
        operations = [op for name, op in OPERATIONS if name == process]
        answers = separated.ask(STRANGER, code, process, *operations, "no.such")
        assert answers == ["node.caller "] * (len(operations) + 1)
        # Root has no role either: it can read the files, but the services ask for a uid.
        assert separated.ask(0, code, process, *operations) == ["node.caller "] * len(operations)
        assert separated.ask(DOOR, code, process, "status") == [{"unlocked": True}]


def test_strangers_who_stay_keep_nobody_out(separated: Separated):
    crowd = """
    held, refused = [], 0
    for _ in range(40):
        channel = connect(home, "keeper")
        held.append(channel)
    import subprocess
    print("crowded", flush=True)
    sys.stdin.readline()
    answer = len(held)
    """
    program = "import json, sys\n" + ASK + dedent(crowd)
    with subprocess.Popen(
        [str(separated.python.program), "-c", program, str(separated.made.home())],
        user=STRANGER, group=STRANGER, extra_groups=[], env=separated.python.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as stranger:  # fmt: skip
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == "crowded\n"
        assert separated.ask(DOOR, "answer = ask('keeper', op='status')") == {"unlocked": True}
        assert stranger.stdin is not None
        stranger.stdin.write("\n")
        stranger.stdin.close()


def test_the_door_is_not_taken_for_the_executor(separated: Separated):
    code = "answer = [ask('keeper', op=op, permit={}, about={}) for op in sys.argv[2:]]"
    asked = ("content.open-for-permit", "content.seal-for-permit")
    assert separated.ask(DOOR, code, *asked) == ["node.caller "] * 2
    # The keeper would listen to the executor's uid, and misses the pipe.
    assert separated.ask(EXECUTOR, code, *asked) == ["node.wire no-pipe"] * 2


def test_nobody_takes_a_services_place(separated: Separated):
    code = """
    import os
    answer = []
    for act in [os.unlink, lambda path: os.rename(path, path + "-old")]:
        try:
            act(sys.argv[1]); answer.append("done")
        except PermissionError:
            answer.append("refused")
    """
    for uid in (DOOR, STRANGER):
        assert separated.python.run(uid, code, separated.home.socket("keeper")) == ["refused"] * 2
        assert separated.python.run(uid, code, separated.home.executor) == ["refused"] * 2
    assert separated.python.run(EXECUTOR, code, separated.home.socket("keeper")) == ["refused"] * 2
    own = separated.home.socket("keeper").with_name("spare")
    own.touch()
    assert separated.python.run(KEEPER, code.replace("os.unlink, ", ""), own) == ["done"]


PEEK = """
from pathlib import Path
answer = {}
for part in ("environ", "mem", "maps"):
    try:
        with open(f"/proc/{sys.argv[1]}/{part}", "rb") as file:
            if part == "environ":
                file.read()
        answer[part] = "opened"
    except OSError:
        answer[part] = "refused"
"""


def test_no_secret_shows_in_a_process_and_none_is_dumped(separated: Separated):
    uids = {"executor": EXECUTOR, "keeper": KEEPER}
    for process, service in separated.services.items():
        proc = Path(f"/proc/{service.pid}")
        shown = proc.joinpath("cmdline").read_bytes() + proc.joinpath("environ").read_bytes()
        assert b"dure.node" in shown
        for secret in (alliance.PASSPHRASE, KEEPERS):
            assert secret not in shown
        (core,) = [
            line for line in proc.joinpath("limits").read_text().splitlines() if "core" in line
        ]
        assert core.split()[4:6] == ["0", "0"]
        for uid in (uids[process], DOOR, STRANGER):
            looked = separated.python.run(uid, PEEK, service.pid)
            assert looked["mem"] == looked["environ"] == "refused"
    # The positive control: a process of that uid which is not hardened can be looked into by it.
    with subprocess.Popen(["sleep", "60"], user=KEEPER, group=KEEPER, extra_groups=[]) as plain:
        assert separated.python.run(KEEPER, PEEK, plain.pid)["environ"] == "opened"
        plain.kill()


def test_a_keeper_that_was_restarted_is_found_again(separated: Separated):
    keeper = separated.services["keeper"]
    view = ask_for_transfer(separated)
    approve(separated, view, "bravo.checker", "bravo.officer")
    keeper.kill()
    keeper.wait()
    assert separated.ask(DOOR, "answer = ask('executor', op='status')") == {"unlocked": True}
    lost = """
    from dure.core.errors import DureError
    try:
        node.transfers.seal(sys.argv[2])
    except DureError as error:
        answer = error.code
    """
    assert separated.door(lost, view["id"]) == "node.process"
    separated.start("keeper")
    done = separated.door("answer = node.transfers.seal(sys.argv[2])['to']", view["id"])
    assert done == "alpha"


@pytest.mark.parametrize("process", ["keeper", "executor"])
def test_a_second_service_is_refused_and_the_first_goes_on(separated: Separated, process: str):
    with pytest.raises(NodeError) as refused:
        separated.start(process)
    assert (refused.value.code, refused.value.facts["process"]) == ("node.awake", process)
    assert separated.services[process].poll() is None
    ask_for_transfer(separated)  # the first is still there, and still reached


def test_the_doctor_sees_a_folder_that_others_may_enter(separated: Separated):
    code = """
    from pathlib import Path
    from dure.node.doctor import inspect
    answer = sorted(finding.subject for finding in inspect(Path(sys.argv[1])).findings
                    if finding.code == "node.folder-mode")
    """
    home = separated.home
    for uid in (DOOR, EXECUTOR, KEEPER):
        assert separated.python.run(uid, code, home.path) == []
    home.keeper.chmod(0o750)
    try:
        assert separated.python.run(DOOR, code, home.path) == ["keeper"]
    finally:
        home.keeper.chmod(0o700)


def test_a_service_takes_its_own_passphrase_alone(separated: Separated, capfd):
    spare = separated.made.folder / "spare"
    settings = Settings(
        "bravo", "intl", "separated", door_uid=DOOR, executor_uid=EXECUTOR, keeper_uid=KEEPER
    )
    home = alliance.init_node(
        spare, settings, Passphrase(b"one passphrase"), os.urandom,
        Passphrase(b"another passphrase"), stretch=STRETCH,
    )  # fmt: skip
    with pytest.raises(StorageError) as wrong:
        start_service(home, "keeper", Passphrase(b"one passphrase"), separated.python.program)
    assert wrong.value.code == "storage.passphrase"
    assert "assphrase" not in capfd.readouterr().err  # it is said once, by whoever started it
    service = start_service(
        home, "keeper", Passphrase(b"another passphrase"), separated.python.program
    )
    service.terminate()
    service.wait()
