"""kill -9 at every step of every write path: nothing is lost, nothing is done twice.

Two ways of dying. In a *power cut* door, executor and keeper go at the same instant, at every fault
point there is. In the other tests they are three processes and one of them dies; the others notice.
After each the verb is simply repeated, as a person would, and everything is verified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adversarial import verbs
from tests.adversarial.verb import Verb
from tests.adversarial.verbs import VERBS, check
from tests.node import alliance
from tests.node.alliance import Alliance, finish, services_inside

pytestmark = pytest.mark.slow

Cut = Callable[[str, str, Alliance], int]


def cuts() -> Iterator[Any]:
    """Every point of every verb; all but a verb's first and last are for those who have the time."""
    for name, verb in VERBS.items():
        for number, point in enumerate(verb.points):
            ends = number in (0, len(verb.points) - 1)
            yield pytest.param(name, point, marks=() if ends else pytest.mark.exhaustive)


@pytest.mark.parametrize(("verb", "point"), cuts())
def test_after_a_power_cut_the_verb_again_is_all_it_takes(
    verb: str, point: str, power_cut: Cut, tmp_path: Path
):
    made = verbs.stage(verb).copy(tmp_path / "made")
    assert power_cut(verb, point, made) == -9, "the point is not on this verb's way"
    with services_inside():
        VERBS[verb].do(made)
    check(verb, made, point)


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if verb.points])
def test_a_verb_is_whole_without_a_cut(verb: str, power_cut: Cut, tmp_path: Path):
    """The positive control: the same check, of a verb that nobody killed, once and twice."""
    made = verbs.stage(verb).copy(tmp_path / "made")
    assert power_cut(verb, "", made) == 0
    check(verb, made.copy(tmp_path / "once" / "made"))
    with services_inside():
        VERBS[verb].do(made)
    check(verb, made)


def _stray(made: Alliance) -> None:
    (made.home() / "door" / "tmpk3yq").mkdir()


def _in_the_clear(made: Alliance) -> None:
    with (made.home() / "recovery.key").open("ab") as file:
        file.write(b"speed_kn,heading_deg\n10.5,90\n")


def _twice(made: Alliance) -> None:
    with services_inside(), made.open() as node:
        node.datasets.import_(made.data, label=alliance.LABEL, name="tracks", licence="another")


@pytest.mark.parametrize("harm", [_stray, _in_the_clear, _twice])
def test_the_check_finds_what_is_left_behind(harm: Callable[[Alliance], None], tmp_path: Path):
    made = verbs.after("take-out").copy(tmp_path / "made")
    check("take-out", made)
    harm(made)
    with pytest.raises(AssertionError):
        check("take-out", made.copy(tmp_path / "harmed" / "made"))


# ── three processes, one of which dies ─────────────────────────────────────────────────────────

DEATHS = [
    ("import", "dataset.table-sealed", "door"),
    ("import", "ledger.tiles", "executor"),
    ("import", "database.committed", "executor"),
    ("import", "vault.page.renamed", "keeper"),
    ("import", "keeper.sealed", "keeper"),
    ("vote", "vote.recording", "executor"),
    ("vote", "permit.issued", "executor"),
    ("seal", "permit.claimed", "executor"),
    ("seal", "transfer.sealed", "executor"),
    ("seal", "act.performed", "executor"),
    ("seal", "house.executed", "door"),
    ("seal", "envelope.numbered", "door"),
    ("receive", "inbox.delivered", "door"),
    ("open", "vault.version.recorded", "keeper"),
    ("run", "vault.version.recorded", "keeper"),
]


@pytest.mark.parametrize(("verb", "point", "who"), DEATHS)
def test_one_process_dies_and_the_others_say_so(verb: str, point: str, who: str, tmp_path: Path):
    made = verbs.stage(verb).copy(tmp_path / "made")
    said = run(VERBS[verb], made, point)
    if who == "door":
        assert said.status == -9
    else:
        assert said.status == 114, said  # node.process
        assert "[node.process]" in said.err
        assert "Traceback" not in said.err
    with services_inside():
        VERBS[verb].do(made)
    check(verb, made)


def run(verb: Verb, made: Alliance, point: str) -> alliance.Said:
    process = alliance.start(
        made, *verb.words(made), agency=verb.agency, environment={"DURE_FAULT": point}
    )
    return finish(process)
