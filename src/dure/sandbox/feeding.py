"""How content gets to the launcher: memory that has no name, pipes, and threads that fill them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterable

PIPE_BYTES = 1 << 20


class Feeder(threading.Thread):
    """Feeds chunks into a pipe; when they fail, the run is abandoned first."""

    def __init__(
        self, chunks: Iterable[bytes], descriptor: int, abandon: Callable[[], None]
    ) -> None:
        super().__init__(name="dure-sandbox-feeder", daemon=True)
        self._chunks, self._descriptor, self._abandon = chunks, descriptor, abandon
        self._once, self._withdrawn = threading.Lock(), False
        self.error: BaseException | None = None

    def run(self) -> None:
        """Feed them to the end, or until nobody reads."""
        if not self._once.acquire(blocking=False):
            return
        try:
            for chunk in self._chunks:
                view = memoryview(chunk)
                while view:
                    view = view[os.write(self._descriptor, view) :]
        except BrokenPipeError:
            return
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            self.error = error
            self._abandon()
        finally:
            os.close(self._descriptor)

    def withdraw(self) -> bool:
        """Say whether it has not begun, since its start failed or was interrupted; then it never will."""
        self._withdrawn = self._once.acquire(blocking=False)
        return self._withdrawn

    def let_go(self) -> None:
        """Wait for its end, or close the pipe of what was withdrawn."""
        if self._withdrawn:
            os.close(self._descriptor)
        else:
            self.join()


def wide_pipe() -> tuple[int, int]:
    """Return a pipe that holds a block, so that two processes needn't take turns 16 times for it."""
    ours, theirs = os.pipe()
    with contextlib.suppress(OSError):  # a user may have so many pages in pipes, and no more
        fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return ours, theirs


def in_memory(name: str, content: bytes) -> int:
    """Return a descriptor of content that lies in memory, at its begin."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, descriptor)
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        stack.pop_all()
    return descriptor
