"""Every fault point in the code is one at which a test kills a process.

The names come from the code itself; the places where a test kills, from the verbs of `test_kill9` and
from the tests named here, each of which proves that its process died by SIGKILL.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from tests.adversarial.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
ELSEWHERE = (
    "governance/jobs/test_crashes.py",
    "governance/ledger/test_processes.py",
    "governance/test_crashes.py",
    "node/test_backup_keys.py",
    "node/test_backup_kill.py",
    "node/test_bucket.py",
    "storage/test_sealed_files.py",
    "storage/test_vault_bucket.py",
    "storage/test_vault_crash.py",
)
"""What has no place on the way of a verb that the power-cut tests do, from the root of the tests."""


def calls(name: str) -> Iterator[tuple[str, ast.expr]]:
    """Yield module and first argument of every call of what is written so, or ends so."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if f"{name}(" not in text:
            continue
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
                yield module, node.args[0]


def values(name: str) -> set[str]:
    """Return what the first argument of every call of that name stands for."""
    return {
        str(eval(ast.unparse(argument), vars(import_module(module))))
        for module, argument in calls(name)
    }


@cache
def points() -> set[str]:
    """Return the name of every fault point; what a name is made of at run time is filled in."""
    parts = {
        "process": {"executor", "keeper"},
        "action": values(".doing"),
        "operation": {"node.rotated", "node.recovered"},
    }
    found = set()
    for _, argument in calls("faults.point"):
        if isinstance(argument, ast.Constant):
            found.add(str(argument.value))
        else:
            name = ast.unparse(argument).removeprefix("f").strip("'\"")
            (part,) = [each for each in parts if f"{{{each}}}" in name]
            found |= {name.replace(f"{{{part}}}", each) for each in parts[part]}
    return found


def killed() -> set[str]:
    """Return every name at which a test kills a process."""
    named = {point for verb in VERBS.values() for point in verb.points}
    for file in ELSEWHERE:
        named |= set(armed(ROOT / "tests" / file))
    return {name.partition(":")[0] for name in named}


def armed(file: Path) -> Iterator[str]:
    """Yield what a test may kill at: strings in parameters, in lists of them, and as DURE_FAULT."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    where: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            where += node.decorator_list
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper():
            where.append(node.value)
        elif isinstance(node, ast.Dict) and "'DURE_FAULT'" in map(
            ast.unparse, filter(None, node.keys)
        ):
            where.append(node)
    for node in (below for each in where for below in ast.walk(each)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_fault_point_is_one_at_which_a_test_kills():
    assert sorted(points() - killed()) == []


def test_the_points_are_found():
    """The positive control: of each way of writing one; and a name that no test knows is missed."""
    found = points()
    assert {
        "vault.page.written",
        "charter.pinned-by-keeper",
        "trial.sweep.begun",
        "dataset.import.done",
        "node.recovered.done",
    } <= found
    assert not any("{" in name for name in found)
    assert "vault.page.forgotten" not in killed()


def test_every_place_elsewhere_is_needed():
    """A file that this list names and nothing needs would hide what is missing."""
    verbs = {point.partition(":")[0] for verb in VERBS.values() for point in verb.points}
    for file in ELSEWHERE:
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert "-9" in text or "SIGKILL" in text, file
        here = {name.partition(":")[0] for name in armed(ROOT / "tests" / file)}
        assert here & (points() - verbs), file
