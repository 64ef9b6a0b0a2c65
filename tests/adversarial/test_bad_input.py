"""Bad input: each has its own clear error and exit status, says no data value, and leaves nothing.

Files and labels go through the command line, as a person meets it; the positive control is the same
command with a good file.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dure.cli.main import run
from dure.core.errors import DureError
from dure.core.suites import suite
from dure.exchange.header import Kind
from dure.exchange.outbox import send
from dure.exchange.post import Post
from dure.exchange.tables import METADATA
from dure.governance.charter import propose, sign
from dure.storage.database import open_database
from dure.storage.keys import read_key_file
from tests.datasets.world import LABEL, PASSPHRASE, ROOT, World, found
from tests.exchange.alliance import Keys

pytestmark = pytest.mark.slow

SECRET = "NEVERSHOWTHIS"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("alliance")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT}")
        patch.setenv("TMPDIR", str(root / "scratch"))
        patch.setattr(tempfile, "tempdir", None)
        yield found(root)


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def code(self) -> str:
        return str(json.loads(self.out)["error"]["code"])


Dure = Callable[..., Said]


@pytest.fixture
def dure_command(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Dure:
    secret = tmp_path / "passphrase"
    secret.write_bytes(PASSPHRASE.reveal())
    secret.chmod(0o600)

    def command(*words: str | Path, passphrase: Path = secret) -> Said:
        options = ["-C", str(world.home), "--passphrase-file", str(passphrase)]
        monkeypatch.setattr("sys.argv", ["dure", *options, *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return command


def parquet(**columns: Any) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), out)
    return out.getvalue().to_pybytes()


def _bomb() -> bytes:
    """A Parquet file whose footer claims to be larger than the file."""
    whole = parquet(n=[1])
    return whole[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1"


WHOLE = parquet(n=list(range(1000)), s=[SECRET] * 1000)
FILES: dict[str, tuple[str, bytes, str, int]] = {
    "empty": ("a.csv", b"", "readers.empty", 49),
    "header alone": ("a.csv", b"a,b\n", "readers.empty", 49),
    "blank lines": ("a.csv", b"\n\n\n", "readers.empty", 49),
    "ragged, short": ("a.csv", f"a,b\n1,2\n{SECRET}\n".encode(), "readers.rows", 47),
    "ragged, long": ("a.csv", f"a,b\n1,{SECRET},3\n".encode(), "readers.rows", 47),
    "open quotation mark": ("a.csv", f'a,b\n1,"{SECRET}\n2,3\n'.encode(), "readers.rows", 47),
    "wrong encoding": ("a.csv", b"a,b\n1,\xff\xfe\xfa\n", "readers.encoding", 46),
    "binary": ("a.csv", b"a,b\n1,\x00\x01\n", "readers.encoding", 46),
    "Parquet named CSV": ("a.csv", WHOLE, "readers.encoding", 46),
    "name twice": ("a.csv", b"a,a\n1,2\n", "readers.header", 48),
    "no name": ("a.csv", b"a,\n1,2\n", "readers.header", 48),
    "name that steers": ("a.csv", b"a,\x1b[2J\n1,2\n", "readers.header", 48),
    "Parquet of 0 bytes": ("a.parquet", b"", "readers.parquet", 50),
    "CSV named Parquet": ("a.parquet", f"a,b\n1,{SECRET}\n".encode(), "readers.parquet", 50),
    "cut Parquet": ("a.parquet", WHOLE[: len(WHOLE) // 2], "readers.parquet", 50),
    "Parquet without a body": ("a.parquet", b"PAR1" + WHOLE[-200:], "readers.parquet", 50),
    "Parquet that lies": ("a.parquet", _bomb(), "readers.parquet", 50),
    "nested Parquet": ("a.parquet", parquet(n=[[1], [2]]), "readers.parquet", 50),
    "bytes in Parquet": ("a.parquet", parquet(n=[SECRET.encode()]), "readers.parquet", 50),
    "Parquet without rows": ("a.parquet", parquet(n=pa.array([], "int64")), "readers.empty", 49),
    "unknown ending": ("a.pdf", b"PK", "datasets.kind", 84),
    "no ending": ("a", b"a\n1\n", "datasets.kind", 84),
}


@pytest.mark.parametrize(("name", "content", "code", "status"), FILES.values(), ids=FILES)
def test_a_bad_file(
    world: World,
    dure_command: Dure,
    tmp_path: Path,
    name: str,
    content: bytes,
    code: str,
    status: int,
) -> None:
    (tmp_path / name).write_bytes(content)
    before = world.left()
    said = dure_command("datasets", "import", tmp_path / name, "--label", LABEL, "--json")
    assert (said.code, said.status) == (code, status)
    assert SECRET not in said.out + said.err
    assert "\x1b" not in said.out + said.err
    assert not world.left().since(before)


def test_a_good_file_is_the_positive_control(dure_command: Dure, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(WHOLE)
    said = dure_command("datasets", "import", tmp_path / "a.parquet", "--label", LABEL, "--json")
    assert said.status == 0
    assert json.loads(said.out)["rows"] == "1000"
    assert SECRET not in said.out + said.err


def _missing(folder: Path) -> Path:
    return folder / "missing.csv"


def _folder(folder: Path) -> Path:
    (folder / "folder.csv").mkdir()
    return folder / "folder.csv"


def _nowhere(folder: Path) -> Path:
    (folder / "link.csv").symlink_to(folder / "nowhere")
    return folder / "link.csv"


def _forbidden(folder: Path) -> Path:
    if os.geteuid() == 0:  # root may read everything, but not this from its beginning
        (folder / "memory.csv").symlink_to("/proc/self/mem")
        return folder / "memory.csv"
    (folder / "mine.csv").write_text("a\n1\n")
    (folder / "mine.csv").chmod(0)
    return folder / "mine.csv"


UNREAD = ("readers.source", 45)


@pytest.mark.parametrize(
    ("make", "said_so"),
    [
        (_missing, UNREAD),
        (_folder, ("images.folder", 218)),  # a folder is taken for one of images, and has none
        (_nowhere, UNREAD),
        (_forbidden, UNREAD),
    ],
)
def test_a_file_that_cannot_be_read(
    world: World,
    dure_command: Dure,
    tmp_path: Path,
    make: Callable[[Path], Path],
    said_so: tuple[str, int],
) -> None:
    before = world.left()
    said = dure_command("datasets", "import", make(tmp_path), "--label", LABEL, "--json")
    assert (said.code, said.status) == said_so
    assert not world.left().since(before)


LABELS = {
    "no form": ("open to all", "core.label-text", 10),
    "lower grade": ("bravo//o// REL * FOR *", "core.label-text", 10),
    "line break": (LABEL + "\nx", "core.label-text", 10),
    "steering": ("bravo//\x1b[2J//", "core.label-text", 10),
    "unknown agency": ("bravo//O// REL delta FOR trial", "core.label-term", 11),
    "unknown category": ("bravo//O//ports REL * FOR trial", "core.label-term", 11),
    "unknown purpose": ("bravo//O// REL * FOR targeting", "core.label-term", 11),
    "unknown grade": ("bravo//T// REL * FOR *", "core.label-term", 11),
    "other owner": ("alpha//O// REL * FOR *", "datasets.owner", 85),
    "not cleared": ("bravo//O//answer-key REL * FOR trial", "governance.denied", 60),
}


@pytest.mark.parametrize(("label", "code", "status"), LABELS.values(), ids=LABELS)
def test_a_bad_label(
    world: World, dure_command: Dure, tmp_path: Path, label: str, code: str, status: int
) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    before = world.left()
    said = dure_command("datasets", "import", tmp_path / "a.csv", f"--label={label}", "--json")
    assert (said.code, said.status) == (code, status)
    assert "\x1b" not in said.out + said.err
    assert not world.left().since(before)


HOSTILE = "a b\n✗ All is well.\x1b[2J\x1b]0;x\x07\u202e.csv"


def test_a_file_name_forges_no_line_and_steers_no_terminal(
    world: World, dure_command: Dure, tmp_path: Path
) -> None:
    plain = dure_command("datasets", "import", tmp_path / HOSTILE, "--label", LABEL)
    assert plain.status == 45
    assert not {"\x1b", "\x07", "\u202e"} & set(plain.out + plain.err)
    assert sum(line.startswith("✗") for line in plain.err.splitlines()) == 1
    assert dure_command("datasets", "import", tmp_path / "\udcff.csv", f"--label={LABEL}").err
    as_json = dure_command(
        "datasets", "import", tmp_path / "\udcff.csv", "--label", LABEL, "--json"
    )
    assert as_json.code == "readers.source"

    (tmp_path / HOSTILE).write_text("a,b\n1,2\n")
    assert dure_command("datasets", "import", tmp_path / HOSTILE, f"--label={LABEL}").status == 0
    for words in (("list",), ("show", "a b_✗ All is well._[2J_]0;x__")):
        for more in ((), ("--json",)):
            said = dure_command("datasets", *words, *more)
            assert said.status == 0, said.err
            assert not {"\x1b", "\x07", "\u202e"} & set(said.out + said.err)
            assert not more or json.loads(said.out)
    said = dure_command("ledger", "show", "--json")
    assert "All is well" not in said.out, "the ledger holds no file names"


def test_a_wrong_passphrase(world: World, dure_command: Dure, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    wrong = tmp_path / "wrong"
    wrong.write_text("not the right one")
    wrong.chmod(0o600)
    before = world.left()
    words = ("datasets", "import", tmp_path / "a.csv", "--label", LABEL, "--json")
    said = dure_command(*words, passphrase=wrong)
    assert (said.code, said.status) == ("storage.passphrase", 31)
    assert "not the right one" not in said.out + said.err
    assert not world.left().since(before)
    assert dure_command(*words).status == 0


def _post(world: World, tmp_path: Path, agency: str) -> Post:
    """The post of a node that is not the one which the charter enrolled under that name."""
    with world.open() as node:
        charter, now = node.house.charter, node.house.now
    keys = Keys.of(agency, suite("intl"))
    if agency not in {member.agency for member in charter.members}:
        charter = replace(
            charter,
            members=(*charter.members, keys.member(agency)),
            labels=replace(charter.labels, agencies=charter.labels.agencies | {agency}),
        )
    database = open_database(f"sqlite:///{tmp_path / 'stranger.db'}")
    METADATA.create_all(database.engine)
    return Post(
        agency=agency,
        charter=charter,
        charters={1: charter.digest()},
        database=database,
        spool=tmp_path / "spool",
        sign=keys.sign,
        unwrap=keys.unwrap,
        now=now,
        random=os.urandom,
    )


@pytest.mark.parametrize(
    ("agency", "code", "status"),
    [("delta", "exchange.stranger", 75), ("alpha", "exchange.signature", 76)],
    ids=["nobody's", "in another's name"],
)
def test_an_envelope_from_a_stranger(
    world: World, dure_command: Dure, tmp_path: Path, agency: str, code: str, status: int
) -> None:
    media = tmp_path / "media"
    media.mkdir()
    post = _post(world, tmp_path, agency)
    send(post, b"{}", to="bravo", kind=Kind.SUBMISSION, folder=media)
    post.database.close()
    before = world.left()
    said = dure_command("exchange", "receive", media, "--json")
    (refused,) = json.loads(said.out)["refused"]
    assert (refused["code"], refused["exit_status"], said.status) == (code, status, status)
    said = dure_command("exchange", "receive", media)
    assert (said.status, code in said.out) == (status, True)
    assert not world.left().since(before)


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"{}", os.urandom(4096)])
def test_a_file_that_is_no_envelope(dure_command: Dure, tmp_path: Path, content: bytes) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "alpha-bravo-00000001.dure-envelope").write_bytes(content)
    said = dure_command("exchange", "receive", media, "--json")
    refused = json.loads(said.out)["refused"]
    assert [one["code"] for one in refused] == ["exchange.malformed"]
    assert said.status == refused[0]["exit_status"]


def test_a_charter_with_too_few_signatures(world: World, tmp_path: Path) -> None:
    keys = world.home.parent / "keys"
    node_copy = world.copy(tmp_path / "node")
    with node_copy.open() as node:
        following = propose(node.house.charter, replace(node.house.charter, alliance="Next"))
        private = read_key_file(keys / "alpha.key", PASSPHRASE).private
        one = sign(following, "alpha", private)
        with pytest.raises(DureError) as refused:
            node.pin_charter(one)
        assert refused.value.code.startswith("governance.charter")
        assert refused.value.spec.exit_status in range(52, 75)
        assert node.house.charter.version == 1
        both = sign(one, "bravo", read_key_file(keys / "bravo.key", PASSPHRASE).private)
        node.pin_charter(both)
        assert node.house.charter.version == 2
