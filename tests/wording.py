"""What the source says to people: the facts that it puts into errors, and its pairs of sentences.

A fact lands inside a sentence of either language. So a literal fact must be a code that has words in
both (``WORDS`` of its family), or a name that is the same in both: a path, a setting, a number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dure.core.errors import DureError

NAMES = frozenset({"bwrap", "pandas", "sqlite", "torch"})
"""Literals of one plain word that are names."""

IDENTIFIERS = frozenset({"limit", "member", "setting", "type"})
"""Facts that hold the name of a field or a type."""

_NAME = re.compile(r"\S*[./$_\[\]]\S*|--\S+|[A-Z]+|[^A-Za-z]*")
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Maker:
    """Something that is called to make an error: a family, or a function that passes facts on.

    Parameters
    ----------
    words
        The family's words.
    facts
        Parameter's name -> the fact that it becomes.
    positions
        Parameters in their order.
    others
        Whether any other keyword is a fact by its own name.
    """

    words: Mapping[str, Mapping[str, object]]
    facts: Mapping[str, str] = field(default_factory=dict)
    positions: tuple[str, ...] = ()
    others: bool = True

    def given(self, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
        """Yield the facts that a call gives, and what it gives for each."""
        for parameter, value in zip(self.positions, call.args, strict=False):
            if parameter in self.facts:
                yield self.facts[parameter], value
        for keyword in call.keywords:
            if keyword.arg in self.facts:
                yield self.facts[keyword.arg], keyword.value
            elif keyword.arg and self.others and keyword.arg not in self.positions:
                yield keyword.arg, keyword.value


def families_of(roots: Mapping[str, type[DureError]]) -> dict[str, Maker]:
    """Return the makers that classes are, by name."""
    return {name: Maker(family.WORDS) for name, family in roots.items()}


def makers(tree: ast.Module, known: Mapping[str, Maker]) -> dict[str, Maker]:
    """Return what makes errors in a module: what it knows, and its functions that pass facts on."""
    functions = [node for node in ast.walk(tree) if isinstance(node, _FUNCTION)]
    own = {node.name for node in functions}
    found = {name: maker for name, maker in known.items() if name not in own}
    while True:
        before = len(found)
        for function in functions:
            if function.name not in found and (maker := _passing(function, found)):
                found[function.name] = maker
        if len(found) == before:
            return found


def _passing(function: _FUNCTION, known: Mapping[str, Maker]) -> Maker | None:
    arguments = function.args
    positions = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    parameters = {*positions, *(one.arg for one in arguments.kwonlyargs)}
    for call, maker in _calls(function, known):
        facts = {
            value.id: fact
            for fact, value in maker.given(call)
            if isinstance(value, ast.Name) and value.id in parameters
        }
        others = arguments.kwarg is not None and any(
            keyword.arg is None and getattr(keyword.value, "id", "") == arguments.kwarg.arg
            for keyword in call.keywords
        )
        if facts or others:
            bound = positions[1:] if positions[:1] in (["self"], ["cls"]) else positions
            return Maker(maker.words, facts, tuple(bound), others)
    return None


def _calls(tree: ast.AST, known: Mapping[str, Maker]) -> Iterator[tuple[ast.Call, Maker]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in known:
                yield node, known[name]


def literals(tree: ast.Module, known: Mapping[str, Maker]) -> Iterator[tuple[int, str, bool]]:
    """Yield each literal that becomes a fact: its line, what it says, and whether both languages can."""
    found = makers(tree, known)
    scopes = [tree, *(node for node in ast.walk(tree) if isinstance(node, _FUNCTION))]
    for scope in scopes:
        assigned = _assigned(scope)
        for call, maker in _calls(scope, found):
            for fact, value in maker.given(call):
                for said in _said(value, assigned):
                    yield call.lineno, f"{fact}={said}", _in_both(fact, said, maker)


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what the function's names are bound to."""
    bound: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope) if isinstance(scope, _FUNCTION) else ():
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    bound.setdefault(target.id, []).append(node.value)
    return bound


def _said(value: ast.expr, assigned: Mapping[str, list[ast.expr]]) -> Iterator[tuple[str, ...]]:
    """Yield the texts that an expression may be: each as its pieces, "" for one that varies."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield (value.value,)
    elif isinstance(value, ast.JoinedStr):
        yield tuple(_literal(part) for part in value.values)
    elif isinstance(value, ast.IfExp):
        yield from _said(value.body, assigned)
        yield from _said(value.orelse, assigned)
    elif isinstance(value, ast.BoolOp):
        for part in value.values:
            yield from _said(part, assigned)
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Mod):
        yield _literal(value.left), _literal(value.right)
    elif isinstance(value, ast.Name):
        for one in assigned.get(value.id, ()):
            yield from _said(one, {})


def _literal(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""


def _in_both(fact: str, pieces: tuple[str, ...], maker: Maker) -> bool:
    if fact not in maker.words:
        names = (text in NAMES or _NAME.fullmatch(text) for text in pieces)
        return fact in IDENTIFIERS or all(names)
    codes, begins = maker.words[fact], pieces[0]
    if len(pieces) == 1:
        return begins in codes
    return bool(begins) and any(code.startswith(begins) for code in codes)


def pairs(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield each pair of sentences that the source holds: line, English, Korean."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Text", "say"):
            sides = [_template(argument) for argument in node.args]
            if len(sides) == 2 and None not in sides:
                yield node.lineno, str(sides[0]), str(sides[1])


def _template(argument: ast.expr) -> str | None:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in argument.values
        )
    return None
