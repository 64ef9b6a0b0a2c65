"""Enforcement: blocks of a table go on while the same blocks are checked; the last one waits for the answer.

The table is never stored for the check: each block goes to two places, the one that seals it and the
sandbox that checks it. When a rule is broken the iterator raises before it ends, so that whoever seals
abandons what it has.
"""

from __future__ import annotations

from collections.abc import Iterator

from dure.datasets.beside import Beside
from dure.datasets.rules.contract import Contract
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
    check = Beside(lambda table: check_table(table, contract, samples=0))
    try:
        check.start()
        for block in blocks:
            check.feed(block)
            yield block
        hold(check.answer())
    finally:
        check.abandon()
