"""The question about an asset that the catalogue holds, in one indexed look-up.

An asset's row is read every time: labels never change, but a withdrawal must bite at once. What is
remembered is how a label's text reads under this one charter's label policy.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, bindparam, select

from dure.core.errors import CoreError
from dure.core.labels import Label, LabelPolicy
from dure.core.principals import Principal
from dure.governance.policy.query import Query
from dure.storage.tables import ASSETS

_ROW = select(ASSETS.c.label_text, ASSETS.c.policy, ASSETS.c.owner, ASSETS.c.withdrawn_at).where(
    ASSETS.c.id == bindparam("asset_id")
)


class Holdings:
    """What a node holds, as the policy needs to know it. Belongs to one charter version.

    Parameters
    ----------
    labels
        The charter's label policy.
    remembered
        How many labels' texts are kept read.
    """

    def __init__(self, labels: LabelPolicy, *, remembered: int = 4096) -> None:
        self._labels = labels
        self._read = lru_cache(maxsize=remembered)(self._parse)

    def query(
        self,
        connection: Connection,
        asset_id: str,
        *,
        principal: Principal,
        action: str,
        purpose: str,
    ) -> Query | None:
        """Return the question whether the principal may do this to that asset.

        Returns
        -------
        Query or None
            None when the catalogue has no such asset. To someone who may not see it, say the same.

        Raises
        ------
        CoreError
            ``core.label-policy`` when the asset's label follows another policy;
            ``core.label-term`` when it names a term that the charter no longer has.
        """
        row = connection.execute(_ROW, {"asset_id": asset_id}).first()
        if row is None:
            return None
        if row.policy != self._labels.id:
            raise CoreError("core.label-policy", first=row.policy, second=self._labels.id)
        return Query(
            principal=principal,
            action=action,
            label=self._read(row.label_text),
            owner=row.owner,
            purpose=purpose,
            withdrawn=row.withdrawn_at is not None,
        )

    def _parse(self, text: str) -> Label:
        return Label.parse(text, self._labels)
