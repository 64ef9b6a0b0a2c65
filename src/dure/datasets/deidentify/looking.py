"""Looking at a data set of the node before it is de-identified: a plan, some rows, the risk.

Each is a read in the ledger. Keys are not asked for: pseudonyms in a preview are not those of the
result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dure.datasets.catalogue import table_of
from dure.datasets.deidentify import answers, sandboxed
from dure.datasets.deidentify.plan import Plan
from dure.datasets.import_ import any_purpose
from dure.datasets.privacy.guarding import blocks
from dure.governance.house import House


def propose(house: House, dataset_id: str, shapes: Collection[str] = ()) -> Plan:
    """Propose a plan for a data set; see `dure.datasets.deidentify.sandboxed.propose_file`."""
    sandboxed.checked_shapes(shapes)
    return sandboxed.propose_table(_table(house, dataset_id), shapes)


def preview(
    house: House, dataset_id: str, plan: Plan, rows: int, shown: Collection[str]
) -> answers.Previewed:
    """Show what a plan does to the first rows of a data set."""
    keys = sandboxed.any_keys(plan, house.random)
    return sandboxed.preview_table(_table(house, dataset_id), plan, keys, rows, shown)


def risk(house: House, dataset_id: str, plan: Plan) -> answers.Treated:
    """Count a data set's classes before and after a plan."""
    keys = sandboxed.any_keys(plan, house.random)
    return sandboxed.treat_table(_table(house, dataset_id), plan, keys)


def _table(house: House, dataset_id: str) -> Iterator[bytes]:
    table = house.assets.get(table_of(house, dataset_id)).asset
    return blocks(house.open(table.id, purpose=any_purpose(house, table.label), run=""))
