"""The search: bytes are mutated, and what makes the parser run new lines is kept and mutated further.

It runs in a child with bounded memory, so that a parser written in another language can't take the search
with it; an input that takes too long ends the child too. What goes wrong is told with the input. The
child is forked: whoever searches has used no library with threads of its own before.

Source
------
The mutations are those of AFL (bit flips, interesting values, blocks copied, moved, removed, spliced); that
coverage guides the search is its idea as well.
"""

from __future__ import annotations

import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

from fuzz.target import Target

MEMORY_BYTES = 6 << 30
INPUT_S = 20
LONGEST = 1 << 20
_OURS = str(Path(__file__).resolve().parents[1] / "src" / "dure")
_NUMBERS = (0, 1, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)
_WORDS = (
    b"", b"\x00", b"\r\n", b'"', b"'", b"{", b"}", b"[", b"]", b",", b"\t", b"=", b"\\u0000", b"\\ud800",
    b"\xef\xbb\xbf", b"\xff\xfe", "가".encode(), "é".encode(), b"NaN", b"1e999", b"-0", b"null", b"true",
    b"9" * 40, b"[" * 200, b"../", b"//", b" REL * FOR *", b"1970-01-01T00:00:00Z", b"#fields\t", b"# ",
)  # fmt: skip


@dataclass(frozen=True)
class Crash:
    """Something that must not happen.

    Parameters
    ----------
    what
        The error, or how the child ended; one of a kind is told once.
    data
        The input.
    told
        The traceback.
    """

    what: str
    data: bytes
    told: str = ""


@dataclass
class Search:
    """What came of it: how many inputs, how many were kept for new lines, what went wrong."""

    inputs: int = 0
    kept: int = 0
    crashes: tuple[Crash, ...] = ()


def search(
    target: Target,
    *,
    seed: int,
    inputs: int = 0,
    seconds: float = 0.0,
    corpus: Sequence[bytes] = (),
    input_s: int = INPUT_S,
) -> Search:
    """Fuzz a target for so many inputs, or for so long.

    Parameters
    ----------
    target
        The parser.
    seed
        The same seed and number of inputs give the same search.
    inputs, seconds
        When to end, whichever is given.
    corpus
        More to begin with.
    input_s
        Longest that one input may take.
    """
    found, crashes = Search(), {}
    until = time.monotonic() + seconds if seconds else None
    while (found.inputs < inputs) if inputs else time.monotonic() < (until or 0):
        rest = inputs - found.inputs if inputs else 0
        part = _in_child(target, seed + found.inputs, rest, until, corpus, input_s)
        found.inputs += max(part.inputs, 1)
        found.kept += part.kept
        crashes |= {crash.what: crash for crash in part.crashes}
    found.crashes = tuple(crashes.values())
    return found


def _in_child(
    target: Target,
    seed: int,
    inputs: int,
    until: float | None,
    corpus: Sequence[bytes],
    input_s: int,
) -> Search:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        tried, result = Path(folder, "tried"), Path(folder, "result")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries say what they like
                signal.signal(signal.SIGALRM, signal.SIG_DFL)  # it ends even what runs no Python
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                os.chdir(folder)
                made = _run(target, seed, inputs, until, corpus, tried, input_s)
                result.write_bytes(pickle.dumps(made))
                status = 0
            finally:
                os._exit(status)
        _, how = os.waitpid(child, 0)
        if how == 0:
            whole: Search = pickle.loads(result.read_bytes())
            return whole
        data = tried.read_bytes() if tried.exists() else b""
        ended = f"signal {os.WTERMSIG(how)}" if os.WIFSIGNALED(how) else f"status {how >> 8}"
        ended = "took too long" if ended == f"signal {int(signal.SIGALRM)}" else ended
        return Search(1, 0, (Crash(f"{target.name}: {ended}", data),))


def _run(
    target: Target,
    seed: int,
    inputs: int,
    until: float | None,
    corpus: Sequence[bytes],
    tried: Path,
    input_s: int,
) -> Search:
    dice, found, seen, crashes = random.Random(seed), Search(), set(), {}
    kept = [*target.seeds(), *corpus]
    queue = iter(tuple(kept))
    while (found.inputs < inputs) if inputs else time.monotonic() < (until or 0):
        data = next(queue, None)
        fresh = data is not None
        if data is None:
            data = mutated(dice, kept)
        tried.write_bytes(data)
        signal.alarm(input_s)
        try:
            with _Traced(seen if target.traced else None) as new:
                target(data)
        except Exception as error:  # noqa: BLE001 (whatever is no rightful refusal)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            ours = [
                one for one in traceback.extract_tb(error.__traceback__) if _OURS in one.filename
            ]
            at = ours[-1] if ours else frame
            what = f"{target.name}: {type(error).__name__} at {Path(at.filename).name}:{at.lineno}"
            crashes.setdefault(what, Crash(what, data, traceback.format_exc()))
        finally:
            signal.alarm(0)
        found.inputs += 1
        if new and not fresh and len(data) <= LONGEST:
            kept.append(data)
            found.kept += 1
    found.crashes = tuple(crashes.values())
    return found


class _Traced:
    """Whether the body ran a line of ours that none before it ran."""

    def __init__(self, seen: set[tuple[int, int]] | None) -> None:
        self._seen, self.new = seen, False

    def __bool__(self) -> bool:
        return self.new

    def __enter__(self) -> Self:
        if self._seen is not None:
            sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        if self._seen is not None:
            sys.settrace(None)

    def _call(self, frame: FrameType, _event: str, _told: Any) -> Any:
        return self._line if frame.f_code.co_filename.startswith(_OURS) else None

    def _line(self, frame: FrameType, _event: str, _told: Any) -> Any:
        line = (id(frame.f_code), frame.f_lineno)
        if self._seen is not None and line not in self._seen:
            self._seen.add(line)
            self.new = True
        return self._line


def mutated(dice: random.Random, kept: Sequence[bytes]) -> bytes:
    """Return one of what was kept, changed in one to eight places."""
    data = bytearray(dice.choice(kept))
    for _ in range(dice.choice((1, 1, 1, 2, 4, 8))):
        dice.choice(_MUTATIONS)(dice, data, kept)
    return bytes(data[:LONGEST])


def _flip(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _byte(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _number(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    size, order = dice.choice((1, 2, 4, 8)), dice.choice(("little", "big"))
    at = dice.randrange(len(data) + 1)
    value = dice.choice(_NUMBERS) & ((1 << 8 * size) - 1)
    data[at : at + size] = value.to_bytes(size, order)  # type: ignore[arg-type]


def _digits(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    places = [at for at, byte in enumerate(data[:4096]) if 48 <= byte <= 57]
    if places:
        at = dice.choice(places)
        data[at : at + 1] = str(dice.choice(_NUMBERS) * dice.choice((1, -1))).encode()


def _word(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = dice.randrange(len(data) + 1)
    data[at:at] = dice.choice(_WORDS)


def _cut(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        start, size = _block(dice, data)
        del data[start : start + size]


def _again(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        start, size = _block(dice, data)
        at = dice.randrange(len(data) + 1)
        data[at:at] = data[start : start + size] * dice.choice((1, 1, 2, 50))


def _end(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[dice.randrange(len(data) + 1) :]


def _splice(dice: random.Random, data: bytearray, kept: Sequence[bytes]) -> None:
    other = dice.choice(kept)
    at, there = dice.randrange(len(data) + 1), dice.randrange(len(other) + 1)
    data[at:] = other[there:]


def _block(dice: random.Random, data: bytearray) -> tuple[int, int]:
    start = dice.randrange(len(data))
    return start, 1 + dice.randrange(min(len(data) - start, dice.choice((4, 32, 512))))


_MUTATIONS = (_flip, _byte, _number, _digits, _word, _cut, _again, _end, _splice)


def corpus_of(folder: Path) -> Iterator[bytes]:
    """Yield the files of a corpus."""
    for file in sorted(folder.iterdir()):
        if file.is_file():
            yield file.read_bytes()[:LONGEST]
