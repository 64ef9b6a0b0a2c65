"""Labels: who may hold a thing, and for what. They form a lattice; combining things joins them.

A label reads ``OWNERS//GRADE//CATEGORIES REL AGENCIES FOR PURPOSES``. Going up the lattice means
more owners, a higher grade, more categories, fewer agencies and fewer purposes. ``*`` is every
agency or purpose, ``-`` is none: an empty ``REL`` or ``FOR`` means nobody. A purpose includes the
narrower purposes that the policy declares under it (scoring is a part of trial), so that the set
stays closed under intersection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dure.core.errors import CoreError

ALL: frozenset[str] = frozenset({"*"})
NONE: frozenset[str] = frozenset()
MAX_LABEL_TEXT = 4096

_TERM = re.compile(r"[a-z][a-z0-9-]{0,62}")
_GRADE = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_FORM = re.compile(
    r"(?P<owners>[a-z0-9+-]+)//(?P<grade>[A-Z0-9]+)//(?P<categories>[a-z0-9,-]*)"
    r" REL (?P<releasable>\*|-|[a-z0-9,-]+) FOR (?P<purposes>\*|-|[a-z0-9,-]+)"
)


@dataclass(frozen=True, slots=True)
class LabelPolicy:
    """The terms that labels of one alliance may use. Two policies are the same if their id is.

    Parameters
    ----------
    id
        Name of the policy, such as ``n2sf-demo``.
    grades
        Names from lowest to highest; N2SF has ``("O", "S", "C")``.
    categories, agencies
        Known terms: lower-case letters, digits and hyphens, at most 63 characters.
    purposes
        Pairs (purpose, the broader purpose it is a part of, or ``""``).

    Raises
    ------
    CoreError
        ``core.label-term`` for a malformed term or an unknown broader purpose.
    """

    id: str
    grades: tuple[str, ...] = field(compare=False)
    categories: frozenset[str] = field(compare=False)
    agencies: frozenset[str] = field(compare=False)
    purposes: tuple[tuple[str, str], ...] = field(compare=False)

    def __post_init__(self) -> None:
        self._all_match(_GRADE, "grade", self.grades)
        for part, terms in (
            ("category", self.categories),
            ("agency", self.agencies),
            ("purpose", [name for name, _ in self.purposes]),
        ):
            self._all_match(_TERM, part, terms)
        known: set[str] = {""}
        for name, broader in self.purposes:  # a broader purpose comes first: no cycles
            if broader not in known:
                raise CoreError("core.label-term", policy=self.id, part="purpose", term=broader)
            known.add(name)

    def _all_match(self, form: re.Pattern[str], part: str, terms: Iterable[str]) -> None:
        for term in terms:
            if not form.fullmatch(term):
                raise CoreError("core.label-term", policy=self.id, part=part, term=term[:32])

    def rank(self, grade: str) -> int:
        """Return the rank of a grade's name, 0 the lowest.

        Raises
        ------
        CoreError
            ``core.label-term`` for an unknown grade.
        """
        if grade not in self.grades:
            raise CoreError("core.label-term", policy=self.id, part="grade", term=grade[:32])
        return self.grades.index(grade)

    def with_narrower(self, purposes: frozenset[str]) -> frozenset[str]:
        """Return the purposes together with every narrower one."""
        closed = set(purposes)
        for name, broader in self.purposes:
            if broader in closed:
                closed.add(name)
        return frozenset(closed)

    def broadest(self, purposes: frozenset[str]) -> frozenset[str]:
        """Return only those purposes whose broader purpose is not in the set."""
        broader = dict(self.purposes)
        return frozenset(name for name in purposes if broader.get(name, "") not in purposes)


@dataclass(frozen=True, slots=True)
class Label:
    """The label of a thing.

    Parameters
    ----------
    policy
        Policy whose terms it uses.
    owners
        Agencies whose property went into the thing; at least one.
    grade
        Rank of the grade, 0 the lowest.
    categories
        Categories that a reader must be cleared for.
    releasable, purposes
        Agencies that may hold it and purposes it may serve; `ALL`, or a set; empty means nobody.

    Raises
    ------
    CoreError
        ``core.label-term`` when a term is not one of the policy's.

    Examples
    --------
    >>> policy = LabelPolicy("demo", ("O", "S"), frozenset({"ports"}), frozenset({"coast", "navy"}),
    ...                      (("trial", ""), ("scoring", "trial")))
    >>> label = Label.parse("coast//S//ports REL navy FOR trial", policy)
    >>> str(label.join(Label.parse("navy//O// REL * FOR *", policy)))
    'coast+navy//S//ports REL navy FOR trial'
    """

    policy: LabelPolicy
    owners: frozenset[str]
    grade: int
    categories: frozenset[str]
    releasable: frozenset[str]
    purposes: frozenset[str]

    def __post_init__(self) -> None:
        policy = self.policy
        if not 0 <= self.grade < len(policy.grades):
            raise CoreError("core.label-term", policy=policy.id, part="grade", term=self.grade)
        if not self.owners:
            raise CoreError("core.label-term", policy=policy.id, part="owner", term="-")
        _known(policy, "agency", self.owners, policy.agencies)
        _known(policy, "category", self.categories, policy.categories)
        if self.releasable != ALL:
            _known(policy, "agency", self.releasable, policy.agencies)
        if self.purposes != ALL:
            _known(policy, "purpose", self.purposes, frozenset(name for name, _ in policy.purposes))
            object.__setattr__(self, "purposes", policy.with_narrower(self.purposes))

    @classmethod
    def parse(cls, text: str, policy: LabelPolicy) -> Label:
        """Return the label that the text writes.

        Raises
        ------
        CoreError
            ``core.label-text`` for another form, ``core.label-term`` for an unknown term.
        """
        found = _FORM.fullmatch(text) if len(text) <= MAX_LABEL_TEXT else None
        if found is None:
            raise CoreError("core.label-text", text_length=len(text))
        return cls(
            policy=policy,
            owners=_terms(found["owners"], "+", text),
            grade=policy.rank(found["grade"]),
            categories=_terms(found["categories"], ",", text),
            releasable=_range(found["releasable"], text),
            purposes=_range(found["purposes"], text),
        )

    def __str__(self) -> str:
        purposes = ALL if self.purposes == ALL else self.policy.broadest(self.purposes)
        return (
            f"{'+'.join(sorted(self.owners))}//{self.policy.grades[self.grade]}//"
            f"{','.join(sorted(self.categories))} REL {_write(self.releasable)} FOR {_write(purposes)}"
        )

    def join(self, other: Label) -> Label:
        """Return the lowest label that dominates both: what a combination of two things carries.

        Raises
        ------
        CoreError
            ``core.label-policy`` when the two follow different policies.
        """
        _comparable(self, other)
        return Label(
            policy=self.policy,
            owners=self.owners | other.owners,
            grade=max(self.grade, other.grade),
            categories=self.categories | other.categories,
            releasable=_meet(self.releasable, other.releasable),
            purposes=_meet(self.purposes, other.purposes),
        )

    def dominates(self, other: Label) -> bool:
        """Say whether this label is at least as strict as the other in every part.

        Raises
        ------
        CoreError
            ``core.label-policy`` when the two follow different policies.
        """
        _comparable(self, other)
        return (
            self.owners >= other.owners
            and self.grade >= other.grade
            and self.categories >= other.categories
            and _within(self.releasable, other.releasable)
            and _within(self.purposes, other.purposes)
        )

    def with_category(self, category: str) -> Label:
        """Return the label with one category more (never lower than this one)."""
        return replace(self, categories=self.categories | {category})

    def for_purpose(self, purpose: str) -> Label:
        """Return the label with its purposes cut down to one (never lower than this one)."""
        only = self.policy.with_narrower(frozenset({purpose}))
        return replace(self, purposes=_meet(self.purposes, only))

    def released_to(self, agency: str) -> bool:
        """Say whether the agency may hold the thing."""
        return self.releasable == ALL or agency in self.releasable

    def serves(self, purpose: str) -> bool:
        """Say whether the thing may be used for the purpose."""
        return self.purposes == ALL or purpose in self.purposes


def join_all(labels: Iterable[Label]) -> Label:
    """Return the join of one or more labels.

    Raises
    ------
    ValueError
        When there is no label.
    """
    joined: Label | None = None
    for label in labels:
        joined = label if joined is None else joined.join(label)
    if joined is None:
        raise ValueError("no label to join")
    return joined


@dataclass(frozen=True, slots=True)
class LabelMapping:
    """A declared way from the labels of one policy to those of another.

    Parameters
    ----------
    source, target
        The two policies.
    grades, categories, purposes
        Pairs (term of the source, term of the target). Agencies keep their names. ``*`` meant
        everyone and everything of the source policy: it is written out, so that an agency or a
        purpose that only the target knows gains nothing.

    Raises
    ------
    CoreError
        ``core.label-term`` when a grade has no image, or a higher grade would map below a lower.
    """

    source: LabelPolicy
    target: LabelPolicy
    grades: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, str], ...] = ()
    purposes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        images = dict(self.grades)
        lowest = 0
        for grade in self.source.grades:
            rank = self.target.rank(images.get(grade, ""))
            if rank < lowest:
                raise CoreError("core.label-term", policy=self.target.id, part="grade", term=grade)
            lowest = rank

    def translate(self, label: Label) -> Label:
        """Return the label in the target's terms; what has no image there is lost, never gained.

        Raises
        ------
        CoreError
            ``core.label-policy`` when the label is not of the source policy,
            ``core.label-term`` when a category has no image or the target doesn't know an owner.
        """
        if label.policy != self.source:
            raise CoreError("core.label-policy", first=label.policy.id, second=self.source.id)
        categories = dict(self.categories)
        for category in label.categories:
            if category not in categories:
                raise CoreError(
                    "core.label-term", policy=self.target.id, part="category", term=category
                )
        purposes = dict(self.purposes)
        served = set(purposes) if label.purposes == ALL else label.purposes
        holders = self.source.agencies if label.releasable == ALL else label.releasable
        return Label(
            policy=self.target,
            owners=label.owners,
            grade=self.target.rank(dict(self.grades)[self.source.grades[label.grade]]),
            categories=frozenset(categories[name] for name in label.categories),
            releasable=holders & self.target.agencies,
            purposes=frozenset(purposes[name] for name in served if name in purposes),
        )


def _comparable(first: Label, second: Label) -> None:
    if first.policy != second.policy:
        raise CoreError("core.label-policy", first=first.policy.id, second=second.policy.id)


def _meet(first: frozenset[str], second: frozenset[str]) -> frozenset[str]:
    if first == ALL:
        return second
    return first if second == ALL else first & second


def _within(first: frozenset[str], second: frozenset[str]) -> bool:
    return second == ALL or (first != ALL and first <= second)


def _known(policy: LabelPolicy, part: str, terms: frozenset[str], known: frozenset[str]) -> None:
    for term in sorted(terms - known):
        raise CoreError("core.label-term", policy=policy.id, part=part, term=term[:32])


def _terms(text: str, separator: str, whole: str) -> frozenset[str]:
    if not text:
        return NONE
    terms = text.split(separator)
    if len(set(terms)) != len(terms) or "" in terms:
        raise CoreError("core.label-text", text_length=len(whole))
    return frozenset(terms)


def _range(text: str, whole: str) -> frozenset[str]:
    if text == "*":
        return ALL
    return NONE if text == "-" else _terms(text, ",", whole)


def _write(terms: frozenset[str]) -> str:
    return ",".join(sorted(terms)) or "-"
