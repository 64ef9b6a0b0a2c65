"""The runtime inside: this interpreter, its packages and our own source, bound read-only.

Inside, ``/py`` is the base interpreter with its standard library, ``/site`` the packages, ``/dure``
the folder that holds our source. The interpreter starts with ``-S``: no ``.pth`` file, no user folder
and no working directory gets a say in what is imported.

Of the packages only those of the runtime are there, with what they require. Whatever else is
installed beside them stays outside: a package may carry data, and with it somebody's targets.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from dure.sandbox.errors import SandboxError
from dure.sandbox.tasks import PROCESSORS, Bind, Limits, Task

PYTHON = "/py/bin/python3"
OWN = "/dure/dure"
PYTHON_FLAGS = (PYTHON, "-S", "-s", "-B", "-P")
PACKAGES = ("polars", "pyarrow", "numpy", "scikit-learn", "msgspec")
"""What our own workers are given unless they say otherwise."""
_ASIDE = ("__pycache__", ".dist-info")
_REQUIRED = re.compile(r"\s*([A-Za-z0-9._-]+)")


def python_command(
    arguments: Sequence[str],
    *,
    inputs: Sequence[str] = (),
    binds: Sequence[Bind] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    packages: bool | tuple[str, ...] = True,
) -> Task:
    """Return a task that runs this interpreter inside the sandbox.

    Parameters
    ----------
    arguments
        What follows ``python3``: ``("-m", "dure.readers.worker")`` or ``("/in/algorithm.py",)``.
    inputs
        Names that appear under ``/in``.
    binds
        More of the host, read-only.
    environment
        More variables.
    limits
        What it may use.
    packages
        The packages that are seen, with what they require: the usual ones, these, or none.

    Raises
    ------
    SandboxError
        ``sandbox.part-missing`` when the standard library can't be located.

    Examples
    --------
    >>> python_command(["-c", "print(1)"]).argv[0]
    '/py/bin/python3'
    """
    seen = [*system_binds(), *interpreter_binds()]
    paths = ["/dure"]
    if packages:
        seen.extend(package_binds() if packages is True else package_binds(packages))
        paths.append("/site")
    seen.append(own_source())
    return Task(
        argv=(*PYTHON_FLAGS, *arguments),
        binds=(*seen, *binds),
        inputs=tuple(inputs),
        environment={
            "HOME": "/tmp",  # noqa: S108 (the run's own tmpfs)
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "LD_LIBRARY_PATH": "/py/lib",
            "PYTHONHASHSEED": "0",
            "PYTHONHOME": "/py",
            "PYTHONPATH": ":".join(paths),
            "TMPDIR": "/tmp",  # noqa: S108
            "TZ": "UTC",
            **(environment or {}),
        },
        limits=limits or Limits(),
    )


@cache
def system_binds() -> tuple[Bind, ...]:
    """Return the C library, its loader and its cache, at the paths where programs expect them."""
    triplet = getattr(sys.implementation, "_multiarch", "")
    places = [Path(place) for place in ("/lib", "/lib64", "/usr/lib", "/usr/lib64")]
    multiarch = bool(triplet) and any((place / triplet).is_dir() for place in places)
    found: list[Bind] = []
    for place in places:
        narrow = place / triplet
        if multiarch and narrow.is_dir():
            found.append(Bind(narrow.resolve(), str(narrow)))
            loaders = place.glob("ld-*.so*")
            found.extend(Bind(loader.resolve(), str(loader)) for loader in loaders)
        elif place.is_dir() and (place.name == "lib64" or not multiarch):
            found.append(Bind(place.resolve(), str(place)))
    cache_file = Path("/etc/ld.so.cache")
    if cache_file.is_file():
        found.append(Bind(cache_file, str(cache_file)))
    return tuple(found)


@cache
def interpreter_binds() -> tuple[Bind, ...]:
    """Return the base interpreter and its standard library, without the packages installed there.

    Raises
    ------
    SandboxError
        ``sandbox.part-missing``.
    """
    executable = Path(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))
    library = Path(sysconfig.get_path("stdlib"))
    if not executable.is_file() or not (library / "os.py").is_file():
        raise SandboxError("sandbox.part-missing", part="python", mend="python")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    hidden = ("site-packages", "dist-packages", "test", "idlelib", "ensurepip")
    found = [
        Bind(executable, PYTHON),
        Bind(library.resolve(), f"/py/{sys.platlibdir}/{version}", hidden=hidden),
    ]
    shared = sysconfig.get_config_var("INSTSONAME") or ""
    if ".so" in shared:
        # The folder it was built for may not be the one it was moved to, nor one we may enter.
        for folder in (f"{sys.base_prefix}/lib", sysconfig.get_config_var("LIBDIR") or ""):
            if os.access(f"{folder}/{shared}", os.R_OK):
                found.append(
                    Bind(Path(os.path.realpath(f"{folder}/{shared}")), f"/py/lib/{shared}")
                )
                break
    return tuple(found)


def processors() -> Bind:
    """Return a made-up count of processors, two, whatever the host has.

    ONNX Runtime reads one while it is imported, and a machine without one ends it (a signal 11).
    """
    return Bind(Path(__file__).parent / "processors", PROCESSORS)


@cache
def own_source() -> Bind:
    """Return our own source.

    As root, each of its files is looked at, since the run has another user: a checkout that was
    brought up to date under a strict umask has a few files that are root's alone, and any of them
    may be what a worker begins with. (What is closed as a whole the launcher finds.)

    Raises
    ------
    SandboxError
        ``sandbox.source`` when others can read it, but not all of it.
    """
    root = Path(__file__).parent.parent
    if os.geteuid() == 0 and _is_open(root) and not all(map(_is_open, _source_files(root))):
        raise SandboxError("sandbox.source", name=OWN, reason="closed", paths=str(root))
    return Bind(root, OWN)


def _source_files(root: Path) -> Iterator[Path]:
    for path in root.iterdir():
        if path.name != "__pycache__":  # is made anew where it can't be read
            yield path
            if path.is_dir():
                yield from _source_files(path)


def _is_open(path: Path) -> bool:
    mode = path.stat().st_mode
    wanted = 0o005 if stat.S_ISDIR(mode) else 0o004
    return mode & wanted == wanted


@cache
def package_binds(names: tuple[str, ...] = PACKAGES) -> tuple[Bind, ...]:
    """Return packages with what they require, each by itself, and no neighbour of theirs.

    Parameters
    ----------
    names
        The packages, by default the runtime's; those that are not installed are left out.
    """
    found: dict[str, Path] = {}
    for package in installed(names):
        for name in _top_names(package):
            source = Path(str(package.locate_file(name))).resolve()
            if source.exists():
                found.setdefault(name, source)
    return tuple(Bind(source, f"/site/{name}") for name, source in sorted(found.items()))


def installed(names: Sequence[str]) -> Iterator[Distribution]:
    """Yield the distributions of these names and those that they require, where they are installed.

    Parameters
    ----------
    names
        Names of distributions.
    """
    waiting, seen = list(names), set[str]()
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        yield package
        for line in package.requires or ():
            required = _REQUIRED.match(line)
            if required and "extra" not in line.partition(";")[2]:
                waiting.append(required[1])


def _top_names(package: Distribution) -> set[str]:
    """Return what a distribution put into the folder of packages: folders and single modules."""
    record = package.read_text("RECORD")
    if record is None:  # a system's own package manager leaves none
        listed = (package.read_text("top_level.txt") or package.metadata["Name"]).split()
        return {*listed, *(f"{name}.py" for name in listed)}
    names = {line.partition(",")[0].partition("/")[0].strip('"') for line in record.splitlines()}
    return {name for name in names if name.strip(".") and not name.endswith(_ASIDE)}
