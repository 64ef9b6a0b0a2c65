"""Words for people: no English phrase lands inside a Korean sentence, and Korean keeps to its form."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Mapping
from pathlib import Path

import pytest

from dure.core.errors import families
from dure.core.text import Text
from dure.readers.errors import ReaderError
from dure.sandbox.errors import SandboxError
from scripts import make_docs
from tests import wording

SOURCE = Path(__file__).parent.parent / "src"
TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def known() -> dict[str, wording.Maker]:
    """Every family of the house, what becomes one on its way out of the sandbox, and a form's no."""
    make_docs.import_error_tables()
    house = {one.__name__: one for one in families() if one.__module__.startswith("dure.")}
    roots = wording.families_of({**house, "Fault": ReaderError, "Refused": SandboxError})
    forms = TREES[SOURCE / "dure" / "governance" / "forms.py"]
    return {**roots, "refuse": wording.makers(forms, roots)["refuse"]}


def imported(tree: ast.Module, known: Mapping[str, wording.Maker]) -> dict[str, wording.Maker]:
    """Return what a module knows: everybody's, and the functions that it imports from the house."""
    found = dict(known)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("dure."):
            theirs = TREES.get(SOURCE.joinpath(*str(node.module).split(".")).with_suffix(".py"))
            makers = wording.makers(theirs, known) if theirs else {}
            found |= {one.name: makers[one.name] for one in node.names if one.name in makers}
    return found


# ── facts ──────────────────────────────────────────────────────────────────────────────────────
def test_no_error_is_given_a_phrase_of_one_language(known):
    seen = 0
    one_sided = []
    for path, tree in TREES.items():
        for line, said, in_both in wording.literals(tree, imported(tree, known)):
            seen += 1
            if not in_both:
                one_sided.append(f"{path.relative_to(SOURCE)}:{line}: {said}")
    assert not sorted(set(one_sided))
    assert seen > 300


GOOD = """
raise GovernanceError("governance.vote", reason="early")
raise GovernanceError("governance.request", where=f"$.{part}", reason="wrong-form")
raise NodeError("node.settings", path="node.toml", reason="setting", setting="agency")
def refuse(name, reason, **facts):
    return StorageError("storage.key-file", path=name, reason=reason, **facts)
raise refuse("--key", "other-format", format=known)
"""
BAD = [
    'raise GovernanceError("governance.vote", reason="some english words")',
    'raise GovernanceError("governance.vote", reason=f"needed: {need}")',
    'raise GovernanceError("governance.unknown", part=f"delegate of {agency}", name=key)',
    'raise GovernanceError("governance.unknown", part="agency", name="nobody")',
    'raise GovernanceError("governance.vote", reason="early" if soon else "far too late")',
    'raise GovernanceError("governance.vote", reason=case.reason or "it was refused")',
    'raise NodeError("node.settings", path="the file", reason="not-toml")',
    'raise NodeError("node.settings", path=file, reason="not " + kind)',
    'raise StorageError("storage.unknown", kind="key ring", name="-")',
    "def check():\n    why = 'no key'\n    raise GovernanceError('governance.vote', reason=why)",
    "def no(why):\n    return GovernanceError('governance.vote', reason=why)\nraise no('no key')",
    "def no(why):\n    return GovernanceError('governance.vote', reason=why)\nraise no(why='no key')",
    "def no(**facts):\n    return NodeError('x', reason=why, **facts)\nraise no(path='the file')",
    "class Form:\n    def no(self, why):\n        raise GovernanceError('x', reason=why)\nf.no('bad')",
    'raise staging.Refused("sandbox.host", step="first step", reason="no-place")',
]


def one_sided(source: str, known: Mapping[str, wording.Maker]) -> list[str]:
    return [said for _, said, in_both in wording.literals(ast.parse(source), known) if not in_both]


def test_names_and_codes_are_let_pass(known):
    assert not one_sided(GOOD, known)


@pytest.mark.parametrize("source", BAD)
def test_the_search_for_phrases_would_find_one(source, known):
    assert len(set(one_sided(source, known))) == 1


# ── words of codes ─────────────────────────────────────────────────────────────────────────────
def test_every_code_has_words_in_both_languages(known):
    for maker in known.values():
        for codes in maker.words.values():
            for code, words in codes.items():
                assert re.fullmatch(r"[A-Z0-9]+|[a-z0-9_-]*", code), code
                assert isinstance(words, Text), code


def test_every_sentence_of_an_error_ends(known):
    whole = {"{mend.en}", "{mend.ko}"}  # words that are sentences
    for family in families():
        for code, row in family.TABLE.items():
            for text in (row.what, row.why, row.next_step):
                for said in (text.en, text.ko):
                    assert said.endswith((".", ")")) or said in whole, (code, said)


# ── sentences ──────────────────────────────────────────────────────────────────────────────────
_ONE_PARTICLE = re.compile(r"\}(은|는|이|가|을|를|과|와|로|으로)(?![가-힣(])")
_OTHER_STYLE = re.compile(r"[가-힣](어요|아요|해요|세요|지요|네요|예요|에요|한다|된다|이다)\b")
_OUTSIDE_THE_GLOSSARY = re.compile("샌드박스|데이터 집합|손잡이|파쇄|해시값|다이제스트|투표")
_COMMANDS = re.compile(r"(apt|pip) install \S+")


def faults(english: str, korean: str) -> list[str]:
    """Return what is wrong with a pair of sentences."""
    named = [
        {name.partition(".")[0].removesuffix(end) for _, name, _, _ in _parsed(side) if name}
        for side, end in ((english, "_en"), (korean, "_ko"))
    ]
    letters = re.search("[a-z]{2}", re.sub(r"\{.*?\}", "", english))
    found = {
        "other facts": named[0] != named[1],
        "Hangul in English": bool(HANGUL.search(english)),
        "no Korean": bool(letters) and not HANGUL.search(korean) and english != korean,
        "one particle after a fact": bool(_ONE_PARTICLE.search(korean)),
        "another style": bool(_OTHER_STYLE.search(korean)),
        "a word that the glossary lacks": bool(_OUTSIDE_THE_GLOSSARY.search(korean)),
    }
    return [what for what, is_so in found.items() if is_so]


def _parsed(side: str):
    return string.Formatter().parse(side)


def test_every_pair_of_sentences_is_sound():
    wrong = [
        f"{path.relative_to(SOURCE)}:{line}: {korean}: {', '.join(found)}"
        for path, tree in TREES.items()
        for line, english, korean in wording.pairs(tree)
        if (found := faults(english, korean))
    ]
    assert not wrong
    assert sum(1 for tree in TREES.values() for _ in wording.pairs(tree)) > 700


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("{path} is empty.", "비어 있습니다."),
        ("The file 없음.", "파일이 없습니다."),
        ("The file is empty.", "The file is gone."),
        ("{name} is empty.", "{name}이 비어 있습니다."),
        ("Try again.", "다시 해 보세요."),
        ("The sandbox failed.", "샌드박스가 실패했습니다."),
    ],
)
def test_the_search_for_unsound_sentences_would_find_one(english, korean):
    assert len(faults(english, korean)) == 1


def test_a_sound_pair_passes():
    assert not faults("{name} in {place_en}", "{place_ko}의 {name}이(가) 있습니다.")
