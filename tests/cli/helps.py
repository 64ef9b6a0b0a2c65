"""Prints the help of every command there is, as JSON; a process of its own, for its language."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout, suppress

import typer

from dure.cli import main


def texts() -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = [[]] + [[name] for name in main.groups()]
    while waiting:
        words = waiting.pop()
        if words:
            group = typer.main.get_command(main.load(main.groups()[words[0]][0]))
            for name in words[1:]:
                group = group.commands[name]
            waiting += [[*words, name] for name in getattr(group, "commands", ())]
        out = io.StringIO()
        sys.argv = ["dure", *words, "--help"]
        with redirect_stdout(out), suppress(SystemExit):
            main.run()
        found[" ".join(words)] = out.getvalue()
    return found


if __name__ == "__main__":
    print(json.dumps(texts()))
