"""Hostile packages and folders of a submission.

Each is given to our strict reader, which must refuse it. The control unpacks the same bytes as anybody
would, into a throw-away folder; what climbs out of that lands in the folder around it, which is thrown
away as well.
"""

# These attempts are made as crudely as an attacker would make them.
# ruff: noqa: S202
from __future__ import annotations

import gzip
import io
import os
import signal
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from dure.trials.errors import TrialsError
from dure.trials.packing import MOST_FILES, pack, read_folder, unpack
from dure.trials.probes.attempt import ATTEMPTS, NAIVE, Act, Clues, Contained

_HONEST = {"algorithm.toml": b"honest"}
_BOMB_BYTES = 8 << 20


def _tar(*members: tuple[str, dict[str, object], bytes], form: int = tarfile.USTAR_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, facts, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for fact, value in facts.items():
                setattr(member, fact, value)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _link(clues: Clues) -> bytes:
    return _tar(("link", {"type": tarfile.SYMTYPE, "linkname": clues["file"]}, b""))


def _through_a_link(clues: Clues) -> bytes:
    folder = str(Path(clues["scratch"]))
    return _tar(
        ("way", {"type": tarfile.SYMTYPE, "linkname": folder}, b""),
        ("way/escaped", {}, b"x"),
    )


ARCHIVES: Mapping[str, Callable[[Clues], bytes]] = {
    "climbs-out": lambda _: _tar(("../escaped", {}, b"x")),
    "absolute-name": lambda clues: _tar((f"{clues['scratch']}/escaped", {}, b"x")),
    "link": _link,
    "second-name": lambda _: _tar(
        ("one", {}, b"x"), ("two", {"type": tarfile.LNKTYPE, "linkname": "one"}, b"")
    ),
    "through-a-link": _through_a_link,
    "pipe": lambda _: _tar(("pipe", {"type": tarfile.FIFOTYPE}, b"")),
    "set-user-id": lambda _: _tar(("program", {"mode": 0o4755}, b"x")),
    "hidden-name": lambda _: _tar((".profile", {}, b"x")),
    "name-twice": lambda _: _tar(("same", {}, b"one"), ("same", {}, b"two")),
    "line-break-in-name": lambda _: _tar(("new\nline", {}, b"x")),
    "extended-header": lambda _: _tar(
        ("plain", {"pax_headers": {"path": "other"}}, b"x"), form=tarfile.PAX_FORMAT
    ),
    "second-format": lambda _: _tar(("one", {}, b"x")) + b"PK\x05\x06" + bytes(18),
    "too-many-files": lambda _: _tar(*((f"f{n:05}", {}, b"") for n in range(MOST_FILES + 1))),
    "bomb": lambda _: gzip.compress(_tar(("zeros", {}, bytes(_BOMB_BYTES))), mtime=0),
}
"""Packages that say another thing than they seem to."""


def _unpacks(make: Callable[[Clues], bytes]) -> Act:
    def go(clues: Clues) -> str:
        unpack(pack(_HONEST))
        try:
            unpack(make(clues))
        except TrialsError as error:
            raise Contained(str(error.facts.get("reason", error.code))) from None
        return "the package was taken"

    return go


def _extracts(name: str, make: Callable[[Clues], bytes]) -> Act:
    def go(clues: Clues) -> str:
        around = Path(clues["scratch"], f"archive-{name}")
        inside = around / "inside"
        inside.mkdir(parents=True)
        data = make({**clues, "scratch": str(around)})
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            archive.extractall(inside)
        escaped = sum(path.name != "inside" for path in around.iterdir())
        made = list(inside.iterdir())
        if name == "second-format":
            return "two formats were taken for one"
        if not escaped and not made:
            raise FileNotFoundError
        size = sum(path.stat().st_size for path in made if path.is_file())
        return f"{escaped} outside, {len(made)} inside, {size} of {len(data)} bytes"

    return go


FOLDERS: Mapping[str, Callable[[Path, Clues], object]] = {
    "folder-link": lambda folder, clues: (folder / "weights").symlink_to(clues["file"]),
    "folder-link-to-folder": lambda folder, clues: (folder / "data").symlink_to(
        Path(clues["file"]).parent
    ),
    "folder-pipe": lambda folder, _: os.mkfifo(folder / "pipe"),
}
"""Folders that lead elsewhere, or nowhere."""


def _reads_folder(name: str, trick: Callable[[Path, Clues], object]) -> Act:
    def go(clues: Clues) -> str:
        folder = _prepared(clues, f"strict-{name}")
        read_folder(folder)
        try:
            trick(folder, clues)
            read_folder(folder)
        except TrialsError as error:
            raise Contained(str(error.facts.get("reason", error.code))) from None
        return "the folder was taken"

    return go


def _copies_folder(name: str, trick: Callable[[Path, Clues], object]) -> Act:
    def go(clues: Clues) -> str:
        folder = _prepared(clues, f"careless-{name}")
        trick(folder, clues)
        signal.signal(signal.SIGALRM, _waited)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        taken = b""
        try:
            for place, _, files in os.walk(folder, followlinks=True):
                for file in files:
                    taken += Path(place, file).read_bytes()
        except TimeoutError:
            return "the reader waits for ever"
        if clues["secret"].encode() in taken:
            return "took a file of the host"
        raise FileNotFoundError

    return go


def _waited(*_: object) -> None:
    raise TimeoutError


def _prepared(clues: Clues, name: str) -> Path:
    folder = Path(clues["scratch"], name)
    folder.mkdir()
    (folder / "algorithm.toml").write_bytes(_HONEST["algorithm.toml"])
    return folder


for _entry, _make in ARCHIVES.items():
    ATTEMPTS[f"archives.{_entry}"] = _unpacks(_make)
    NAIVE[f"archives.{_entry}"] = _extracts(_entry, _make)
for _entry, _trick in FOLDERS.items():
    ATTEMPTS[f"archives.{_entry}"] = _reads_folder(_entry, _trick)
    NAIVE[f"archives.{_entry}"] = _copies_folder(_entry, _trick)
