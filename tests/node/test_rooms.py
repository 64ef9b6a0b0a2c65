"""An application package plugs its room in through an entry point, and nothing else changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from dure.core.rooms import load
from dure.node.rooms import ROOMS, acts, code_actions, event_types, rooms, settled

GUEST = """
import typer
from dure.core.actions import Action
from dure.core.rooms import RoomSpec
from dure.core.text import Text

DRAW = Action("sketch.draw", Text("Draw", "그리기"), roles=frozenset({"steward"}))
ROOM = RoomSpec(
    name="sketches",
    title=Text("Sketches of a guest", "손님의 밑그림"),
    actions=(DRAW,),
    events=frozenset({"sketch.draw.done"}),
    commands="guest_room:app",
)
app = typer.Typer()

@app.command()
def draw() -> None:
    print("drawn")

@app.command()
def erase() -> None:
    print("erased")
"""


def in_another_python(folder: Path, *arguments: str) -> str:
    source = Path(__file__).parents[2] / "src"
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{source}", "DURE_LANG": "en"}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def guest(folder: Path) -> Path:
    (folder / "guest_room.py").write_text(GUEST, encoding="utf-8")
    about = folder / "guest-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[dure.rooms]\nsketches = guest_room:ROOM\n")
    return folder


RUN = "from dure.cli.main import run; run()"
NAMES = """
import json
from dure.node.rooms import code_actions, event_types, rooms
print(json.dumps([[r.name for r in rooms()], [a.name for a in code_actions()], sorted(event_types())]))
"""


def test_every_part_that_a_room_names_is_there() -> None:
    for room in rooms():
        for place in (
            *room.acts.values(),
            *room.settled.values(),
            *room.jobs.values(),
            room.tables,
            room.commands,
        ):
            assert not place or load(place) is not None
    assert len(rooms()) == len(ROOMS)
    assert set(acts()) == {action.name for action in code_actions() if action.critical}
    assert set(settled()) <= set(acts())
    assert all(name.count(".") >= 1 for name in event_types())


def test_a_guest_room_is_found(tmp_path: Path) -> None:
    names, actions, events = json.loads(in_another_python(guest(tmp_path), "-c", NAMES))
    assert names[-1] == "sketches"
    assert "sketch.draw" in actions
    assert "sketch.draw.done" in events
    assert "sketches" in in_another_python(tmp_path, "-c", RUN, "--help")
    assert in_another_python(tmp_path, "-c", RUN, "sketches", "draw") == "drawn\n"


def test_without_it_there_is_no_such_room(tmp_path: Path) -> None:
    assert "sketches" not in in_another_python(tmp_path, "-c", RUN, "--help")
