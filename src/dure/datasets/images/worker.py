"""The program inside the sandbox that also scans what rides along with pictures for personal data.

As `dure.readers.images.worker`; what is found goes out as kinds, never as text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dure.datasets.personal.kinds import Confidence
from dure.readers.images import worker


class Looking:
    """Looks for personal data in a picture's words; the scanner is made when there are some."""

    def __init__(self) -> None:
        from dure.datasets.personal.scan import Scanner

        self._scanner = Scanner()

    def __call__(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the kinds of what is more than a shape."""
        spans = (span for text in texts for span in self._scanner.text(text))
        return tuple(sorted({str(one.kind) for one in spans if one.confidence > Confidence.LOW}))


if __name__ == "__main__":
    os._exit(worker.main(sys.argv[1:], looking=Looking))
