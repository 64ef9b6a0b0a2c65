"""A privacy record from what a person tells."""

from __future__ import annotations

import datetime as dt

from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.guarding import today
from dure.datasets.privacy.record import (
    WORDS_CHARACTERS,
    Basis,
    Handling,
    PrivacyRecord,
    ProcessingRole,
    Review,
    read_date,
)
from dure.datasets.words import checked
from dure.governance.house import House


def told_record(
    house: House,
    dataset_id: str,
    *,
    basis: str,
    purpose: str,
    retain_until: str,
    handling: str = Handling.NONE,
    review: str = Review.NOT_DONE,
    reviewer: str = "",
    reviewed_on: str = "",
    role: str = ProcessingRole.CONTROLLER,
    reference: str = "",
) -> PrivacyRecord:
    """Return the record that a person tells; parameters as for `PrivacyRecord`, days as texts.

    Raises
    ------
    PrivacyError
        ``privacy.record`` with the reason.
    DatasetError
        ``datasets.words``.
    """

    def day(text: str) -> dt.date:
        try:
            return read_date(text)
        except ValueError:
            raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="date") from None

    try:
        return PrivacyRecord(
            dataset=dataset_id,
            basis=Basis(basis),
            purpose=checked("description", purpose, WORDS_CHARACTERS),
            retain_until=day(retain_until),
            handling=Handling(handling),
            review=Review(review),
            reviewer=reviewer,
            reviewed_on=day(reviewed_on) if reviewed_on else None,
            role=ProcessingRole(role),
            reference=checked("description", reference, WORDS_CHARACTERS),
            number=1,
            written_on=today(house),
            written_by=house.principal.id,
        )
    except ValueError:
        raise PrivacyError("privacy.record", asset=dataset_id[:16], reason="form") from None
