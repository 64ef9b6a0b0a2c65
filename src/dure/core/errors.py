"""The error every room raises, and the table that gives each code its words and statuses.

A room declares a family: a subclass of `DureError` with a table of `ErrorSpec`.
The union of all tables is the one table of the house (`error_table`); codes and exit
statuses are unique in it, which a test checks. Facts put into a message are names,
paths, counts and codes, never a data value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from dure.core.reasons import PARTS, REASONS
from dure.core.text import Text, printable


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """One row of the error table.

    Parameters
    ----------
    code
        Dotted name, ``family.what``; stable across releases.
    exit_status
        Exit status of the command line, unique in the house: 2 to 125, or 193 to 254. Those between
        stand for signals in a shell.
    http_status
        Status of the HTTP door, 400 to 599.
    what, why, next_step
        Sentences; ``{name}`` marks a fact.
    """

    code: str
    exit_status: int
    http_status: int
    what: Text
    why: Text
    next_step: Text


def table(rows: Iterable[ErrorSpec]) -> Mapping[str, ErrorSpec]:
    """Return the rows as a read-only mapping from code to row.

    Raises
    ------
    ValueError
        When two rows share a code or an exit status.
    """
    listed = list(rows)
    codes = {row.code: row for row in listed}
    if len(codes) != len(listed) or len({row.exit_status for row in listed}) != len(listed):
        raise ValueError("two rows of an error table share a code or an exit status")
    return MappingProxyType(codes)


class DureError(Exception):
    """Something was refused or failed: which code, what, why, and what to do next.

    Parameters
    ----------
    code
        A code of the family's table.
    **facts
        The facts its sentences name: names, paths, counts; never a data value. A fact that the
        family gives words (``WORDS``) is a code; programs and processes exchange the code, and the
        sentences say its words as ``{fact.en}`` and ``{fact.ko}``.

    Raises
    ------
    KeyError
        When the family has no such code or no words for a fact's code, or a fact is missing: a
        defect of the caller.

    Examples
    --------
    >>> error = CoreError("core.label-text", text_length=3)
    >>> error.code
    'core.label-text'
    """

    TABLE: ClassVar[Mapping[str, ErrorSpec]] = MappingProxyType({})

    WORDS: ClassVar[Mapping[str, Mapping[str, Text]]] = MappingProxyType({})
    """Name of a fact -> its codes -> their words, which may name other facts."""

    def __init__(self, code: str, **facts: object) -> None:
        self.spec = self.TABLE[code]
        self.code = code
        self.facts = facts
        shown = {name: _shown(fact) for name, fact in facts.items()}
        shown |= {
            name: words[str(facts[name])].fill(**shown)
            for name, words in self.WORDS.items()
            if name in facts
        }
        self.what_text = self.spec.what.fill(**shown)
        self.why_text = self.spec.why.fill(**shown)
        self.next_text = self.spec.next_step.fill(**shown)
        super().__init__(f"{code}: {self.what} {self.why} {self.next_step}")

    @property
    def what(self) -> str:
        """What happened, in English."""
        return self.what_text.en

    @property
    def why(self) -> str:
        """Why it happened, in English."""
        return self.why_text.en

    @property
    def next_step(self) -> str:
        """What to do next, in English."""
        return self.next_text.en

    def to_dict(self, language: str = "en") -> dict[str, str | int]:
        """Return the error as plain values, for ``--json`` and for the wire between processes."""
        return {
            "code": self.code,
            "exit_status": self.spec.exit_status,
            "what": self.what_text.say(language),
            "why": self.why_text.say(language),
            "next_step": self.next_text.say(language),
        }

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, dict(self.facts)))


def _shown(fact: object) -> object:
    """Return a fact as its sentences show it: a name can't steer the terminal."""
    if isinstance(fact, str):
        return printable(fact)
    return printable(str(fact)) if hasattr(fact, "__fspath__") else fact


def _rebuild(family: type[DureError], code: str, facts: dict[str, object]) -> DureError:
    return family(code, **facts)


def families() -> list[type[DureError]]:
    """Return every loaded family, in order of name."""
    found: dict[str, type[DureError]] = {}
    waiting = list(DureError.__subclasses__())
    while waiting:
        family = waiting.pop()
        waiting.extend(family.__subclasses__())
        found[f"{family.__module__}.{family.__qualname__}"] = family
    return [found[name] for name in sorted(found)]


def error_table() -> Mapping[str, ErrorSpec]:
    """Return the union of the tables of all loaded families.

    Raises
    ------
    ValueError
        When two families share a code or an exit status.
    """
    rows: dict[str, ErrorSpec] = {}
    for family in families():
        for code, row in family.TABLE.items():
            if rows.setdefault(code, row) is not row:  # a subfamily may inherit a row, not redo it
                raise ValueError(f"two families have their own row for {code}")
    return table(rows.values())


def find(code: str, facts: Mapping[str, object]) -> DureError:
    """Return the error of any loaded family with this code (used where an error crosses a process).

    Raises
    ------
    KeyError
        When no loaded family knows the code.
    """
    for family in families():
        if code in family.TABLE:
            return family(code, **facts)
    raise KeyError(code)


class CoreError(DureError):
    """Errors about the pure values themselves. Exit statuses 10 to 19."""

    WORDS = MappingProxyType({"reason": REASONS, "part": PARTS})
    TABLE = table(
        [
            ErrorSpec(
                "core.label-text",
                10,
                422,
                Text("The label can't be read.", "보안등급 표시를 읽을 수 없습니다."),
                Text(
                    "A label of {text_length} characters does not have the form "
                    "OWNER//GRADE//CATEGORIES REL AGENCIES FOR PURPOSES.",
                    "{text_length}자의 표시가 '소유기관//등급//범주 REL 기관 FOR 목적' 형식이 아닙니다.",
                ),
                Text(
                    "Write it like coast//S//maritime,ports REL navy FOR trial; * means all.",
                    "coast//S//maritime,ports REL navy FOR trial과 같이 쓰십시오. *는 전체를 뜻합니다.",
                ),
            ),
            ErrorSpec(
                "core.label-term",
                11,
                422,
                Text(
                    "The label names something unknown.",
                    "보안등급 표시에 알 수 없는 항목이 있습니다.",
                ),
                Text(
                    "The label policy {policy} has no {part.en} named {term}.",
                    "등급 정책 {policy}에 없는 {part.ko}입니다: {term}.",
                ),
                Text(
                    "Use a name that the charter lists (dure charter show).",
                    "협약에 있는 이름을 쓰십시오 (dure charter show).",
                ),
            ),
            ErrorSpec(
                "core.label-policy",
                12,
                409,
                Text(
                    "Labels of two policies can't be compared.",
                    "서로 다른 등급 정책의 표시는 비교할 수 없습니다.",
                ),
                Text(
                    "One label follows policy {first}, the other {second}, and no mapping is declared.",
                    "하나는 {first} 정책을, 다른 하나는 {second} 정책을 따르는데 두 정책의 대응표가 없습니다.",
                ),
                Text(
                    "Declare a mapping between the two in the charter, then translate one label first.",
                    "협약에 두 정책의 대응표를 선언하고 한쪽을 먼저 변환하십시오.",
                ),
            ),
            ErrorSpec(
                "core.canonical-value",
                13,
                422,
                Text("The value has no canonical form.", "이 값은 정규 바이트로 쓸 수 없습니다."),
                Text(
                    "At {where}: {reason.en}.",
                    "{where}: {reason.ko}.",
                ),
                Text(
                    "Use NFC text, integers within 2^53-1, decimal strings, lists and ASCII keys.",
                    "NFC 문자열, 2^53-1 이내의 정수, 10진 문자열, 목록, ASCII 키만 쓰십시오.",
                ),
            ),
            ErrorSpec(
                "core.suite",
                14,
                422,
                Text("The crypto suite is unknown.", "알 수 없는 암호 묶음입니다."),
                Text(
                    "{suite} is not one of {known}.",
                    "{suite} 암호 묶음은 없습니다. 쓸 수 있는 것: {known}.",
                ),
                Text("Choose one of them in the charter.", "협약에서 이 가운데 하나를 고르십시오."),
            ),
            ErrorSpec(
                "core.key-form",
                15,
                422,
                Text("A key or signature is malformed.", "키 또는 서명의 형식이 잘못되었습니다."),
                Text(
                    "The {part.en} does not have the form that suite {suite} demands.",
                    "{part.ko}이(가) {suite} 암호 묶음에서 요구하는 형식이 아닙니다.",
                ),
                Text(
                    "Use the key file that belongs to this alliance's suite.",
                    "이 협의체의 암호 묶음에 맞는 키 파일을 사용하십시오.",
                ),
            ),
            ErrorSpec(
                "core.time",
                16,
                422,
                Text("The time can't be read.", "시각을 읽을 수 없습니다."),
                Text(
                    "A time must be UTC like 2026-01-31T09:30:00Z.",
                    "시각은 2026-01-31T09:30:00Z와 같은 UTC 형식이어야 합니다.",
                ),
                Text("Write the time in that form.", "시각을 이 형식으로 쓰십시오."),
            ),
        ]
    )
