"""The runtime inside: this interpreter, its packages and our own source, bound read-only.

Inside, ``/py`` is the base interpreter with its standard library, ``/site`` (``/site1``, …) the
packages, ``/dure`` the folder that holds our source. The interpreter starts with ``-S``: no ``.pth``
file, no user folder and no working directory gets a say in what is imported.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from dure.sandbox.errors import SandboxError
from dure.sandbox.tasks import Bind, Limits, Task

PYTHON = "/py/bin/python3"
_PACKAGES = ("polars", "pyarrow", "numpy", "sklearn")


def python_command(
    arguments: Sequence[str],
    *,
    inputs: Sequence[str] = (),
    binds: Sequence[Bind] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    packages: bool = True,
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
        Whether the installed packages are seen at all.

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
    for number, folder in enumerate(_package_folders() if packages else ()):
        target = f"/site{number or ''}"
        seen.append(Bind(folder, target))
        paths.append(target)
    seen.append(Bind(Path(__file__).parent.parent, "/dure/dure"))
    return Task(
        argv=(PYTHON, "-S", "-s", "-B", "-P", *arguments),
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
        raise SandboxError(
            "sandbox.part-missing", part="the standard library of Python", mend="reinstall Python"
        )
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


@cache
def _package_folders() -> tuple[Path, ...]:
    folders: dict[Path, None] = {}
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            folders[Path(spec.origin).resolve().parent.parent] = None
    return tuple(folders)
