"""Make a benchmark: a data set is split in the sandbox, and each part sealed under its own label.

The parts that the algorithm sees carry the data set's label. The answer key carries it with the
category ``answer-key``, and serves ``scoring`` alone, so that no verdict ever lets it into the
sandbox of an algorithm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dure.core import faults
from dure.core.assets import Asset
from dure.core.canonical import canonical_json
from dure.core.findings import Finding
from dure.core.labels import Label, join_all
from dure.governance.house import House
from dure.sandbox.tasks import Outcome
from dure.trials import spec, steps, versions
from dure.trials.definition import Definition
from dure.trials.errors import TrialsError
from dure.trials.images.source import IMAGES
from dure.trials.kinds.classes.wire import MOST_CLASSES
from dure.trials.kinds.parts import LEAST_ROWS, PARTS, PERTURBED
from dure.trials.refusals import contaminated
from dure.trials.split import FACTS, REFUSALS
from dure.trials.tasks import OF_IMAGES

ANSWER_KEY = "answer-key"
SCORING = "scoring"
PURPOSE = "trial"
SCHEMA = "dure/benchmark/v1"
DUMMY = "benchmark.dummy"

_DATASET, _TABLE, _IMAGES = "dataset", "dataset.table", "dataset.images"
_KINDS = dict(
    zip(
        (*PARTS, PERTURBED),
        ("benchmark.train", "benchmark.features", "benchmark.answers", "benchmark.perturbed"),
        strict=True,
    )
)
_MOST_FACTS = 4096


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark that is ready for trials.

    Parameters
    ----------
    asset
        The benchmark itself: definition and parts, as canonical JSON.
    definition
        What it is.
    train, features, answers
        Its parts.
    version
        Its number among the benchmarks of its name, from 1.
    dummy
        Id of its dummy rows, or "".
    perturbed
        The part that robustness is measured with, if the benchmark has a plan.
    """

    asset: Asset
    definition: Definition
    train: Asset
    features: Asset
    answers: Asset
    version: int = 1
    dummy: str = ""
    perturbed: Asset | None = None


def answer_label(label: Label) -> Label:
    """Return the label of the answer key of a data set with this label (never lower).

    Raises
    ------
    CoreError
        ``core.label-term`` when the label policy lacks the category or the purpose.
    """
    return label.with_category(ANSWER_KEY).for_purpose(SCORING)


def prepare(
    house: House,
    dataset_id: str,
    definition: Definition,
    *,
    dummy: Callable[[], bytes] = bytes,
) -> Benchmark:
    """Split a data set into the parts of a benchmark, and seal them.

    Parameters
    ----------
    house
        The node of the data's owner.
    dataset_id
        A data set, or its table.
    definition
        What the benchmark is to be.
    dummy
        Gives a Parquet file of made-up rows of its columns, or nothing.

    Returns
    -------
    Benchmark
        The same data set and definition give the same one; others under a name that is there already
        give its next version, whose parent is the one before.

    Raises
    ------
    TrialsError
        ``trials.benchmark`` when the data set can't be split so, ``trials.worker``,
        ``trials.stream``.
    GovernanceError
        ``governance.denied``.
    """
    dataset = house.assets.get(dataset_id).asset
    table = _table(house, dataset)
    house.require(spec.PREPARE, table.label, purpose=PURPOSE, owner=table.owner)
    answer_label(table.label)
    steps.require_scorer(definition.task)
    known = versions.same_row(house, dataset.id, definition.to_bytes().decode("utf-8"))
    with house.doing(spec.PREPARE, asset=dataset.id, detail={"name": definition.name}) as doing:
        if known is not None:
            benchmark = find_benchmark(house, known["asset_id"])
        else:
            images = _images(house, dataset) if definition.task in OF_IMAGES else None
            parts, facts = _split(house, table, images, definition)
            faults.point("benchmark.parts-sealed")
            made_up = _seal_dummy(house, dataset, dummy())
            benchmark = _record(house, dataset, definition, parts | made_up, facts)
        doing.asset = benchmark.asset.id
    return benchmark


def _table(house: House, dataset: Asset) -> Asset:
    if dataset.kind == _DATASET:
        for parent in dataset.parents:
            asset: Asset = house.assets.get(parent).asset
            if asset.kind == _TABLE:
                return asset
    if dataset.kind != _TABLE:
        raise cannot_split("not-dataset")
    return dataset


def _images(house: House, dataset: Asset) -> Asset | None:
    """Return the images of a data set of images; None when they are a column of its table, or missing."""
    parents = [house.assets.get(parent).asset for parent in dataset.parents]
    return next((one for one in parents if one.kind == _IMAGES), None)


def _split(
    house: House, table: Asset, images: Asset | None, definition: Definition
) -> tuple[dict[str, Asset], dict[str, int]]:
    parts: dict[str, Asset] = {}
    told: list[bytes] = []

    def sink(name: str, blocks: Iterator[bytes]) -> None:
        if name == FACTS:
            told.append(_beginning(blocks))
        elif name in _KINDS:
            parts[name] = _seal_part(house, sources, name, blocks)

    sources = [table] if images is None else [table, images]
    inputs = dict(zip(("data.parquet", IMAGES), sources, strict=False))
    with steps.Sealed(house, house.random(16).hex()) as sealed:
        outcome = steps.run_step(
            steps.SPLIT,
            {
                **{
                    name: sealed.stream(source.id, purpose=PURPOSE)
                    for name, source in inputs.items()
                },
                "definition.json": definition.to_bytes(),
            },
            steps.IMAGE_LIMITS if definition.task in OF_IMAGES else steps.OWN_LIMITS,
            sink=sink,
        )
    return parts, _facts(outcome, told, parts, definition)


def _beginning(blocks: Iterator[bytes]) -> bytes:
    kept = b""
    while len(kept) < _MOST_FACTS and (block := next(blocks, b"")):
        kept += block
    return kept[:_MOST_FACTS]


def _seal_part(house: House, sources: Sequence[Asset], name: str, blocks: Iterator[bytes]) -> Asset:
    label = join_all(source.label for source in sources)
    return house.seal(
        blocks,
        kind=_KINDS[name],
        media_type="application/vnd.apache.parquet",
        schema_id="dure/table/v1",
        label=answer_label(label) if name == PARTS[2] else label,
        parents=tuple(source.id for source in sources),
        producer=spec.PREPARE,
        name=name,
    )


def _seal_dummy(house: House, dataset: Asset, rows: bytes) -> dict[str, Asset]:
    """Seal the made-up rows under the data set's own label: what they are made of says it of the data."""
    if not rows:
        return {}
    sealed = house.seal(
        [rows],
        kind=DUMMY,
        media_type="application/vnd.apache.parquet",
        schema_id="dure/table/v1",
        label=dataset.label,
        parents=(dataset.id,),
        producer=spec.PREPARE,
        name="dummy.parquet",
    )
    return {DUMMY: sealed}


def _facts(
    outcome: Outcome, told: list[bytes], parts: dict[str, Asset], definition: Definition
) -> dict[str, int]:
    if outcome.status != "done" or len(told) != 1:
        raise TrialsError("trials.worker", cause=outcome.cause or "no-answer")
    facts = _told(told[0])
    if facts is None:  # whoever wrote the data may have taken the worker over: nothing is repeated
        raise TrialsError("trials.worker", cause="bad-answer")
    if isinstance(refused := facts.get("refused"), str):
        raise cannot_split(refused)
    if set(parts) != {*PARTS, *([PERTURBED] if definition.robust else [])}:
        raise TrialsError("trials.worker", cause="no-part")
    return facts


def _told(data: bytes) -> dict[str, Any] | None:
    """Return what the worker said: a reason that we know, or counts; None for anything else."""
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(facts, dict):
        return None
    if set(facts) == {"refused"}:
        known = isinstance(facts["refused"], str) and facts["refused"] in REFUSALS
        return facts if known else None
    counts = set(facts) == {"train_rows", "test_rows", "repeated_exactly", "repeated_nearly"}
    if not counts or not all(type(n) is int and n >= 0 for n in facts.values()):
        return None
    sound = facts["repeated_exactly"] <= facts["repeated_nearly"] <= facts["test_rows"]
    return facts if sound and facts["train_rows"] and facts["test_rows"] else None


def _record(
    house: House,
    dataset: Asset,
    definition: Definition,
    parts: dict[str, Asset],
    facts: dict[str, int],
) -> Benchmark:
    train, features, answers = (parts[name] for name in PARTS)
    perturbed = parts.get(PERTURBED)
    further = {"perturbed": perturbed.id} if perturbed else {}
    dummy = parts[DUMMY].id if DUMMY in parts else ""
    number, earlier = versions.latest(house, definition.name)
    made_of = [dataset, *(asset for name, asset in parts.items() if name != PARTS[2])]
    if earlier and not (before := house.assets.get(earlier)).withdrawn:
        made_of.append(before.asset)
    document = {
        "definition": definition.to_dict(),
        "dataset": dataset.id,
        "train": train.id,
        "features": features.id,
        "answers": answers.id,
        **further,
        "version": number + 1,
        "earlier": earlier,
        "dummy": dummy,
        **facts,
    }
    asset = house.seal(
        [canonical_json(document)],
        kind="benchmark",
        media_type="application/json",
        schema_id=SCHEMA,
        label=join_all(each.label for each in made_of),
        parents=tuple(each.id for each in made_of),
        producer=spec.PREPARE,
        name=definition.name,
        facts={
            "task": definition.task.value,
            "version": str(number + 1),
            **further,
            **_repeated(facts),
        },
    )
    row = {
        "asset_id": asset.id,
        "name": definition.name,
        "dataset_id": dataset.id,
        "train_id": train.id,
        "features_id": features.id,
        "answers_id": answers.id,
        "definition": definition.to_bytes().decode("utf-8"),
        "budget": definition.budget,
        "version": number + 1,
        "dummy_id": dummy or None,
    }
    versions.keep(house, row)
    return Benchmark(asset, definition, train, features, answers, number + 1, dummy, perturbed)


def _repeated(facts: dict[str, int]) -> dict[str, str]:
    """Return which share of the test rows is among the training rows too, in a thousand."""
    return {
        name: str(-(-1000 * facts[name] // facts["test_rows"]))
        for name in ("repeated_exactly", "repeated_nearly")
    }


def contamination(house: House, benchmark: Asset) -> tuple[Finding, ...]:
    """Return what is to be said of test rows that are among the training rows too; often nothing.

    Parameters
    ----------
    house
        The node.
    benchmark
        The benchmark's own asset.
    """
    facts = house.assets.get(benchmark.id).facts
    shares = {name: int(facts.get(name, 0)) for name in ("repeated_exactly", "repeated_nearly")}
    return contaminated(benchmark.id, **shares)


def find_benchmark(house: House, name: str, *, for_run: bool = False) -> Benchmark:
    """Return a benchmark: of that name its newest open version, or NAME@NUMBER, or that of an id.

    Parameters
    ----------
    house
        The node.
    name
        As `dure.trials.versions.find_row` takes it.
    for_run
        Whether something new is to be run on it.

    Raises
    ------
    TrialsError
        ``trials.unknown``, ``trials.closed``.
    """
    row = versions.find_row(house, name)
    if for_run:
        versions.require_open(row)
    entry = house.assets.get(row["asset_id"])
    perturbed = entry.facts.get("perturbed", "")
    return Benchmark(
        asset=entry.asset,
        definition=Definition.from_dict(json.loads(row["definition"])),
        train=house.assets.get(row["train_id"]).asset,
        features=house.assets.get(row["features_id"]).asset,
        answers=house.assets.get(row["answers_id"]).asset,
        version=row["version"],
        dummy=row["dummy_id"] or "",
        perturbed=house.assets.get(perturbed).asset if perturbed else None,
    )


def cannot_split(reason: str) -> TrialsError:
    """Return the error that says why a data set can't be split so: one of `REFUSALS`."""
    return TrialsError(
        "trials.benchmark",
        part="dataset",
        reason=reason,
        least_rows=LEAST_ROWS,
        most_classes=MOST_CLASSES,
    )
