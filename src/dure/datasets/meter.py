"""Size and digest of a table, taken while it streams by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Meter:
    """Counts and digests the blocks of a table."""

    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def counted(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the blocks as they are."""
        for block in blocks:
            self.digest.update(block)
            self.size += len(block)
            yield block
