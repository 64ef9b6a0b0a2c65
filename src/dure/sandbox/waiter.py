"""What a spare sandbox runs while it waits: ``python -m dure.sandbox.waiter MODULE [MORE ...]``.

It imports the modules, tells so with one byte, and waits for the rest of the first one's command on its
standard input, a socket to the launcher. Then it becomes ``python -m MODULE ARGUMENTS``, with the
empty standard input that any run has. It has seen no data until then, and serves one run.
"""

from __future__ import annotations

import importlib
import importlib.util
import marshal
import os
import sys
from importlib.abc import InspectLoader
from types import CodeType, ModuleType

_READY = b"w"


def main(module: str, more: list[str]) -> None:  # pragma: no cover (runs inside)
    """Wait for the arguments of a module, then run it as the program."""
    program, code = _program(module)
    for name in (module, *more):
        importlib.import_module(name)
    os.write(0, _READY)
    size = int.from_bytes(_exactly(4), "big")
    arguments = marshal.loads(_exactly(size))  # noqa: S302 (written by our own launcher)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.argv[:] = [program.__file__ or "-", *arguments]
    sys.modules["__main__"] = program
    exec(code, program.__dict__)  # noqa: S102 (as ``python -m`` does)


def _program(name: str) -> tuple[ModuleType, CodeType]:
    """Return what ``python -m`` would make of a module: an empty one called ``__main__``, and its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or not isinstance(spec.loader, InspectLoader):
        raise ModuleNotFoundError(name)
    code = spec.loader.get_code(name)
    assert isinstance(code, CodeType)  # noqa: S101 (an extension module has none)
    program = ModuleType("__main__")
    program.__spec__, program.__loader__, program.__file__ = spec, spec.loader, spec.origin
    program.__package__, program.__dict__["__cached__"] = spec.parent, spec.cached
    return program, code


def _exactly(size: int) -> bytes:  # pragma: no cover (runs inside)
    parts = bytearray()
    while len(parts) < size:
        block = os.read(0, size - len(parts))
        if not block:
            os._exit(0)  # nobody took it
        parts += block
    return bytes(parts)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
