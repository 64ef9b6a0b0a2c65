"""Where a task finds its inputs and leaves its outputs: ``/in``, ``/out``, ``/tmp``, except in tier B."""

from __future__ import annotations

import os
from pathlib import Path

_PLACE = Path(os.environ.get("DURE_PLACE", "/"))

IN = _PLACE / "in"
OUT = _PLACE / "out"
SCRATCH = _PLACE / "tmp"
