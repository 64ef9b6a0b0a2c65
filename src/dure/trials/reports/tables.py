"""A report's tables, the same for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dure.core.text import Text
from dure.trials.gates.gate import PASSAGES, Passage
from dure.trials.gates.passing import GATES
from dure.trials.reports.reading import Reading
from dure.trials.reports.words import direction, interval, metric_title
from dure.trials.strict import WITHHELD
from dure.trials.tasks import TaskType, metric_of

Cell = str | Text
HELD = Text("held", "보류")
HIDDEN = Text("withheld", "숨김")
OTHERS = Text("all other rows", "그 밖의 행")
ALL = Text("all rows", "전체")
TOTAL = Text("total", "합계")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words and figures.

    Parameters
    ----------
    title
        What it is.
    columns
        Its heads.
    rows
        A cell for each head.
    note
        How to read it, or nothing.
    """

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Text | None = None


def figures_table(reading: Reading, *, titles: bool = False) -> Table | None:
    """Return each metric as the gates let it pass, or that it is held; None without any.

    By its name, or where ``titles`` are wanted as the textbook calls it.
    """
    result = reading.result
    figures, held = result.get("figures", {}), result.get("held", ())
    if not figures and not held:
        return None
    task, p = TaskType(result["task"]), result.get("p", {})
    rows: list[tuple[Cell, ...]] = []
    for name in sorted({*figures, *held}):
        metric, sides = metric_of(task, name), figures.get(name)
        if sides is None:
            told: tuple[Cell, ...] = (HELD, "", "", "")
        else:
            own, over = sides["algorithm"], sides["difference"]
            difference = f"{over['value']} ({interval(over)})"
            told = (own["value"], interval(own), sides["baseline"]["value"], difference)
        chance = (_at_most(p[name]) if name in p else "",) if p else ()
        named = metric_title(task, name) if titles else name
        rows.append((named, *told, *chance, direction(metric)))
    columns = (
        Text("metric", "지표"),
        Text("value", "값"),
        Text("{level} interval", "{level} 구간").fill(level=result["interval"]),
        Text("baseline", "비교 기준"),
        Text("difference", "차이"),
        *((Text("p, at most", "p값(이하)"),) if p else ()),
        Text("better", "방향"),
    )
    return Table(Text("Figures", "수치"), columns, tuple(rows))


def _at_most(bound: str) -> Cell:
    return Text("not small", "작지 않음") if bound == "1" else bound


def subgroup_names(reading: Reading, count: int) -> list[Cell]:
    """Return the names of so many subgroups, in the benchmark's order; by number where not known."""
    known: list[Cell] = list(reading.subgroups)
    if len(known) not in (count, count - 1) or not known:
        return [Text("subgroup {n}", "하위 집단 {n}").fill(n=at + 1) for at in range(count)]
    return [*known, OTHERS][:count]


def support_table(reading: Reading) -> Table | None:
    """Return how many test rows stand in each subgroup, by class where classes are predicted."""
    counts = reading.result.get("support")
    if not counts:
        return None
    classes = len(counts[0]) - 1
    names = [*subgroup_names(reading, len(counts) - 2), OTHERS, ALL]
    shown = [row if classes > 1 else row[-1:] for row in counts]
    rows = tuple((name, *map(cell, row)) for name, row in zip(names, shown, strict=True))
    heads = [Text("class {n}", "클래스 {n}").fill(n=at + 1) for at in range(classes)]
    columns = (
        Text("subgroup", "하위 집단"),
        *(heads if classes > 1 else ()),
        TOTAL if classes > 1 else Text("rows", "행"),
    )
    note = Text(
        "A count is withheld where it is small, or where it would give a small one away.",
        "작은 수와, 작은 수를 알아낼 수 있게 하는 수는 숨겼습니다.",
    )
    return Table(Text("Test rows by subgroup", "하위 집단별 시험 행"), columns, rows, note)


def cell(value: str) -> Cell:
    """Return a figure, or the word for one that must not be shown."""
    return HIDDEN if value == WITHHELD else value


def subgroups_table(reading: Reading) -> Table | None:
    """Return the figures of each subgroup, where the benchmark tells them."""
    told: Sequence[Mapping[str, Any]] = reading.result.get("subgroups", ())
    if not told:
        return None
    task = TaskType(reading.result["task"])
    metrics = sorted({name for one in told for name in one})
    rows = tuple(
        (name, *(estimate(one.get(metric, WITHHELD)) for metric in metrics))
        for name, one in zip(subgroup_names(reading, len(told)), told, strict=True)
    )
    columns = (Text("subgroup", "하위 집단"), *(metric_title(task, name) for name in metrics))
    return Table(Text("Figures by subgroup", "하위 집단별 수치"), columns, rows)


def estimate(told: Mapping[str, str] | str) -> Cell:
    """Return a value with its interval, or the word for one that must not be shown."""
    return HIDDEN if isinstance(told, str) else f"{told['value']} ({interval(told)})"


def calibration_table(reading: Reading) -> Table | None:
    """Return how often the algorithm was right where it said how sure it was; None where not told."""
    told: Mapping[str, Any] = reading.result.get("calibration", {})
    rows: tuple[tuple[Cell, ...], ...]
    columns: tuple[Text, ...]
    if told.get("bins"):
        bins = told["bins"]
        rows = tuple((one["confidence"], cell(one["rows"]), estimate(one["share"])) for one in bins)
        columns = (
            Text("confidence", "확신도"),
            Text("rows", "행"),
            Text("were right", "맞은 비율"),
        )
    elif told.get("levels"):
        rows = tuple((one["level"], estimate(one["share"])) for one in told["levels"])
        columns = (Text("quantile", "분위수"), Text("at or below it", "그 이하인 비율"))
    else:
        return None
    return Table(Text("Calibration", "확신도 보정"), columns, rows)


def floors_table(reading: Reading) -> Table | None:
    """Return how good an algorithm had to be, surely and in every subgroup, to be released."""
    floors: Mapping[str, str] = reading.result.get("floors", {})
    if not floors:
        return None
    task = TaskType(reading.result["task"])
    rows = []
    for name, floor in floors.items():
        metric = metric_of(task, name)
        least = metric is None or metric.larger_is_better
        rows.append((metric_title(task, name), f"{'≥' if least else '≤'} {floor}"))
    note = Text(
        "The benchmark lets a report leave only where these surely hold, in every subgroup. Here they do.",
        "모든 하위 집단에서 이 하한이 확실히 지켜져야 보고서를 반출합니다. 이 보고서에서는 지켜졌습니다.",
    )
    columns = (Text("metric", "지표"), Text("demanded", "요구한 값"))
    return Table(Text("Floors", "하한"), columns, tuple(rows), note)


def gates_table(reading: Reading) -> Table | None:
    """Return what became of the result at each gate; only the sealed report tells."""
    steps: Sequence[Mapping[str, Any]] = reading.evidence.get("gates", ())
    if not steps:
        return None
    titles = {gate.name: gate.title for gate in GATES}
    rows = tuple(
        (
            titles.get(step["gate"], step["gate"]),
            PASSAGES[Passage(step["passage"])],
            ", ".join(f"{name} {value}" for name, value in step["parameters"].items()),
        )
        for step in steps
    )
    columns = (Text("gate", "관문"), Text("outcome", "결과"), Text("set to", "설정"))
    return Table(Text("Gates", "반출 관문"), columns, rows)


def evidence_table(reading: Reading) -> Table:
    """Return what the result rests on: digests, tier, runtime, limits, seeds; names as they are signed."""
    rows = [(f"{name}_digest", digest) for name, digest in sorted(reading.digests.items())]
    if reading.released:
        signed = {
            name: value
            for name, value in reading.document.items()
            if name not in ("result", "result_digest", "evidence_digest", "resources")
        }
        rows += _flat(signed)
    else:
        rows += _flat({name: value for name, value in reading.evidence.items() if name != "gates"})
    columns = (Text("part", "항목"), Text("value", "값"))
    return Table(Text("Evidence", "증거"), columns, tuple(rows))


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested fields as one level, as ``runtime.name``."""
    for name, value in sorted(told.items()):
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield before + name, ", ".join(map(str, value)) or "-"
        else:
            yield before + name, "-" if value in ({}, "") else str(value)


RESOURCES = {
    "cpu_s": Text("processor time, s", "처리 시간(CPU, 초)"),
    "wall_s": Text("time, s", "경과 시간(초)"),
    "memory_mib": Text("memory, MiB", "메모리(MiB)"),
    "output_kib": Text("predictions, KiB", "예측 크기(KiB)"),
}


def resources_table(reading: Reading) -> Table | None:
    """Return what the algorithm used, as buckets; None where the benchmark doesn't tell."""
    if not reading.resources:
        return None
    more = Text("more than the largest bucket", "가장 큰 구간을 넘음")
    rows = tuple(
        (RESOURCES.get(name, name), more if bucket == "more" else f"≤ {bucket}")
        for name, bucket in reading.resources.items()
    )
    note = Text(
        "Coarse on purpose: exact times and sizes could carry data out.",
        "일부러 넓은 구간으로만 알립니다. 정확한 시간과 크기에는 자료가 실려 나갈 수 있습니다.",
    )
    columns = (Text("what", "항목"), Text("at most", "최대"))
    return Table(Text("Resources", "자원 사용"), columns, rows, note)
