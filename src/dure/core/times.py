"""Times as the house writes them: UTC, whole seconds, ``Z``."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from dure.core.errors import CoreError

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z")


def write_time(epoch_s: float) -> str:
    """Return seconds since 1970 as ``2026-01-31T09:30:00Z``, rounded down.

    Examples
    --------
    >>> write_time(0.9)
    '1970-01-01T00:00:00Z'
    """
    moment = datetime.fromtimestamp(int(epoch_s // 1), tz=UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def read_time(text: str) -> int:
    """Return seconds since 1970 for a time of that one form.

    Raises
    ------
    CoreError
        ``core.time`` for any other form or an impossible date.

    Examples
    --------
    >>> read_time("1970-01-01T00:01:00Z")
    60
    """
    if not _FORM.fullmatch(text):
        raise CoreError("core.time")
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError as error:
        raise CoreError("core.time") from error
