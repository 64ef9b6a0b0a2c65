"""The privacy record: what the law wants to be known of personal data, as a pure value.

Source
------
Personal Information Protection Act of the Republic of Korea (개인정보 보호법): article 15 (1) for the
legal bases; article 28-2 (1) for the purposes of pseudonymised data (statistics, scientific research,
archiving in the public interest); article 21 (1) for the retention date; article 58-2 for anonymous
data. The adequacy review (적정성 검토) and the roles are those of the Personal Information Protection
Commission's guideline on the processing of pseudonymised data (가명정보 처리 가이드라인).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any

import msgspec

from dure.core.text import Text, is_unseen

FORM = "dure/privacy-record/v1"
WORDS_CHARACTERS = 500
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


class Basis(StrEnum):
    """On which ground personal data is processed: article 15 (1) and article 28-2 (1)."""

    CONSENT = "consent"
    LAW = "law"
    PUBLIC_TASK = "public-task"
    CONTRACT = "contract"
    VITAL = "vital"
    LEGITIMATE = "legitimate"
    PUBLIC_SAFETY = "public-safety"
    STATISTICS = "pseudonym-statistics"
    RESEARCH = "pseudonym-research"
    ARCHIVE = "pseudonym-archive"


class Handling(StrEnum):
    """What was done so that people are harder to find."""

    NONE = "none"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"


class Review(StrEnum):
    """What the adequacy review said."""

    NOT_DONE = "not-done"
    ADEQUATE = "adequate"
    INADEQUATE = "inadequate"


class ProcessingRole(StrEnum):
    """What the agency is to these data."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    RECIPIENT = "recipient"
    COMBINER = "combiner"


WORDS: Mapping[StrEnum, Text] = MappingProxyType(
    {
        Basis.CONSENT: Text("consent (article 15 (1) 1)", "동의 (법 제15조제1항제1호)"),
        Basis.LAW: Text("a law or a duty by law (15 (1) 2)", "법률·법령상 의무 (제15조제1항제2호)"),
        Basis.PUBLIC_TASK: Text("a public body's task (15 (1) 3)", "소관 업무 (제15조제1항제3호)"),
        Basis.CONTRACT: Text("a contract (15 (1) 4)", "계약의 체결·이행 (제15조제1항제4호)"),
        Basis.VITAL: Text("life, body, property (15 (1) 5)", "급박한 이익 (제15조제1항제5호)"),
        Basis.LEGITIMATE: Text("legitimate interest (15 (1) 6)", "정당한 이익 (제15조제1항제6호)"),
        Basis.PUBLIC_SAFETY: Text("public safety (15 (1) 7)", "공중위생·안전 (제15조제1항제7호)"),
        Basis.STATISTICS: Text("statistics (28-2 (1))", "통계작성 (제28조의2제1항)"),
        Basis.RESEARCH: Text("scientific research (28-2 (1))", "과학적 연구 (제28조의2제1항)"),
        Basis.ARCHIVE: Text(
            "archiving in the public interest (28-2 (1))", "공익적 기록보존 (제28조의2제1항)"
        ),
        Handling.NONE: Text("nothing", "처리하지 않음"),
        Handling.PSEUDONYMISED: Text("pseudonymised (2, 1-2)", "가명처리 (제2조제1호의2)"),
        Handling.ANONYMISED: Text("anonymous (58-2)", "익명처리 (제58조의2)"),
        Review.NOT_DONE: Text("not done", "하지 않음"),
        Review.ADEQUATE: Text("adequate", "적정"),
        Review.INADEQUATE: Text("not adequate", "부적정"),
        ProcessingRole.CONTROLLER: Text("controller", "개인정보처리자"),
        ProcessingRole.PROCESSOR: Text("processor (26)", "수탁자 (제26조)"),
        ProcessingRole.RECIPIENT: Text("recipient (28-2 (2))", "제공받는 자 (제28조의2제2항)"),
        ProcessingRole.COMBINER: Text("combining agency (28-3)", "결합전문기관 (제28조의3)"),
    }
)
"""What each code means, with the clause it comes from."""

_PSEUDONYM_BASES = frozenset({Basis.STATISTICS, Basis.RESEARCH, Basis.ARCHIVE})


class PrivacyRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is recorded about the personal data of one data set.

    Parameters
    ----------
    dataset
        Id of the data set.
    basis
        Legal basis.
    purpose
        What it is processed for, in words.
    retain_until
        Last day on which it may be kept.
    handling
        What was done to it.
    review, reviewer, reviewed_on
        The adequacy review: outcome, principal and day; a review that was not done has neither.
    role
        What the agency is to these data.
    reference
        Number of the papers that lie elsewhere, or "".
    number
        1 for the first record of a data set; the highest counts.
    written_on, written_by
        The day, and the principal.
    """

    dataset: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    basis: Basis
    purpose: Annotated[str, msgspec.Meta(min_length=1, max_length=WORDS_CHARACTERS)]
    retain_until: dt.date
    handling: Handling
    review: Review
    reviewer: Annotated[str, msgspec.Meta(pattern="^[a-z0-9.-]{0,128}$")]
    reviewed_on: dt.date | None
    role: ProcessingRole
    reference: Annotated[str, msgspec.Meta(max_length=WORDS_CHARACTERS)]
    number: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    written_on: dt.date
    written_by: Annotated[str, msgspec.Meta(pattern="^[a-z0-9.-]{1,128}$")]

    def fault(self) -> str:
        """Return why this is no record that may be written, as a reason's code; "" when it may."""
        if self.reviewer == self.written_by:
            return "own-review"
        if (self.review is Review.NOT_DONE) != (not self.reviewer) or (
            bool(self.reviewer) != (self.reviewed_on is not None)
        ):
            return "review"
        if self.basis in _PSEUDONYM_BASES and self.handling is not Handling.PSEUDONYMISED:
            return "basis"
        if self.retain_until < self.written_on:
            return "past"
        later = self.reviewed_on is not None and self.reviewed_on > self.written_on
        return "date" if later else ""

    def objection(self, today: dt.date) -> str:
        """Return why data with this record may not leave, as a reason's code; "" when they may."""
        if today > self.retain_until:
            return "expired"
        return "" if self.review is Review.ADEQUATE else "not-reviewed"

    def says_the_same(self, other: PrivacyRecord) -> bool:
        """Say whether two records differ in nothing but number and day of writing."""
        same = {"number": other.number, "written_on": other.written_on}
        return msgspec.structs.replace(self, **same) == other

    def to_dict(self) -> dict[str, Any]:
        """Return the record as canonical values."""
        found = msgspec.to_builtins(self)
        return {"form": FORM, **found, "reviewed_on": found["reviewed_on"] or ""}

    @classmethod
    def from_dict(cls, value: object) -> PrivacyRecord:
        """Return the record that canonical values write.

        Raises
        ------
        ValueError
            When they have another form.
        """
        if not isinstance(value, dict) or value.get("form") != FORM:
            raise ValueError("another form")
        told = {name: item for name, item in value.items() if name != "form"}
        told["reviewed_on"] = told.get("reviewed_on") or None
        try:
            record = msgspec.convert(told, cls)
        except msgspec.ValidationError as error:
            raise ValueError("another form") from error
        if any(map(is_unseen, record.purpose + record.reference)):
            raise ValueError("another form")
        return record


def read_date(text: str) -> dt.date:
    """Return the day of this century that a text writes.

    Raises
    ------
    ValueError
        When it writes none.

    Examples
    --------
    >>> read_date("2027-12-31").year
    2027
    """
    if not _DATE.fullmatch(text):
        raise ValueError("a day is written as 2027-12-31")
    return dt.date.fromisoformat(text)
