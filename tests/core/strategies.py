"""Random values that the tests of core share."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from dure.core.canonical import MAX_INTEGER
from dure.core.labels import ALL, Label, LabelPolicy

POLICY = LabelPolicy(
    id="n2sf-test",
    grades=("O", "S", "C"),
    categories=frozenset({"maritime", "ports", "answer-key"}),
    agencies=frozenset({"coast", "navy", "customs", "met"}),
    purposes=(("trial", ""), ("scoring", "trial"), ("audit", ""), ("spot-audit", "audit")),
)
OTHER = LabelPolicy(
    id="other",
    grades=("O", "S", "C"),
    categories=POLICY.categories,
    agencies=POLICY.agencies,
    purposes=POLICY.purposes,
)


def subsets(terms: object) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(terms)))  # type: ignore[call-overload]


def labels(policy: LabelPolicy = POLICY) -> st.SearchStrategy[Label]:
    return st.builds(
        Label,
        policy=st.just(policy),
        owners=st.frozensets(st.sampled_from(sorted(policy.agencies)), min_size=1),
        grade=st.integers(0, len(policy.grades) - 1),
        categories=subsets(policy.categories),
        releasable=st.just(ALL) | subsets(policy.agencies),
        purposes=st.just(ALL) | subsets(name for name, _ in policy.purposes),
    )


def nfc_text() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"])).map(
        lambda text: unicodedata.normalize("NFC", text)
    )


def canonical_values() -> st.SearchStrategy[object]:
    keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
    return st.recursive(
        st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | nfc_text(),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=20,
    )
