"""A plan applied to a data set of the node: a new data set, whose label is the join of what it is made of.

The source's table streams out of the vault into the sandbox, and what comes out streams back, sealed.
What the sandbox counted decides before a byte of the result is sealed: a result in which numbers that
identify people are left, or that doesn't reach the plan's k, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dure.core.assets import Asset
from dure.datasets.about.vocabularies import with_origin, with_terms
from dure.datasets.catalogue import describe, table_of
from dure.datasets.croissant import (
    MEDIA_TYPE,
    TABLE_FILE,
    Description,
    Field,
    Table,
    licence_words,
    read_table,
    write_document,
)
from dure.datasets.deidentify import answers, figures, sandboxed
from dure.datasets.deidentify.plan import UNTOLD_PURPOSE, Plan
from dure.datasets.import_ import any_purpose
from dure.datasets.meter import Meter
from dure.datasets.privacy.errors import PrivacyError
from dure.datasets.privacy.guarding import blocks, refuse_parts
from dure.datasets.sealing import DATASET, DOCUMENT_SCHEMA, TABLE, TABLE_SCHEMA
from dure.datasets.spec import DEIDENTIFY
from dure.datasets.words import NAME_CHARACTERS, checked
from dure.governance.house import House


@dataclass(frozen=True, slots=True)
class Deidentified:
    """A de-identified data set.

    Parameters
    ----------
    dataset
        The new data set.
    treated
        What was counted of it.
    """

    dataset: Asset
    treated: answers.Treated


def deidentify(
    house: House,
    dataset_id: str,
    plan: Plan,
    *,
    name: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> Deidentified:
    """Make a de-identified data set of one of the node's.

    Parameters
    ----------
    house
        The node.
    dataset_id
        The data set.
    plan
        What is done to it; its purpose is one that the label serves and the principal acts for.
    name
        What the new one is called; by default the old name and the plan's purpose.
    progress
        Told the step under way: ``treat``, ``seal``, ``describe``.

    Returns
    -------
    Deidentified
        The same data set, plan and name give the same asset.

    Raises
    ------
    PrivacyError
        ``privacy.plan``, ``privacy.identifier``, ``privacy.risk``, ``privacy.request`` where
        there are images; nothing is sealed then.
    DatasetError
        ``datasets.not-dataset``, ``datasets.changed``, ``datasets.words``.
    GovernanceError
        ``governance.denied``.
    """
    table_id, entry = table_of(house, dataset_id), house.assets.get(dataset_id)
    label, wanted = entry.asset.label, checked("name", name, NAME_CHARACTERS)
    purpose = plan.purpose if plan.purpose != UNTOLD_PURPOSE else any_purpose(house, label)
    house.require(DEIDENTIFY.name, label, purpose=purpose, owner=entry.asset.owner)
    refuse_parts(house, entry.asset)
    document = describe(house, dataset_id, purpose=purpose)
    keys = keys_of(house, table_id, plan, purpose)
    making = _Making(house, table_id, label, plan)
    with house.doing(DEIDENTIFY.name, asset=dataset_id) as doing:
        progress("treat")
        stream = house.open(table_id, purpose=purpose, run="")
        treated = sandboxed.treat_table(blocks(stream), plan, keys, making.take)
        progress("describe")
        about = Description(
            name=wanted or f"{entry.name} ({purpose})"[:NAME_CHARACTERS],
            description=str(document["description"]),
            agency=house.agency,
            label=str(label),
            label_policy=label.policy.id,
            licence=licence_words(document),
            created=making.table.created,
        )
        made = figures.block(plan, treated, dataset_id, house.suite)
        raw = read_table(document).sha256
        dataset = making.describe(about, treated, made, raw, dataset_id)
        doing.asset = dataset.id
        doing.detail.update(source=dataset_id, rows=treated.rows, k=treated.after.least)
    return Deidentified(dataset, treated)


def keys_of(house: House, table_id: str, plan: Plan, purpose: str) -> Mapping[str, bytes]:
    """Return the keys of a plan's elements for use on one table; {} when it takes none."""
    if not plan.elements:
        return {}
    return house.element_keys(
        table_id, purpose=purpose, generation=plan.generation, elements=plan.elements
    )


class _Making:
    """The new table and document on their way into the vault."""

    def __init__(self, house: House, source_table: str, label: Any, plan: Plan) -> None:
        self.table: Asset
        self._house, self._source, self._label, self._plan = house, source_table, label, plan
        self._meter = Meter()

    def take(self, treated: answers.Treated, content: Iterator[bytes]) -> None:
        """Seal the table, when what was counted of it may be."""
        treated.refuse_identifiers()
        if treated.after.least < self._plan.k:
            wanted, found = self._plan.k, treated.after.least
            raise PrivacyError("privacy.risk", wanted=wanted, found=found)
        self.table = self._house.seal(
            self._meter.counted(content),
            kind=TABLE,
            media_type="application/vnd.apache.parquet",
            schema_id=TABLE_SCHEMA,
            label=self._label,
            parents=(self._source,),
            producer=DEIDENTIFY.name,
            name=TABLE_FILE,
        )

    def describe(
        self,
        about: Description,
        treated: answers.Treated,
        made: Mapping[str, Any],
        raw_sha256: str,
        source_id: str,
    ) -> Asset:
        """Seal the document that makes the table a data set."""
        fields = tuple(Field(column.name, column.type) for column in treated.columns)
        digest = self._meter.digest.hexdigest()
        told = Table(fields, treated.rows, self._meter.size, digest, raw_sha256)
        document = figures.with_block(
            with_origin(
                with_terms(write_document(about, told), self._label), DEIDENTIFY.name, about.created
            ),
            made,
        )
        return self._house.seal(
            [json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")],
            kind=DATASET,
            media_type=MEDIA_TYPE,
            schema_id=DOCUMENT_SCHEMA,
            label=self._label,
            parents=(self.table.id, source_id),
            producer=DEIDENTIFY.name,
            name=about.name,
            facts={
                "rows": str(treated.rows),
                "columns": str(len(treated.columns)),
                "k": str(treated.after.least),
            },
        )
