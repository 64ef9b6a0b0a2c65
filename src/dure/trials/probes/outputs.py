"""Attempts to leave something in ``/out`` that hurts whoever reads it.

Each trick leaves one name there. How a run ended says what became of it: nobody may be handed what
is no plain file with a plain name. The control is a careless reader of the same folder.
"""

# These attempts are made as crudely as an attacker would make them.
# ruff: noqa: PTH123, PTH211
from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from dure.trials.probes.attempt import ATTEMPTS, NAIVE, Act, Clues

HONEST = "honest"
HOLE_BYTES = 1 << 30
MANY = 40


def _touch(path: str) -> None:
    Path(path).write_text("left here")


def _hole(path: str) -> None:
    with open(path, "wb") as file:
        file.truncate(HOLE_BYTES)


def _second_name(path: str) -> None:
    aside = Path(path).with_name(".aside")
    aside.write_text("left here")
    os.link(aside, path)


def _socket(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)


TRICKS: Mapping[str, tuple[str, Callable[[str, Clues], object]]] = {
    "link": ("link", lambda path, clues: os.symlink(clues["file"], path)),
    "link-through-process": (
        "link-through",
        lambda path, clues: os.symlink(f"/proc/{clues['process']}/root{clues['file']}", path),
    ),
    "link-to-folder": ("folder-link", lambda path, _: os.symlink("/", path)),
    "second-name": ("second", lambda path, _: _second_name(path)),
    "pipe": ("pipe", lambda path, _: os.mkfifo(path)),
    "socket": ("socket", lambda path, _: _socket(path)),
    "folder": ("folder", lambda path, _: Path(path).mkdir()),
    "hidden-name": (".hidden", lambda path, _: _touch(path)),
    "option-name": ("-rf", lambda path, _: _touch(path)),
    "line-break-in-name": ("new\nline", lambda path, _: _touch(path)),
    "escape-in-name": ("\x1b[31mred", lambda path, _: _touch(path)),
    "direction-mark-in-name": ("\u202efdp", lambda path, _: _touch(path)),
    "name-not-text": ("\udcff\udcfe", lambda path, _: _touch(path)),
    "long-name": ("name" * 40, lambda path, _: _touch(path)),
    "hole": ("hole", lambda path, _: _hole(path)),
}
"""Name of the attempt -> what it leaves, and how."""


def _leaves(name: str) -> Act:
    def go(clues: Clues) -> str:
        left, trick = TRICKS[name]
        trick(f"{clues['out']}/{left}", clues)
        return "left"

    return go


def _flood(clues: Clues) -> str:
    for number in range(MANY):
        _touch(f"{clues['out']}/zz{number:04}")
    return "left"


def _careless(name: str) -> Act:
    """Return a reader that takes every name that it finds for a plain file."""

    def go(clues: Clues) -> str:
        folder = Path(clues["scratch"], name)
        folder.mkdir()
        (folder / HONEST).write_text(HONEST)
        left, trick = TRICKS[name]
        here = {**clues, "process": "self"} if name == "link-through-process" else clues
        trick(str(folder / left), here)
        signal.signal(signal.SIGALRM, _waited)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        for found in sorted(os.listdir(folder)):
            if found not in (HONEST, ".aside"):
                return _taken(folder / found)
        raise OSError(2, "nothing was found")

    return go


def _waited(*_: object) -> None:
    raise TimeoutError


def _taken(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            return f"took {file.tell()} bytes"
    except TimeoutError:
        return "the reader waits for ever"
    except (IsADirectoryError, OSError) as error:
        if path.is_dir() or path.is_socket():
            return f"the reader broke off: {type(error).__name__}"
        raise


def _careless_flood(clues: Clues) -> str:
    folder = Path(clues["scratch"], "flood")
    folder.mkdir()
    _flood({**clues, "out": str(folder)})
    return f"took {len(os.listdir(folder))} files"


def swap(clues: Clues) -> str:
    """Leave a file that turns into a link and back, again and again, until the run ends."""
    path, other = f"{clues['out']}/swapped", f"{clues['out']}/.other"
    _touch(path)
    if os.fork() == 0:
        for descriptor in clues["own"]:
            os.close(descriptor)
        while True:
            with contextlib.suppress(OSError):
                os.symlink(clues["file"], other)
                Path(other).rename(path)
                _touch(other)
                Path(other).rename(path)
    return "left"


def _careless_swap(clues: Clues) -> str:
    """Between the look at a name and its opening comes the turn of whoever swaps it."""
    path = Path(clues["scratch"], "swapped")
    _touch(str(path))
    plain = path.is_file() and not path.is_symlink()
    path.unlink()
    path.symlink_to(clues["file"])
    if plain and path.read_text() == clues["secret"]:
        return "took a file of the host for one that it had looked at"
    raise OSError(2, "another file")


ATTEMPTS.update({f"outputs.{name}": _leaves(name) for name in TRICKS})
ATTEMPTS.update({"outputs.too-many": _flood, "outputs.swapped": swap})
NAIVE.update({f"outputs.{name}": _careless(name) for name in TRICKS})
NAIVE.update({"outputs.too-many": _careless_flood, "outputs.swapped": _careless_swap})


def got_out(name: str, outputs: Mapping[str, bytes], secret: str, most: int) -> str:
    """Return what a trick brought out of a run, "" when nothing.

    Parameters
    ----------
    name
        Of the attempt, without its family.
    outputs
        What was handed over.
    secret
        What no output may hold.
    most
        How many files may be handed over.
    """
    if name == "too-many":
        return f"{len(outputs)} files" if len(outputs) > most else ""
    if name == "swapped":
        return "a file of the host" if secret.encode() in outputs.get("swapped", b"") else ""
    left = TRICKS[name][0]
    if name == "hole" and len(outputs.get(left, b"")) < HOLE_BYTES:
        return ""  # a name with little in it is no hole
    return "it was handed over" if left in outputs else ""
