"""What is kept or carried sealed: bundles, seals, packed pages, packages of algorithms, a ledger's export."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from dure.governance.ledger.export import export_tiles
from dure.governance.ledger.notes import parse_checkpoint, parse_note
from dure.governance.ledger.verify import verify_export
from dure.storage.seal import seal, unseal
from dure.storage.vault.packing import Packing, pack, unpack
from dure.transfers.opening import open_bundle
from dure.trials import manifest, packing
from fuzz.target import Target
from tests.governance.ledger.ledgers import (
    ORIGIN,
    Keys,
    entries,
    make_database,
    open_ledger,
    sqlite_url,
)
from tests.transfers import test_transfers

_KEY = b"k" * 32
_PAGE = b"ships and harbours " * 20
_BASE = b"ships and harbours " * 19
_TOML = b"""[algorithm]
name = "mean-by-route"
version = "1.0"
task = "tabular-regression"
entry_point = "algorithm:Mean"
runtime = "scikit-learn"
licence = "Apache-2.0"
origin = "Written here."

[limits]
wall_s = 60
memory_mib = 1536

[parameters]
group = "carrier,origin"
prior_rows = 20.0
"""


@cache
def _bundle() -> tuple[bytes, object]:
    with tempfile.TemporaryDirectory() as folder:
        done = test_transfers.transfer(Path(folder))
        return done.data, done.reader


def _open_bundle(data: bytes) -> None:
    file = Path("bundle")
    file.write_bytes(data)
    open_bundle(file, _bundle()[1])  # type: ignore[arg-type]


@cache
def _export() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        database = make_database(sqlite_url(Path(folder)))
        ledger = open_ledger(database, Keys())
        ledger.append(entries(20))
        export_tiles(ledger, Path(folder, "record"))
        ledger.close()
        database.close()
        root = Path(folder, "record")
        return {
            file.relative_to(root).as_posix(): file.read_bytes()
            for file in sorted(root.rglob("*"))
            if file.is_file()
        }


def _verify(data: bytes) -> None:
    """Take the first byte for which file of the export the rest is."""
    export, root = _export(), Path("record")
    shutil.rmtree(root, ignore_errors=True)
    changed = sorted(export)[data[0] % len(export)] if data else "checkpoint"
    for name, content in export.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data[1:] if name == changed else content)
    keys = Keys()
    verify_export(root, ORIGIN, keys.public, keys.suite)


def _seeds_of_export() -> list[bytes]:
    export = _export()
    return [bytes([at]) + export[name] for at, name in enumerate(sorted(export))]


def _unpacked(data: bytes) -> None:
    """Take the first byte for how it was packed."""
    how = Packing(data[0] % len(Packing)) if data else Packing.PLAIN
    unpack(how, data[1:], len(_PAGE), _BASE)


def _packed() -> list[bytes]:
    how, content = pack(_PAGE)
    return [bytes([how]) + content, bytes([Packing.PLAIN]) + _PAGE]


TARGETS = [
    Target("bundle", lambda: [_bundle()[0]], _open_bundle, ("transfers.", "core.", "governance.")),
    Target(
        "seal",
        lambda: [b"".join(seal(_KEY, [_PAGE] * 3))],
        lambda data: list(unseal(_KEY, [data])),
        ("storage.seal",),
    ),
    Target("vault-page", _packed, _unpacked, (), (ValueError,)),
    Target("ledger", _seeds_of_export, _verify, ("ledger.", "storage.file")),
    Target(
        "note",
        lambda: [_export()["checkpoint"]],
        lambda data: parse_checkpoint(parse_note(data).text),
        ("ledger.",),
    ),
    Target(
        "package",
        lambda: [packing.pack({"algorithm.toml": _TOML, "algorithm.py": b"pass\n"})],
        packing.unpack,
        ("trials.",),
    ),
    Target("algorithm", lambda: [_TOML], manifest.read_manifest, ("trials.",)),
]
