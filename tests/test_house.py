"""The promises that the house makes about itself: its errors, its walls, its weight, its tree."""

from __future__ import annotations

import ast
import doctest
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from dure.core.errors import DureError, error_table, families
from scripts import coverage_gate, make_docs, wheelhouse

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
HANGUL = re.compile(r"[가-힣]")

EXIT_STATUSES = {
    "core": range(10, 20),
    "storage": range(20, 35),
    "sandbox": range(35, 45),
    "readers": (*range(45, 52), *range(210, 214), *range(218, 222), *range(250, 253)),
    "governance": (*range(52, 75), *range(236, 239)),
    "exchange": range(75, 84),
    "datasets": (3, *range(84, 92), *range(193, 210), *range(214, 226)),
    "trials": (*range(92, 103), 125, *range(226, 236), *range(239, 249)),
    "transfers": range(103, 111),
    "node": range(111, 125),
}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], stdout=subprocess.PIPE, check=True
    ).stdout
    return [
        path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()
    ]


def modules() -> list[str]:
    return [
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(SOURCE.glob("dure/**/*.py"))
        if path.name != "__main__.py" and "versions" not in path.parts and path.name != "env.py"
    ]


# ── errors ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def house_families() -> list[type[DureError]]:
    make_docs.import_error_tables()
    return [family for family in families() if family.__module__.startswith("dure.")]


def test_no_two_errors_share_a_code_or_an_exit_status(house_families):
    codes = [code for family in house_families for code in family.TABLE]
    statuses = [row.exit_status for family in house_families for row in family.TABLE.values()]
    assert len(codes) == len(set(codes))
    assert len(statuses) == len(set(statuses))
    assert set(codes) <= set(error_table())


def test_each_family_keeps_to_its_room(house_families):
    for family in house_families:
        room = family.__module__.split(".")[1]
        for code, row in family.TABLE.items():
            assert code == row.code
            assert code.partition(".")[0] in family.__module__.split("."), code
            assert row.exit_status in EXIT_STATUSES[room], code
            assert 400 <= row.http_status < 600, code


def test_every_sentence_exists_in_both_languages_with_the_same_facts(house_families):
    fact, whole_fact = re.compile(r"\{(\w+)"), re.compile(r"\{.*?\}")
    for family in house_families:
        for code, row in family.TABLE.items():
            for text in (row.what, row.why, row.next_step):
                assert text.en.strip(), code
                assert not HANGUL.search(text.en), code
                assert HANGUL.search(text.ko) or not re.search(
                    "[A-Za-z]", whole_fact.sub("", text.ko)
                )
                # A fact may itself be a sentence, and then has one name for each language.
                english = {name.removesuffix("_en") for name in fact.findall(text.en)}
                korean = {name.removesuffix("_ko") for name in fact.findall(text.ko)}
                assert english == korean, code
            for text in (row.what, row.next_step):
                whole_sentences = re.fullmatch(r"(\{\w+[._]ko\}\W*)+", text.ko)
                assert HANGUL.search(text.ko) or whole_sentences, code


# ── the source tree ────────────────────────────────────────────────────────────────────────────
def test_no_module_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("src", "scripts", "bench", "demo")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_no_module_has_a_name_that_says_nothing():
    nothing = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [path for path in SOURCE.rglob("*") if path.stem in nothing]


def test_a_command_writes_a_file_whole_or_not_at_all():
    """Half a file that a full disk left would be taken for the whole."""
    bare = re.compile(r"""\bopen\([^)]*["'][wxa]b?["']|write_(text|bytes)\(""")
    assert bare.search('with out.open("x", encoding="utf-8") as written:')
    assert bare.search('out.write_text("half")')
    listed = (SOURCE / "dure/cli").glob("*.py")
    assert [path.name for path in listed if bare.search(path.read_text(encoding="utf-8"))] == []


def test_a_word_of_the_glossary_names_one_class():
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    terms = set(re.findall(r"^\| ([A-Z]\w+) \|", glossary, re.MULTILINE))
    assert {"Permit", "Verdict", "Envelope"} <= terms  # the positive control
    named = Counter(
        node.name
        for path in SOURCE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name in terms
    )
    # What stands before a content and says what it is: of a backup, a bundle, an algorithm.
    assert [name for name, times in named.items() if times > 1] == ["Manifest"]


# Written in two pieces, so that this file doesn't find itself.
HOSTS = ("pypi" + r"\.org", "python" + r"hosted\.org", r"npmjs" + r"\.", "dev" + r"pi\b")
MACHINE_PATHS = (
    r"/work" + r"/(?:main|shared)\b",
    r"/root" + r"/\.(?:pyenv|venv|cache|local)",
    r"/tmp" + r"/bash_jobs",
    r"/home" + r"/[a-z]+/[\w.]",
    r"/Users" + r"/\w",
)


@pytest.mark.parametrize("forbidden", [*HOSTS, *MACHINE_PATHS])
def test_no_tracked_file_names_a_registry_host_or_a_path_of_a_machine(forbidden):
    pattern = re.compile(forbidden.encode())
    found = [path for path in tracked_files() if pattern.search(path.read_bytes())]
    assert not found


def test_the_search_for_hosts_and_paths_would_find_one():
    sample = b"see https://pypi" + b".org/simple and /work" + b"/main/x and /home" + b"/ann/.ssh"
    assert sum(bool(re.search(one.encode(), sample)) for one in (*HOSTS, *MACHINE_PATHS)) == 3


def test_nothing_that_a_node_holds_is_tracked():
    held = {".db", ".key", ".pem", ".sqlite"}
    assert not [path for path in tracked_files() if path.suffix in held]
    assert not [path for path in tracked_files() if path.is_relative_to(ROOT / "demo" / "nodes")]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock"])
def test_every_locked_part_is_pinned_and_hashed(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    parts = re.split(r"\n(?=[a-z])", text.partition("\n")[2])
    assert len(parts) > 5
    for part in parts:
        head, *hashes = [line.strip().rstrip(" \\") for line in part.strip().splitlines()]
        assert re.match(r"[a-z0-9.\-]+==[\w.]+( ;.*)?$", head), head
        assert hashes, head
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes), head


def test_the_lock_has_every_part_that_the_project_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    named = [
        *project["project"]["dependencies"],
        *extras["clusters"],
        *extras["demo"],
        *extras["dev"],
    ]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for requirement in named:
        name = re.match(r"[A-Za-z0-9-]+", requirement)[0].lower()
        assert f"\n{name}==" in locked or f"\n{name}[" in locked, name


# ── weight ─────────────────────────────────────────────────────────────────────────────────────
HEAVY = frozenset(
    [
        "alembic",
        "cedarpy",
        "cryptography",
        "msgspec",
        "numpy",
        "polars",
        "psycopg",
        "pyarrow",
        "rich",
        "sklearn",
        "sqlalchemy",
        "typer",
        "asyncio",
        "importlib.metadata",
        "sqlite3",
        "ssl",
    ]
)


def loaded_by(statement: str) -> set[str]:
    script = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": os.pathsep.join(path for path in (str(SOURCE), *sys.path) if path)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_dure_loads_nothing_heavy_and_no_room():
    loaded = loaded_by("import dure; dure.__version__")
    assert "dure" in loaded
    assert not loaded & HEAVY
    assert not [name for name in loaded if name.startswith("dure.")]


def test_the_search_for_heavy_modules_would_find_one():
    assert "polars" in loaded_by("import dure, polars")


@pytest.mark.parametrize("room", sorted(EXIT_STATUSES))
def test_a_room_is_light_until_it_is_used(room):
    assert not loaded_by(f"import dure.{room}") & HEAVY


# ── examples ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name):
    outcome = doctest.testmod(
        import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    assert outcome.failed == 0


# ── the harness itself ─────────────────────────────────────────────────────────────────────────
def test_sockets_reach_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port), timeout=5) as client:
            peer, _ = server.accept()
            with peer:
                client.sendall(b"here")
                assert peer.recv(4) == b"here"


def test_unix_sockets_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path has about 100 bytes at most
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("socket")
        server.listen(1)
        client.connect("socket")


# 192.0.2.0/24 and 2001:db8::/32 are set aside for documentation: nobody has these addresses.
@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.socket().connect_ex(("192.0.2.1", 80)),
        lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendmsg([b""], [], 0, ("192.0.2.1", 53)),
        lambda: socket.getaddrinfo("example.invalid", 80),
    ],
    ids=["create_connection", "connect_ex", "connect6", "sendto", "sendmsg", "getaddrinfo"],
)
def test_sockets_reach_nothing_else(reach):
    with pytest.raises(AssertionError, match=r"tests (reach|look up)"):
        reach()


HARNESS_CASE = """
import pytest
def test_present(): pass
@pytest.mark.third_party_data
def test_lacks_data(): pytest.skip("no data")
@pytest.mark.xfail(reason="known")
def test_known(): assert False
def test_lacks_a_part(): pytest.skip("no part")
"""


@pytest.mark.parametrize(
    ("ci", "summary"),
    [("", "1 passed, 2 skipped, 1 xfailed"), ("true", "1 failed, 1 passed, 1 skipped, 1 xfailed")],
)
def test_a_silent_skip_fails_under_ci_only(tmp_path, ci, summary):
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = third_party_data\n")
    (tmp_path / "test_case.py").write_text(HARNESS_CASE)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        env={**environment, "CI": ci},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert summary in done.stdout


# ── the scripts behind make ────────────────────────────────────────────────────────────────────
def measured(statements: int, covered: int, branches: int = 0, covered_branches: int = 0) -> dict:
    return {
        "summary": {
            "num_statements": statements,
            "covered_lines": covered,
            "num_branches": branches,
            "covered_branches": covered_branches,
        },
        "missing_lines": [7],
        "missing_branches": [[3, 5]],
    }


@pytest.mark.parametrize(
    ("files", "failures"),
    [
        ({"src/dure/core/a.py": measured(10, 10, 4, 4)}, 0),
        ({"src/dure/core/a.py": measured(10, 10, 4, 3)}, 1),
        ({"src/dure/governance/ledger/a.py": measured(10, 9)}, 1),
        ({"src/dure/storage/a.py": measured(10, 9)}, 0),
        ({"src/dure/storage/a.py": measured(100, 89)}, 1),
        ({"src/dure/storage/a.py": measured(10, 5), "src/dure/storage/b.py": measured(90, 90)}, 0),
        ({"src/dure/__init__.py": measured(10, 9)}, 0),
    ],
)
def test_the_coverage_gate_is_strict_where_it_says_so(files, failures):
    assert len(coverage_gate.judge(files)) == failures


def test_a_wheelhouse_lock_differs_by_the_built_wheels_alone():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    digests = {name: f"{number:064x}" for number, name in enumerate(wheelhouse.BUILT)}
    carried = wheelhouse.with_hashes(lock, digests)
    added = set(carried.splitlines()) - set(lock.splitlines())
    assert added == {f"    --hash=sha256:{digest} \\" for digest in digests.values()}
    assert len(carried.splitlines()) == len(lock.splitlines()) + len(digests)


def test_a_directory_that_is_no_wheelhouse_is_refused(tmp_path, capsys):
    assert wheelhouse.verify(tmp_path) == 1
    assert "make wheelhouse" in capsys.readouterr().err


def test_a_wheelhouse_is_refused_when_a_file_was_altered(tmp_path, capsys):
    for name in wheelhouse.BUILT:
        wheel = tmp_path / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
        wheel.write_bytes(b"built here")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    carried_lock = wheelhouse.with_hashes(lock, wheelhouse.built_wheels(tmp_path))
    (tmp_path / "requirements.lock").write_text(carried_lock, encoding="utf-8")
    sums = "".join(
        f"{wheelhouse._sha256(path)}  {path.name}\n" for path in wheelhouse._carried(tmp_path)
    )
    (tmp_path / "SHA256SUMS").write_text(sums, encoding="utf-8")
    assert wheelhouse.verify(tmp_path) == 0
    wheel.write_bytes(b"built elsewhere")
    assert wheelhouse.verify(tmp_path) == 1
    assert "altered" in capsys.readouterr().err
