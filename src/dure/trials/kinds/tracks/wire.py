"""``{"tracks":{"a1":[3.5,4.0],"b7":[9.0,1.5]}}``: of one moment each track's id, and where its object is.

A track keeps its id through its sequence; sequences share none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dure.trials.kinds.lines import PredictionsRefused, Refusal, number
from dure.trials.kinds.wire import Told, Wire
from dure.trials.places import BOX, POSITION

MOST_OBJECTS = 1000
"""Tracks at one moment."""
_MOST_LINE = 160 * 1024

_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")


def _read(row: dict[str, object], _: Told) -> tuple[dict[str, list[float]], list[float]]:
    tracks = row.get("tracks")
    if set(row) != {"tracks"} or not isinstance(tracks, dict):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    if len(tracks) > MOST_OBJECTS:
        raise PredictionsRefused(Refusal.TOO_MANY_TRACKS)
    if not all(map(_ID.fullmatch, tracks)):
        raise PredictionsRefused(Refusal.WRONG_ID)
    return {name: _place(place) for name, place in tracks.items()}, []


def _place(value: object) -> list[float]:
    if not isinstance(value, list) or len(value) not in (*POSITION, BOX):
        raise PredictionsRefused(Refusal.WRONG_FORM)
    place = [number(one) for one in value]
    if len(place) == BOX and min(place[2:]) <= 0.0:
        raise PredictionsRefused(Refusal.OUT_OF_RANGE)
    return place


def _write(value: Any, _: Any) -> dict[str, object]:
    return {"tracks": value}


def as_tracks(found: Mapping[Any, Any]) -> dict[str, list[float]]:
    """Return what an algorithm said of one moment, id by id, as it is written."""
    return {str(name): [float(one) for one in place] for name, place in found.items()}


WIRE = Wire(_read, _write, most=_MOST_LINE)
