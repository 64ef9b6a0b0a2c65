"""Bad input: each its own error and exit status, in two languages, and nothing left behind."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.core.errors import error_table
from dure.governance.charter import SignedCharter
from dure.node.files import write_file
from dure.node.home import Home
from dure.node.rooms import load_errors
from dure.storage.database import open_database
from dure.storage.vault import Garbage
from tests.node import alliance
from tests.node.alliance import LABEL, SHARED, Alliance, Said, command, finish, start


@dataclass(frozen=True)
class State:
    """What a node holds: files of its own, rows, versions in the vault, garbage."""

    files: frozenset[str]
    rows: dict[str, int]
    versions: int
    garbage: Garbage


def look(made: Alliance, agency: str = "bravo") -> State:
    home = Home.find(made.home(agency))
    rows = {}
    for store in ("node", "executor", "keeper"):
        with closing(open_database(home.database_url(store))) as database, database.read() as seen:
            tables = seen.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
            for (table,) in tables.fetchall():
                count = seen.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar()
                rows[f"{store}.{table}"] = int(count or 0)
    with made.vault(agency) as vault:
        checked = vault.verify()
    assert checked.clean
    files = frozenset(
        str(path.relative_to(made.folder))
        for path in made.folder.rglob("*")
        # journals of SQLite and locks come and go with whoever looks
        if path.is_file() and not path.name.endswith(("-wal", "-shm", "lock"))
    )
    return State(files, rows, checked.versions, checked.garbage)


LOG = ("governance_ledger", "governance_details")


def same(before: State, after: State, *, logged: int = 0) -> None:
    """Nothing changed but for so many entries in the ledger (an attempt and its failure)."""
    assert after.files == before.files
    assert (after.versions, after.garbage) == (before.versions, Garbage(0, 0))
    grown = {
        name: after.rows[name] - count
        for name, count in before.rows.items()
        if after.rows[name] != count
    }
    entries = grown.get("executor.governance_ledger_entries", 0)
    assert entries == logged
    assert all(name.partition(".")[2].startswith(LOG) for name in grown), grown


def refused(said: Said, code: str) -> None:
    load_errors()
    spec = error_table()[code]
    assert said.status == spec.exit_status, said
    assert f"[{code}]" in said.err
    assert "Traceback" not in said.err
    for mark in ("✗", "→"):
        assert mark in said.err
    assert said.out == ""


def importing(made: Alliance, file: Path, label: str = LABEL) -> Said:
    return command(made, "datasets", "import", file, "--label", label)


# ── files that are no tables ───────────────────────────────────────────────────────────────────

FILES: dict[str, tuple[str, Callable[[Path], object], int]] = {
    "missing.csv": ("readers.source", lambda path: None, 2),
    "encoding.csv": (
        "readers.encoding",
        lambda path: path.write_bytes(b"a,b\n1,\xff\xfe\xfa\x81\n"),
        2,
    ),
    "ragged.csv": ("readers.rows", lambda path: path.write_text("a,b\n1,2\n1,2,3\n"), 2),
    "empty.csv": ("readers.empty", lambda path: path.write_text(""), 2),
    "empty.parquet": ("readers.parquet", lambda path: path.write_bytes(b""), 2),
    "bad.parquet": ("readers.parquet", lambda path: path.write_bytes(b"PAR1 no PAR1"), 2),
    "table.xlsx": ("datasets.kind", lambda path: path.write_text("a,b\n1,2\n"), 0),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table(pinned: Alliance, tmp_path: Path, name: str):
    code, make, logged = FILES[name]
    make(tmp_path / name)
    before = look(pinned)
    refused(importing(pinned, tmp_path / name), code)
    same(before, look(pinned), logged=logged)


def test_the_positive_control_beside_them(pinned: Alliance, tmp_path: Path):
    before = look(pinned)
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "good.parquet")
    for file in (pinned.data, tmp_path / "good.parquet"):
        assert importing(pinned, file).status == 0
    after = look(pinned)
    assert after.versions == before.versions + 4
    with pytest.raises(AssertionError):
        same(before, after)


# ── labels, names, people ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("no label", "core.label-text"),
        ("bravo//O REL bravo FOR trial", "core.label-text"),
        ("", "core.label-text"),
        ("delta//O// REL bravo FOR trial", "core.label-term"),
        ("bravo//X// REL bravo FOR trial", "core.label-term"),
        ("bravo//O//spice REL bravo FOR trial", "core.label-term"),
        ("alpha//O// REL alpha FOR trial", "datasets.owner"),
        ("bravo//O//maritime REL bravo FOR trial", "governance.denied"),
    ],
)
def test_a_label_that_will_not_do(pinned: Alliance, label: str, code: str):
    before = look(pinned)
    refused(importing(pinned, pinned.data, label), code)
    same(before, look(pinned))


def test_an_embedded_node_takes_open_data_alone(pinned: Alliance):
    before = look(pinned)
    said = importing(pinned, pinned.data, "bravo//S// REL bravo FOR trial")
    load_errors()
    assert said.status in (
        error_table()[code].exit_status for code in ("governance.keeper", "node.profile")
    )
    assert "Open data only" in said.err
    after = look(pinned)
    same(
        before,
        after,
        logged=after.rows["executor.governance_ledger_entries"]
        - before.rows["executor.governance_ledger_entries"],
    )


def test_names_that_nobody_knows(asked: Alliance, tmp_path: Path):
    before = look(asked)
    for words, code in (
        (("datasets", "show", "nothing"), "node.unknown-asset"),
        (("datasets", "export", "nothing", tmp_path / "out"), "node.unknown-asset"),
        (
            ("transfers", "request", "tracks", "--to", "delta", "--label", SHARED),
            "transfers.request",
        ),
        (
            (
                "transfers",
                "request",
                "tracks",
                "--to",
                "alpha",
                "--label",
                "bravo//O// REL bravo FOR trial",
            ),
            "transfers.request",
        ),
        (("transfers", "seal", "0123456789abcdef"), "governance.unknown"),
        (("decisions", "show", "0123456789abcdef"), "governance.unknown"),
        (("decisions", "reconcile", "0123"), "governance.unknown"),
        (("trials", "show", "nothing"), "trials.unknown"),
        (("trials", "submit", tmp_path / "nowhere", "--to", "alpha"), "trials.folder"),
        (("trials", "request-release", "nothing"), "trials.unknown"),
        (("trials", "release", "0123456789abcdef"), "governance.unknown"),
        (("trials", "run", "nothing", "--on", "nothing"), "trials.unknown"),
        (
            (
                "trials",
                "prepare",
                "tracks",
                "--name",
                "x",
                "--target",
                "kind",
                "--features",
                "speed_kn",
                "--task",
                "chess",
            ),
            "trials.benchmark",
        ),
    ):
        refused(command(asked, *words), code)
    same(before, look(asked))
    assert not (tmp_path / "out").exists()


def test_people_that_the_charter_does_not_know(asked: Alliance):
    before = look(asked)
    refused(command(asked, "datasets", "list", who="bravo.nobody"), "node.principal")
    refused(command(asked, "datasets", "list", who="alpha.developer"), "node.principal")
    refused(
        command(asked, "datasets", "import", asked.data, "--label", LABEL, who="bravo.auditor"),
        "governance.denied",
    )
    same(before, look(asked))


# ── keys and passphrases ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    write_file(file, b"another passphrase\n", mode=0o600)
    return file


def test_a_wrong_passphrase(asked: Alliance, passphrase: Path):
    before = look(asked)
    node = ("--home", asked.home(), "--passphrase-file", passphrase)
    said = command(None, *node, "datasets", "import", asked.data, "--label", LABEL)
    refused(said, "storage.passphrase")
    # And where the services are processes of their own, the error finds its way out of them.
    refused(finish(start(None, *node, "ledger", "show")), "storage.passphrase")
    (row,) = json.loads(command(asked, "decisions", "list", "--json").out)
    said = command(
        asked,
        "decisions",
        "approve",
        row["id"],
        "--key",
        asked.key("bravo.checker"),
        "--key-passphrase-file",
        passphrase,
        "--json",
    )
    assert json.loads(said.out)["error"]["code"] == "storage.passphrase"
    same(before, look(asked))


def test_passphrases_that_others_could_read_or_nobody_gives(asked: Alliance, passphrase: Path):
    node = ("--home", asked.home(), "--passphrase-file", passphrase)
    passphrase.chmod(0o644)
    refused(command(None, *node, "ledger", "show"), "storage.key-mode")
    passphrase.unlink()
    refused(command(None, *node, "ledger", "show"), "storage.file")
    refused(finish(start(None, "--home", asked.home(), "ledger", "show")), "storage.passphrase")
    asked.key("bravo.checker").chmod(0o640)
    (row,) = json.loads(command(asked, "decisions", "list", "--json").out)
    said = command(
        asked,
        "decisions",
        "approve",
        row["id"],
        "--key",
        asked.key("bravo.checker"),
        "--key-passphrase-file",
        asked.passphrase_file,
        "--json",
    )
    assert json.loads(said.out)["error"]["code"] == "storage.key-mode"


def test_a_node_is_not_made_over_something_else(pinned: Alliance, tmp_path: Path, passphrase: Path):
    making = ("--passphrase-file", passphrase, "node", "init")
    before = look(pinned)
    refused(command(None, *making, pinned.home(), "--agency", "bravo"), "node.home-taken")
    refused(command(None, *making, pinned.data, "--agency", "bravo"), "node.home-taken")
    same(before, look(pinned))
    new = tmp_path / "new"
    for words, code in (
        (("--agency", "Bravo!"), "node.settings"),
        (("--agency", "b", "--profile", "open"), "node.settings"),
        (("--agency", "b", "--suite", "rot13"), "core.suite"),
        (("--agency", "b", "--profile", "separated"), "node.separated"),
        (("--agency", "b", "--profile", "separated", "--users", "0,1,2"), "node.separated"),
        (
            ("--agency", "b", "--profile", "separated", "--users", "no-such-user,1,2"),
            "node.separated",
        ),
        (("--agency", "b", "--database", "nonsense://x"), "storage.database"),
    ):
        refused(command(None, *making, new, *words), code)
        assert not new.exists()
    passphrase.write_text("short")
    refused(command(None, *making, new, "--agency", "b"), "storage.passphrase")
    assert not new.exists()


def test_a_new_key_replaces_nothing(pinned: Alliance):
    key = pinned.key("bravo.checker")
    before = key.read_bytes()
    said = command(
        None,
        "charter",
        "new-key",
        "bravo.checker",
        "--out",
        key,
        "--key-passphrase-file",
        pinned.passphrase_file,
    )
    refused(said, "node.home-taken")
    assert key.read_bytes() == before


# ── nodes and charters ─────────────────────────────────────────────────────────────────────────


def test_no_node_here(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in (
        ("datasets", "list"),
        ("node", "status"),
        ("ledger", "show"),
        ("node", "start"),
        ("exchange", "status"),
    ):
        refused(command(None, *words), "node.home-missing")
    (tmp_path / "node.toml").write_text("agency = ")
    refused(command(None, "node", "status"), "node.settings")
    (tmp_path / "node.toml").write_text(
        'agency = "a"\nsuite = "intl"\nprofile = "embedded"\ncolour = "red"\n'
    )
    refused(command(None, "node", "status"), "node.settings")
    assert "node.settings" in command(None, "node", "doctor", "--json").out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node.toml"]


def test_a_node_without_a_charter_does_nothing(tmp_path: Path):
    with alliance.services_inside():
        made = alliance.make(tmp_path / "made")
        for words in (("datasets", "list"), ("charter", "show"), ("node", "status")):
            refused(command(made, *words), "governance.charter-pin")
        refused(importing(made, made.data), "governance.charter-pin")
        assert "node.no-charter" in command(made, "node", "doctor", "--json").out


def test_a_charter_that_too_few_have_signed(tmp_path: Path):
    with alliance.services_inside():
        made = alliance.make(tmp_path / "made")
        before, whole = look(made), made.charter
        few = SignedCharter(whole.charter, {"alpha": whole.signatures["alpha"]})
        write_file(tmp_path / "few.json", few.to_bytes())
        refused(
            command(made, "charter", "pin", tmp_path / "few.json"), "governance.charter-signatures"
        )
        forged = SignedCharter(whole.charter, {**few.signatures, "bravo": "00" * 64})
        write_file(tmp_path / "few.json", forged.to_bytes())
        refused(
            command(made, "charter", "pin", tmp_path / "few.json"), "governance.charter-signatures"
        )
        pin = ("charter", "pin", made.charter_file)
        refused(command(made, *pin, "--digest", "sha256:" + "0" * 64), "governance.charter-pin")
        (tmp_path / "none.json").write_text("{}")
        refused(command(made, "charter", "pin", tmp_path / "none.json"), "governance.charter")
        (tmp_path / "none.json").write_text("[" * 100_000)
        refused(command(made, "charter", "pin", tmp_path / "none.json"), "governance.charter")
        refused(command(made, "charter", "pin", tmp_path / "nowhere.json"), "node.missing-file")
        same(before, look(made))
        assert command(made, *pin, "--digest", whole.charter.digest()).status == 0


def test_an_alliance_file_that_says_too_little(pinned: Alliance, tmp_path: Path):
    text = (pinned.folder / "alliance.toml").read_text()
    out = tmp_path / "charter.json"
    file = pinned.folder / "other.toml"
    for changed, code in (
        (text.replace('suite = "intl"\n', ""), "node.alliance"),
        (text.replace("quorum = 2", 'quorum = "two"'), None),
        (
            text.replace('"bravo/public/member.json"', '"bravo/public/nowhere.json"'),
            "node.missing-file",
        ),
        (text.replace('"bravo/public/member.json"', '"alliance.toml"'), "node.alliance"),
        (text.replace("members", "friends"), "node.alliance"),
        (text + '[rules."no.such"]\nvotes = 1\n', "node.alliance"),
        ("= nonsense", "node.alliance"),
        (text.replace('grade = "C"', 'grade = "Z"'), "core.label-term"),
    ):
        file.write_text(changed)
        said = command(None, "charter", "propose", file, "--out", out)
        if code is not None:
            refused(said, code)
        assert said.status > 2, said
        assert not out.exists()
    refused(
        command(None, "charter", "propose", tmp_path / "no.toml", "--out", out), "node.missing-file"
    )


def test_a_delegate_signs_for_their_own_agency(pinned: Alliance, tmp_path: Path):
    asking = (
        "--key",
        pinned.key("alpha.delegate"),
        "--key-passphrase-file",
        pinned.passphrase_file,
    )
    before = pinned.charter_file.read_bytes()
    sign = ("charter", "sign", pinned.charter_file, "--agency")
    refused(command(None, *sign, "delta", *asking), "governance.unknown")
    refused(command(None, *sign, "bravo", *asking), "governance.unknown")
    assert pinned.charter_file.read_bytes() == before


# ── votes ──────────────────────────────────────────────────────────────────────────────────────


def test_votes_that_are_none(asked: Alliance, tmp_path: Path):
    (row,) = json.loads(command(asked, "decisions", "list", "--json").out)
    view = json.loads(command(asked, "decisions", "show", row["id"], "--json").out)
    alliance.wait_for(view)
    before = look(asked)
    asking = ("--key-passphrase-file", asked.passphrase_file)
    for text in ("", "no JSON", "[]", "{}", '{"request": {}, "charter": {}}'):
        (tmp_path / "file").write_text(text)
        refused(command(asked, "decisions", "cast", tmp_path / "file"), "governance.request")
        said = command(
            None,
            "decisions",
            "approve",
            tmp_path / "file",
            "--key",
            asked.key("bravo.checker"),
            *asking,
        )
        assert said.status > 2
        assert "Traceback" not in said.err
    refused(command(asked, "decisions", "cast", tmp_path / "nowhere"), "node.missing-file")
    for person in ("bravo.steward", "alpha.developer", "bravo.delegate"):
        said = command(
            asked, "decisions", "approve", row["id"], "--key", asked.key(person), *asking, "--json"
        )
        assert json.loads(said.out)["error"]["code"] in ("governance.vote", "governance.unknown")
    same(before, look(asked))


# ── envelopes and bundles ──────────────────────────────────────────────────────────────────────


def test_an_envelope_from_a_stranger(asked: Alliance, tmp_path: Path):
    """From a node that calls itself alpha and is none that the charter knows."""
    with alliance.services_inside():
        other = alliance.make(tmp_path / "other")
        assert command(other, "charter", "pin", other.charter_file, agency="alpha").status == 0
        from tests.cli import algorithms

        folder, _ = algorithms.write(tmp_path)
        assert (
            command(
                other,
                "trials",
                "submit",
                folder,
                "--to",
                "bravo",
                agency="alpha",
                who="alpha.developer",
            ).status
            == 0
        )
        media = tmp_path / "media"
        assert command(other, "exchange", "send", media, agency="alpha").status == 0
        (file,) = media.iterdir()
        (media / "note.dure-envelope").write_text("hello")
        before = look(asked)
        said = command(asked, "exchange", "receive", media, "--json")
        told = json.loads(said.out)
        assert said.status == told["refused"][0]["exit_status"]
        codes = {item["file"]: item["code"] for item in told["refused"]}
        assert codes.keys() == {file.name, "note.dure-envelope"}
        assert codes[file.name].startswith("exchange.")
        assert told["handled"] == []
        same(before, look(asked))
        shown = command(asked, "exchange", "receive", media)
        assert shown.status == said.status
        assert file.name in shown.out + shown.err
        # The positive control: the same envelope at the node that knows its sender.
        (media / "note.dure-envelope").unlink()
        assert command(other, "charter", "pin", other.charter_file).status == 0
        assert command(other, "exchange", "receive", media).status == 0


def test_a_bundle_that_is_none(asked: Alliance, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"no bundle")
    before = look(asked, "alpha")
    said = command(asked, "transfers", "open", tmp_path / "file", agency="alpha")
    assert said.status > 2
    assert "[transfers." in said.err
    said = command(asked, "transfers", "open", tmp_path / "nowhere", agency="alpha")
    assert said.status > 2
    assert "Traceback" not in said.err
    refused(
        command(asked, "exchange", "receive", tmp_path / "nowhere", agency="alpha"), "storage.file"
    )
    same(before, look(asked, "alpha"))


# ── ledgers ────────────────────────────────────────────────────────────────────────────────────


def test_an_export_goes_into_a_folder_of_its_own(asked: Alliance, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    before = look(asked)
    refused(command(asked, "ledger", "export", tmp_path / "mine"), "node.home-taken")
    refused(command(asked, "ledger", "export", asked.data), "node.home-taken")
    same(before, look(asked))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked", "mine"]
    refused(
        command(
            None,
            "ledger",
            "verify",
            tmp_path / "no",
            "--charter",
            asked.charter_file,
            "--agency",
            "delta",
        ),
        "governance.unknown",
    )
    for place in (tmp_path / "no", tmp_path / "mine", asked.data):
        said = command(
            None, "ledger", "verify", place, "--charter", asked.charter_file, "--agency", "bravo"
        )
        refused(said, "node.missing-file")
        assert place.name in said.err


# ── a full disk ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("takes the right to mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.root
def test_a_full_disk(small: Path, tmp_path: Path):
    with alliance.services_inside():
        made = alliance.pinned().copy(small / "made")
        before = look(made)
        big = tmp_path / "big.csv"
        lines = [
            f"{i},{hashlib.sha256(bytes(str(i), 'ascii')).hexdigest()}" for i in range(200_000)
        ]
        big.write_text("n,text\n" + "\n".join(lines) + "\n")
        said = importing(made, big)
        refused(said, "storage.no-space")
        after = look(made)
        assert after.versions == before.versions
        assert after.garbage == Garbage(0, 0)
        assert importing(made, made.data).status == 0  # and there is room for a small one


# ── what is said ───────────────────────────────────────────────────────────────────────────────


def test_an_error_speaks_korean_and_json(tmp_path: Path):
    node = ("--home", tmp_path / "nowhere", "datasets", "list")
    korean = finish(start(None, "--lang", "ko", *node, environment={"DURE_LANG": ""}))
    assert "여기에는 기관 노드가 없습니다" in korean.err
    said = finish(start(None, *node, "--json"))
    assert said.status == korean.status == 111
    body = json.loads(said.out)["error"]
    assert set(body) == {"code", "exit_status", "what", "why", "next_step"}
    assert (body["code"], body["exit_status"]) == ("node.home-missing", 111)


def test_what_the_system_refuses_is_an_error_too(asked: Alliance, tmp_path: Path):
    (tmp_path / "file").write_text("")
    (row,) = json.loads(command(asked, "decisions", "list", "--json").out)
    for words in (
        ("decisions", "show", row["id"], "--out", tmp_path / "file" / "below"),
        ("exchange", "send", tmp_path / "file"),
        ("ledger", "export", tmp_path / "file" / "below"),
        ("node", "backup", tmp_path / "file" / "below"),
    ):
        said = command(asked, *words)
        assert said.status == 21, said  # storage.file
        assert "Traceback" not in said.err


def test_a_reader_that_has_gone_is_no_error(asked: Alliance):
    import sys

    code = "import sys; from dure.cli.main import run; sys.argv = ['dure', '--version'] ; run()"
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=theirs, stderr=subprocess.PIPE, check=False
    )
    os.close(theirs)
    assert b"Traceback" not in done.stderr
