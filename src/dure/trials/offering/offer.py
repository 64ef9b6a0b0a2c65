"""Write a benchmark's card, at the node of the data's owner; it leaves as any other asset does.

The card has the benchmark's own label: what it says of the columns and how the rows look it says of the
data. So people vote before another agency gets it (``asset.transfer``), and see what they vote on.
"""

from __future__ import annotations

import io

from dure.core.assets import Asset
from dure.governance.house import House
from dure.trials import spec
from dure.trials.benchmark import PURPOSE, Benchmark, find_benchmark
from dure.trials.definition import Definition
from dure.trials.developing.columns import types_in
from dure.trials.manifest import ColumnType
from dure.trials.offering.card import FORM, LIMITS, MOST_CARD, MOST_DUMMY, Card, parse_card
from dure.trials.tasks import OF_IMAGES

KIND = "benchmark.card"


def write_card(house: House, name: str) -> Asset:
    """Seal the card of a benchmark; the same benchmark gives the same one.

    Parameters
    ----------
    house
        The node of the data's owner.
    name
        The benchmark, as `dure.trials.versions.find_row` takes it.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.closed``, ``trials.card`` for columns that no card can name.
    GovernanceError
        ``governance.denied``.
    """
    benchmark = find_benchmark(house, name, for_run=True)
    label = benchmark.asset.label
    house.require(spec.PREPARE, label, purpose=PURPOSE, owner=benchmark.asset.owner)
    with house.doing(spec.OFFER, asset=benchmark.asset.id) as doing:
        card = card_of(house, benchmark)
        parse_card(card.to_bytes(), card.name)  # what nobody could read is never sent
        made_of = [benchmark.asset.id, *([benchmark.dummy] if benchmark.dummy else ())]
        asset = house.seal(
            [card.to_bytes()],
            kind=KIND,
            media_type="application/vnd.dure.benchmark-card",
            schema_id=FORM,
            label=label,
            parents=tuple(made_of),
            producer=spec.OFFER,
            name=f"card of {card.name}",
        )
        doing.detail["card"] = asset.id
    return asset


def card_of(house: House, benchmark: Benchmark) -> Card:
    """Return the card of a benchmark of this node."""
    definition, dummy = benchmark.definition, b""
    if benchmark.dummy:
        dummy = house.read(benchmark.dummy, purpose=PURPOSE, limit=MOST_DUMMY)
    return Card(
        agency=house.agency,
        version=benchmark.version,
        prepared=benchmark.asset.created,
        definition=definition,
        subgroups=len(definition.subgroups),
        types=_types(definition, dummy),
        limits=LIMITS,
        dummy=dummy,
    )


def _types(definition: Definition, dummy: bytes) -> dict[str, ColumnType]:
    """Return the types of the columns: of the dummy rows, or images and their targets; else none."""
    if dummy:
        return types_in(io.BytesIO(dummy))
    if definition.task not in OF_IMAGES:
        return {}
    images = dict.fromkeys(definition.features, ColumnType.IMAGE)
    return {**images, definition.target: ColumnType.TEXT}


def open_card(house: House, asset_id: str) -> Card:
    """Return a sealed card, ours or one that another agency sent, to somebody who may read it.

    Raises
    ------
    TrialsError
        ``trials.card``.
    GovernanceError
        ``governance.denied``.
    """
    return parse_card(house.read(asset_id, purpose=PURPOSE, limit=MOST_CARD), asset_id[:12])
