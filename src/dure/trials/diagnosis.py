"""What the owner's operator may look at after a run, and nobody else.

Standard output, the reason of a failure, what was refused, and what the algorithm itself wrote
down in ``attempts.json``: all of it may hold data, so it is sealed under the join of the labels
that the algorithm's sandbox saw, and read like anything else of that label. It is never part of a report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from dure.sandbox.tasks import Outcome

ATTEMPTS = "attempts.json"
KIND = "trial.diagnosis"
SCHEMA = "dure/diagnosis/v1"

_MOST_ATTEMPTS = 128
_MOST_BYTES = 64 * 1024
_MOST_NAME = 40
_MOST_SEEN = 200
_MOST_STDOUT = 16 * 1024


def read_attempts(data: bytes) -> dict[str, dict[str, str]]:
    """Return the attempts that an algorithm says it made: name -> outcome and what it saw.

    The algorithm wrote this; whatever does not have the form is left out.

    Examples
    --------
    >>> read_attempts(b'{"tcp": {"outcome": "contained", "seen": "ENOSYS"}, "x": 1}')
    {'tcp': {'outcome': 'contained', 'seen': 'ENOSYS'}}
    """
    try:
        told = json.loads(data.decode("utf-8")) if len(data) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    attempts = {}
    for name, value in list(told.items())[:_MOST_ATTEMPTS]:
        if not isinstance(value, dict) or not _name(name):
            continue
        outcome, seen = value.get("outcome"), value.get("seen", "")
        if outcome in ("contained", "escaped", "skipped") and isinstance(seen, str):
            attempts[name] = {"outcome": str(outcome), "seen": _printable(seen)[:_MOST_SEEN]}
    return attempts


def write_diagnosis(
    run: str,
    algorithm: Outcome,
    extra: tuple[str, ...],
    scoring: Mapping[str, str],
    history: str = "",
    sweep: Outcome | None = None,
) -> bytes:
    """Return the diagnosis of a run as JSON.

    Parameters
    ----------
    run
        Its id.
    algorithm
        How the algorithm's sandbox ended.
    extra
        Names of files it left that nobody asked for.
    scoring
        How scoring ended: status, cause, and for refused predictions the reason.
    history
        Digest of what the result was held against.
    sweep
        How the algorithm's sandbox ended on the perturbed part, if it ran there.
    """
    document = {
        "run": run,
        "algorithm": {
            **_ended(algorithm),
            "extra": [_printable(name) for name in extra],
            "attempts": read_attempts(algorithm.outputs.get(ATTEMPTS, b"")),
        },
        "scoring": dict(scoring),
        "history": history,
        **({"sweep": _ended(sweep)} if sweep else {}),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _ended(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "cause": outcome.cause,
        "exit_status": outcome.exit_status,
        "cpu_s": round(outcome.cpu_s, 3),
        "wall_s": round(outcome.wall_s, 3),
        "peak_bytes": outcome.peak_bytes,
        "refused": [[_printable(name), reason] for name, reason in outcome.refused],
        "stdout": _printable(outcome.stdout[-_MOST_STDOUT:].decode("utf-8", "replace")),
    }


def _name(name: str) -> bool:
    return 0 < len(name) <= _MOST_NAME and name.isascii() and name.replace("-", "").isalnum()


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)
