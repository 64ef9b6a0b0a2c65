"""The lattice laws, the text form, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dure.core.errors import CoreError
from dure.core.labels import ALL, MAX_LABEL_TEXT, NONE, Label, LabelMapping, LabelPolicy, join_all
from tests.core.strategies import OTHER, POLICY, labels, subsets

L = labels()


# ── the lattice ────────────────────────────────────────────────────────────────────────────────
@given(L, L, L)
def test_join_is_commutative_associative_and_idempotent(a: Label, b: Label, c: Label) -> None:
    assert a.join(b) == b.join(a)
    assert a.join(b).join(c) == a.join(b.join(c)) == join_all([c, a, b])
    assert a.join(a) == a


@given(L, L)
def test_dominates_is_the_order_that_join_induces(a: Label, b: Label) -> None:
    assert a.dominates(b) == (a.join(b) == a)


@given(L, L, L)
def test_dominates_is_a_partial_order(a: Label, b: Label, c: Label) -> None:
    assert a.dominates(a)
    assert not (a.dominates(b) and b.dominates(a)) or a == b
    assert not (a.dominates(b) and b.dominates(c)) or a.dominates(c)
    assert a.join(b).join(c).dominates(a)  # positive control: a chain always exists


@given(L, L, L)
def test_join_is_the_least_upper_bound(a: Label, b: Label, above: Label) -> None:
    both = a.join(b)
    assert both.dominates(a)
    assert both.dominates(b)
    higher = above.join(both)
    assert higher.dominates(both)
    if above.dominates(a) and above.dominates(b):
        assert above.dominates(both)


@given(
    L, L, st.sampled_from(sorted(POLICY.agencies)), st.sampled_from(["trial", "scoring", "audit"])
)
def test_going_up_never_admits_anyone(a: Label, b: Label, agency: str, purpose: str) -> None:
    both = a.join(b)
    assert not both.released_to(agency) or (a.released_to(agency) and b.released_to(agency))
    assert not both.serves(purpose) or (a.serves(purpose) and b.serves(purpose))


@given(
    L, st.sampled_from(sorted(POLICY.categories)), st.sampled_from(["trial", "scoring", "audit"])
)
def test_narrowing_only_goes_up(a: Label, category: str, purpose: str) -> None:
    assert a.with_category(category).dominates(a)
    assert a.for_purpose(purpose).dominates(a)
    assert a.for_purpose(purpose).serves(purpose) == a.serves(purpose)


@given(L)
def test_purposes_are_closed_under_narrower_ones(a: Label) -> None:
    for name, broader in POLICY.purposes:
        assert not (broader and a.serves(broader)) or a.serves(name)


def test_join_all_needs_a_label() -> None:
    with pytest.raises(ValueError, match="no label"):
        join_all([])


# ── text ───────────────────────────────────────────────────────────────────────────────────────
@given(L)
def test_text_round_trips(a: Label) -> None:
    assert Label.parse(str(a), POLICY) == a
    assert str(Label.parse(str(a), POLICY)) == str(a)


def test_text_reads_as_the_design_writes_it() -> None:
    text = "coast//S//maritime,ports REL navy FOR trial"
    label = Label.parse(text, POLICY)
    assert str(label) == text
    assert label.grade == 1
    assert label.purposes == {"trial", "scoring"}
    nobody = Label.parse("coast//O// REL - FOR -", POLICY)
    assert (nobody.releasable, nobody.purposes) == (NONE, NONE)
    assert not nobody.released_to("coast")
    anyone = Label.parse("coast//O// REL * FOR *", POLICY)
    assert (anyone.releasable, anyone.purposes) == (ALL, ALL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "coast",
        "coast//S//ports",
        "coast//S//ports REL navy",
        "coast//S//ports FOR trial REL navy",
        "coast//s//ports REL navy FOR trial",
        "coast//S//ports REL  FOR trial",
        "coast//S//ports REL navy FOR trial ",
        "coast//S//ports REL navy FOR trial\n",
        "coast//S//ports,ports REL navy FOR trial",
        "coast//S//ports, REL navy FOR trial",
        "coast+//S//ports REL navy FOR trial",
        "coast+coast//S//ports REL navy FOR trial",
        "coast//S//ports REL navy,navy FOR trial",
        "coast//S//ports REL navy FOR trial,,audit",
        "coast//S//ports REL *,navy FOR trial",
        "해경//S//ports REL navy FOR trial",
        "coast//S//" + ",".join(f"c{i}" for i in range(MAX_LABEL_TEXT)) + " REL * FOR *",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(CoreError) as refused:
        Label.parse(text, POLICY)
    assert refused.value.code == "core.label-text"
    assert refused.value.facts == {"text_length": len(text)}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("nasa//S//ports REL navy FOR trial", "agency"),
        ("coast//T//ports REL navy FOR trial", "grade"),
        ("coast//S//crypto REL navy FOR trial", "category"),
        ("coast//S//ports REL nasa FOR trial", "agency"),
        ("coast//S//ports REL navy FOR war", "purpose"),
    ],
)
def test_an_unknown_term_is_refused(text: str, part: str) -> None:
    with pytest.raises(CoreError) as refused:
        Label.parse(text, POLICY)
    assert refused.value.code == "core.label-term"
    assert refused.value.facts["part"] == part


def _label(**changes: object) -> Label:
    parts: dict[str, object] = {
        "policy": POLICY,
        "owners": frozenset({"coast"}),
        "grade": 0,
        "categories": NONE,
        "releasable": ALL,
        "purposes": ALL,
    }
    return Label(**{**parts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"grade": -1},
        {"grade": 3},
        {"owners": NONE},
        {"owners": ALL},
        {"releasable": ALL | {"navy"}},
        {"purposes": ALL | {"trial"}},
        {"categories": ALL},
    ],
)
def test_a_label_out_of_its_policy_can_t_be_made(changes: dict[str, object]) -> None:
    assert str(_label()) == "coast//O// REL * FOR *"
    with pytest.raises(CoreError, match=r"core\.label-term"):
        _label(**changes)


# ── policies ───────────────────────────────────────────────────────────────────────────────────
@given(labels(), labels(OTHER))
def test_labels_of_two_policies_are_never_compared(a: Label, b: Label) -> None:
    for compare in (a.join, a.dominates):
        with pytest.raises(CoreError) as refused:
            compare(b)
        assert refused.value.code == "core.label-policy"
    assert a != b


@pytest.mark.parametrize(
    "changes",
    [
        {"grades": ("o",)},
        {"categories": frozenset({"Ports"})},
        {"categories": frozenset({"*"})},
        {"agencies": frozenset({"-"})},
        {"agencies": frozenset({"a" * 64})},
        {"purposes": (("scoring", "trial"), ("trial", ""))},
        {"purposes": (("scoring", "scoring"),)},
        {"purposes": (("1st", ""),)},
    ],
)
def test_a_malformed_policy_is_refused(changes: dict[str, object]) -> None:
    parts: dict[str, object] = {
        "id": "x",
        "grades": ("O",),
        "categories": frozenset({"ports"}),
        "agencies": frozenset({"coast"}),
        "purposes": (("trial", ""), ("scoring", "trial")),
    }
    LabelPolicy(**parts)  # type: ignore[arg-type]
    with pytest.raises(CoreError, match=r"core\.label-term"):
        LabelPolicy(**{**parts, **changes})  # type: ignore[arg-type]


# ── mappings ───────────────────────────────────────────────────────────────────────────────────
ABROAD = LabelPolicy(
    id="abroad",
    grades=("U", "R", "X"),
    categories=frozenset({"sea", "keys"}),
    agencies=frozenset({"coast", "navy", "customs", "met", "neighbour"}),
    purposes=(("evaluation", ""), ("statistics", "")),
)
MAPPING = LabelMapping(
    POLICY,
    ABROAD,
    grades=(("O", "U"), ("S", "X"), ("C", "X")),
    categories=(("maritime", "sea"), ("ports", "sea"), ("answer-key", "keys")),
    purposes=(("trial", "evaluation"), ("scoring", "evaluation")),
)


@given(L, L)
def test_a_mapping_is_monotone(a: Label, b: Label) -> None:
    above = a.join(b)
    assert MAPPING.translate(above).dominates(MAPPING.translate(a))
    if a.dominates(b):
        assert MAPPING.translate(a).dominates(MAPPING.translate(b))


@given(L)
def test_a_mapping_admits_nobody_new(a: Label) -> None:
    there = MAPPING.translate(a)
    assert there.policy == ABROAD
    assert not there.released_to("neighbour")
    assert not there.serves("statistics")
    for agency in POLICY.agencies:
        assert there.released_to(agency) == a.released_to(agency)
    assert there.serves("evaluation") == (a.serves("trial") or a.serves("scoring"))


def test_an_agency_that_the_target_does_not_know_gains_and_keeps_nothing() -> None:
    small = LabelPolicy("small", ("U",), NONE, frozenset({"coast"}), ())
    mapping = LabelMapping(POLICY, small, grades=(("O", "U"), ("S", "U"), ("C", "U")))
    label = Label.parse("coast//S// REL coast,navy FOR trial", POLICY)
    assert str(mapping.translate(label)) == "coast//U// REL coast FOR -"
    with pytest.raises(CoreError, match=r"core\.label-term"):  # an owner is never lost
        mapping.translate(Label.parse("navy//S// REL coast FOR trial", POLICY))


def test_a_mapping_that_lowers_or_forgets_is_refused() -> None:
    with pytest.raises(CoreError, match=r"core\.label-term"):
        LabelMapping(POLICY, ABROAD, grades=(("O", "U"), ("S", "X")))
    with pytest.raises(CoreError, match=r"core\.label-term"):
        LabelMapping(POLICY, ABROAD, grades=(("O", "X"), ("S", "U"), ("C", "X")))
    partial = LabelMapping(POLICY, ABROAD, grades=MAPPING.grades, categories=(("ports", "sea"),))
    with pytest.raises(CoreError, match=r"core\.label-term"):
        partial.translate(_label(categories=frozenset({"maritime"})))
    assert partial.translate(_label(categories=frozenset({"ports"}))).categories == {"sea"}
    with pytest.raises(CoreError, match=r"core\.label-policy"):
        MAPPING.translate(Label.parse("coast//O// REL * FOR *", OTHER))


@given(subsets(name for name, _ in POLICY.purposes))
def test_broadest_and_narrower_undo_each_other(purposes: frozenset[str]) -> None:
    closed = POLICY.with_narrower(purposes)
    assert POLICY.with_narrower(POLICY.broadest(closed)) == closed
