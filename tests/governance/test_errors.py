"""Errors: every row speaks, in both languages, and crosses a process."""

from __future__ import annotations

import pickle
import re

import pytest

from dure.core.errors import find
from dure.governance.errors import GovernanceError
from dure.governance.refusals import REASONS

FACTS = {
    "where": "$", "have": 1, "need": 2, "version": 2, "part": "agency", "name": "x",
    "request": "ab", "cause": "OSError", "type": "a.b", "asset": "ab",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(GovernanceError.TABLE))
@pytest.mark.parametrize("reason", ["early", "expired"])
def test_every_code(code: str, reason: str) -> None:
    error = GovernanceError(code, reason=reason, **FACTS)
    assert 61 <= error.spec.exit_status <= 74
    for language in ("en", "ko"):
        said = error.to_dict(language)
        assert "{" not in "".join(map(str, said.values()))
    again = find(error.code, error.facts)
    assert (again.what, again.why, again.facts) == (error.what, error.why, error.facts)
    assert pickle.loads(pickle.dumps(error)).why == error.why


def test_exit_statuses_are_the_rooms_own() -> None:
    assert sorted(spec.exit_status for spec in GovernanceError.TABLE.values()) == [*range(61, 75)]


def test_reasons_speak_both_languages() -> None:
    for code, words in REASONS.items():
        assert re.fullmatch(r"[a-z-]+", code)
        assert re.search(r"[가-힣]", words.ko), code
        assert words.en.isascii()


def test_an_unknown_reason_is_a_defect() -> None:
    with pytest.raises(KeyError):
        GovernanceError("governance.vote", reason="no such reason")
