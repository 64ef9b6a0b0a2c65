"""What an attempt is: a function that tries something it must not be able to do.

It returns what it reached (then it has escaped), raises `Contained` or any `OSError` when it was
stopped, or returns a `Remark` when there is something to know but nothing to hold. Anything else it
raises is a defect of the attempt, and counts as such: a probe that is broken proves nothing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

Clues = Mapping[str, Any]
"""What the host tells an attempt: where its canaries are, and the numbers of system calls."""

Act = Callable[[Clues], object]

ATTEMPTS: dict[str, Act] = {}

NAIVE: dict[str, Act] = {}
"""What a careless reader in place of ours does with the same thing: the control of such an attempt."""

PLACE = os.environ.get("DURE_PLACE", "")
"""What stands before ``/in``, ``/out`` and ``/tmp``: nothing, except in tier B (`dure.sandbox.places`)."""

_ATTEMPT_S, _CHILD_S = 20, 10
"""What took so long proves nothing: a busy host is no wall."""
_CLONE_NEWNS = 0x00020000

_libc = ctypes.CDLL(None, use_errno=True)


class Contained(Exception):  # noqa: N818 (being contained is no error)
    """The attempt was stopped, and how that showed."""


class Remark(str):
    """Something to know that is no escape."""

    __slots__ = ()


def attempt(function: Act) -> Act:
    """Register an attempt under ``module.function-name``."""
    ATTEMPTS[_name(function)] = function
    return function


def naive(name: str) -> Callable[[Act], Act]:
    """Register the careless way that lets the named attempt succeed."""

    def register(function: Act) -> Act:
        NAIVE[name] = function
        return function

    return register


def _name(function: Act) -> str:
    module = function.__module__.rpartition(".")[2]
    return f"{module}.{function.__name__.lstrip('_').replace('_', '-')}"


def try_one(function: Act, clues: Clues) -> tuple[str, str]:
    """Make one attempt and return its outcome and what it saw.

    Returns
    -------
    tuple of str
        ``escaped``, ``contained``, ``informational`` or ``unprobed``; and a few words.
    """
    try:
        reached = function(clues)
    except Contained as stopped:
        return "contained", str(stopped)[:80]
    except MemoryError:
        return "contained", "MemoryError"
    except OSError as error:
        return "contained", errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:  # noqa: BLE001 (whatever it is, it must not end the others)
        return "unprobed", f"{type(error).__name__}: {error}"[:80]
    return ("informational" if isinstance(reached, Remark) else "escaped"), str(reached)[:80]


def try_apart(function: Act, clues: Clues) -> tuple[str, str]:
    """Make one attempt in a forked child, so that what it does to itself ends with it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(_ATTEMPT_S)
            os.close(ours)
            if clues.get("own_mounts"):  # then what it does to the mounts is its own, too
                call(clues, "unshare", _CLONE_NEWNS)
            seen = try_one(function, {**clues, "own": [theirs]})
            os.write(theirs, "\n".join(seen).encode("utf-8", "replace"))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        outcome, _, words = answer.read(4096).decode("utf-8", "replace").partition("\n")
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if outcome:
        return outcome, words
    return "unprobed" if code == -signal.SIGALRM else "contained", f"killed by signal {-code}"


def call(clues: Clues, name: str, *arguments: object) -> int:
    """Make a system call by name and return its result.

    Raises
    ------
    OSError
        What the kernel answered.
    Contained
        When this machine has no such call.
    """
    number = clues["calls"].get(name, -1)
    if number < 0:
        raise Contained("no such call on this machine")
    ctypes.set_errno(0)
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def in_child(action: Callable[[], object]) -> str:
    """Do something in a forked child, because it changes or may end the process.

    Returns
    -------
    str
        What it reached.

    Raises
    ------
    Contained
        When the child was killed, or the action ended in an `OSError`.
    """
    child = os.fork()
    if child == 0:
        code = 4
        try:
            signal.alarm(_CHILD_S)
            action()
            code = 0
        except OSError as error:
            code = 64 + (error.errno or 0) % 128
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (4, -signal.SIGALRM):
        raise RuntimeError("the attempt broke, or took too long")
    if code >= 64:
        raise Contained(errno.errorcode.get(code - 64, "refused"))
    if code != 0:
        raise Contained(f"killed by signal {-code}")
    return "the child ended well"
