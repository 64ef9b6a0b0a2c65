"""How ``dure trials --help`` is put in order: whose verb it is, and how it is called, for instance."""

from __future__ import annotations

import typer

from dure.cli.words import say

OWN = say("On your own machine, with no node", "내 기기에서, 노드 없이")
SENDING = say("Who sends an algorithm", "알고리즘을 보내는 사람")
OWNING = say("Who owns the data", "자료를 가진 기관")
READING = say("What came out, and who gets it", "시험 결과와 반출")

EXAMPLES = {
    OWN: {
        "new": "dure trials new arrival-delay --task tabular-regression",
        "check": "dure trials check arrival-delay --data dummy.parquet",
        "convert": "dure trials convert weights.pt --out weights.safetensors",
        "doctor": "dure trials doctor",
        "probe": "dure trials probe --family network --all",
    },
    SENDING: {
        "card": "dure trials card 0a75c2f3b1de --out delays.card.json",
        "submit": "dure trials submit arrival-delay --to bravo",
        "appeal": 'dure trials appeal 4c4c0b71a6a5 --reason "it ran well on the dummy rows"',
    },
    OWNING: {
        "prepare": (
            "dure trials prepare flights --name delays --target arr_delay --features carrier,origin,dest"
        ),
        "benchmarks": "dure trials benchmarks",
        "offer": "dure trials offer delays --to alpha",
        "close": 'dure trials close delays@1 --reason "the rows are old"',
        "run": "dure trials run 395b18215c1f --on delays --queue",
        "work": "dure trials work --slots 2 --until-empty",
        "watch": "dure trials watch 4c4c0b71a6a5",
        "cancel": "dure trials cancel 4c4c0b71a6a5",
        "run-job": "dure trials run-job 4c4c0b71a6a5",
        "appeals": "dure trials appeals",
        "answer": 'dure trials answer 4c4c0b71a6a5 --ruling again --words "the host was full"',
    },
    READING: {
        "list": "dure trials list",
        "show": "dure trials show 4c4c0b71a6a5 --html report.html",
        "compare": "dure trials compare 4c4c0b71a6a5 586bf3ec22b3 --html compared.html",
        "leaderboard": "dure trials leaderboard delays --metric mae",
        "request-release": "dure trials request-release 4c4c0b71a6a5",
        "release": "dure trials release 0d6509e8310ac4a4",
    },
}
"""Whose verbs they are, in the order in which they are used -> verb -> a call of it."""


def arrange(app: typer.Typer) -> None:
    """Put the verbs of a group in order, each with an example below its help."""
    places: dict[str, tuple[int, str | None, str | None]] = {}
    for panel, verbs in EXAMPLES.items():
        for verb, call in verbs.items():
            places[verb] = len(places), panel, say("For instance: ", "예: ") + call
    last: tuple[int, str | None, str | None] = (len(places), None, None)
    for command in app.registered_commands:
        _, command.rich_help_panel, command.epilog = places.get(_name(command), last)
    app.registered_commands.sort(key=lambda command: places.get(_name(command), last)[0])


def _name(command: typer.models.CommandInfo) -> str:
    return str(command.name or getattr(command.callback, "__name__", ""))
