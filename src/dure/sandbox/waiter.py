"""What a spare sandbox runs while it waits: ``python -m dure.sandbox.waiter MODULE``.

It imports the module, tells so with one byte, and waits for the rest of the module's command on its
standard input, a socket to the launcher. Then it becomes ``python -m MODULE ARGUMENTS``, with the
empty standard input that any run has. It has seen no data until then, and serves one run.
"""

from __future__ import annotations

import importlib
import marshal
import os
import runpy
import sys

_READY = b"w"


def main(module: str) -> None:
    """Wait for the arguments of a module, then run it as the program."""
    importlib.import_module(module)
    del sys.modules[module]  # it is run once more, as the program
    os.write(0, _READY)
    size = int.from_bytes(_exactly(4), "big")
    arguments = marshal.loads(_exactly(size))  # noqa: S302 (written by our own launcher)
    nothing = os.open("/dev/null", os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _exactly(size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        block = os.read(0, size - len(parts))
        if not block:
            os._exit(0)  # nobody took it
        parts += block
    return bytes(parts)


if __name__ == "__main__":
    main(sys.argv[1])
