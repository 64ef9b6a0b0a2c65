"""Enforcement: blocks of a table go on while the same blocks are checked; the last one waits for the answer.

The table is never stored for the check: each block goes to two places, the one that seals it and the
sandbox that checks it. When a rule is broken the iterator raises before it ends, so that whoever seals
abandons what it has.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

from dure.datasets.rules.contract import Contract
from dure.datasets.rules.outcomes import RuleOutcome
from dure.datasets.rules.sandboxed import check_table, hold


def enforced(blocks: Iterator[bytes], contract: Contract) -> Iterator[bytes]:
    """Yield the blocks of a Parquet table, and end only when it keeps the contract.

    Parameters
    ----------
    blocks
        The table, as a reader has written it.
    contract
        The rules.

    Raises
    ------
    DatasetError
        ``datasets.rules``, after the last block.
    ReaderError, SandboxError
        When the check could not be made.
    """
    check = _Check(contract)
    try:
        check.start()
        for block in blocks:
            check.feed(block)
            yield block
        hold(check.outcomes())
    finally:
        check.abandon()


class _Check(threading.Thread):
    """The check under way, fed through a pipe."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(name="dure-rules", daemon=True)
        self._contract = contract
        self._theirs, self._ours = os.pipe()
        self._open = True
        self._found: tuple[RuleOutcome, ...] = ()
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._found = check_table(self._theirs, self._contract, samples=0)
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            self._error = error
        finally:
            os.close(self._theirs)  # from now on feeding ends with a broken pipe

    def feed(self, block: bytes) -> None:
        view = memoryview(block)
        with contextlib.suppress(BrokenPipeError):  # the answer says why
            while view:
                view = view[os.write(self._ours, view) :]

    def outcomes(self) -> tuple[RuleOutcome, ...]:
        self.abandon()
        if self._error is not None:
            raise self._error
        return self._found

    def abandon(self) -> None:
        """End the table here and wait; half a table is no Parquet, so it can't be found in order."""
        if self._open:
            self._open = False
            os.close(self._ours)
        if self.ident is not None:
            self.join()
