"""An algorithm that tries to get out, to exhaust its host, and to poison what it hands back."""

# An attacker speaks to the system plainly.
# ruff: noqa: PTH123
import json
import os
import sys
import time

from attempts import EXPLORE, attempt
from poison import OUT, write_result


class Hostile:
    """It learns nothing and wants everything."""

    def __init__(self, task):
        self.parameters = task["parameters"]

    def fit(self, train):
        """Do the harm that the mode names."""
        mode = self.parameters["mode"]
        if mode == "explore":
            self._explore()
        elif mode == "memory":
            held = []
            while True:
                held.append(bytearray(os.urandom(1 << 20)) * 32)
        elif mode == "spin":
            while True:
                pass
        elif mode == "sleep":
            time.sleep(3600)
        elif mode == "flood":
            while True:
                os.write(1, b"all your rows\n" * 4096)
        elif mode == "error":
            raise RuntimeError(f"the first row is {train.slice(0, 1).to_pylist()}")

    def _explore(self):
        told = {}
        for name, function in EXPLORE.items():
            told[name] = attempt(function, self.parameters)
            print(name, told[name], file=sys.stderr)
        with open(f"{OUT}/attempts.json", "w", encoding="utf-8") as file:
            json.dump(told, file)

    def predict(self, features):
        """Hand back the poison, or zeros."""
        write_result(self.parameters["poison"], features.num_rows)
        return [0.0] * features.num_rows
