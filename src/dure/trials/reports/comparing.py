"""Reports on one benchmark beside each other: which algorithm is surely better, and what stays open.

All of it follows from what the reports tell, so whoever may read each of them learns nothing more.

Two intervals that lie apart show a sure difference. Were the two equally good, at least one of their true
values would lie outside its own 95 % interval, which happens in at most ten of a hundred such pairs, however
much the two have in common, and in far fewer when they have little. Intervals that overlap show nothing: both
algorithms met the same rows, so the difference may well be surer than either interval lets see, but the
reports hold no resample that the two have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dure.core.text import Text
from dure.trials.errors import TrialsError
from dure.trials.outcomes import OutcomeClass
from dure.trials.reports.reading import Reading
from dure.trials.reports.tables import HELD, Cell, Table
from dure.trials.reports.words import interval, metric_title
from dure.trials.tasks import Metric, TaskType, metric_of

MOST_REPORTS = 12
NAMES = "ABCDEFGHIJKL"

SURE = Text(
    "Surely better: the two 95 % intervals lie apart. Of two that are equally good this is said in ten of a "
    "hundred cases at most, mostly in far fewer; here {pairs} pairs were looked at.",
    "확실히 나음: 두 95 % 구간이 겹치지 않습니다. 실제로 똑같은 둘을 두고 이렇게 말하는 경우는 많아야 백 번에 열 번이고, "
    "대개 훨씬 적습니다. 여기서는 {pairs}쌍을 보았습니다.",
)
OPEN = Text(
    "Open: the intervals overlap. That does not make the two equally good. Both met the same rows, so a trial "
    "of their difference might be sure of it; these reports can't be.",
    "알 수 없음: 두 구간이 겹칩니다. 그렇다고 둘이 같다는 뜻은 아닙니다. 같은 행으로 시험했으므로 차이 자체를 시험하면 "
    "확실해질 수도 있지만, 이 보고서들로는 알 수 없습니다.",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reports' figures of one metric; ``better`` is the place of the surely better one, or -1."""

    metric: str
    first: int
    second: int
    better: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reports beside each other.

    Parameters
    ----------
    readings
        The reports, in the order in which they were named.
    metrics
        What is told in two of them at least.
    pairs
        Each two of them that tell a metric.
    """

    readings: tuple[Reading, ...]
    metrics: tuple[str, ...]
    pairs: tuple[Pair, ...]

    @property
    def task(self) -> TaskType:
        """Their task."""
        return TaskType(self.readings[0].result["task"])

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "benchmark": self.readings[0].benchmark,
            "owner": self.readings[0].owner,
            "task": self.task.value,
            "reports": [
                {
                    "report": one.id,
                    "algorithm": one.algorithm,
                    "released": one.released,
                    "result_digest": one.digests["result"],
                    "figures": {
                        metric: sides["algorithm"]
                        for metric, sides in one.result["figures"].items()
                    },
                    "held": list(one.result.get("held", ())),
                }
                for one in self.readings
            ],
            "pairs": [
                {
                    "metric": pair.metric,
                    "reports": [self.readings[pair.first].id, self.readings[pair.second].id],
                    "surely_better": "" if pair.better < 0 else self.readings[pair.better].id,
                }
                for pair in self.pairs
            ],
        }


def compare(readings: Sequence[Reading]) -> Comparison:
    """Return reports on one benchmark beside each other.

    Parameters
    ----------
    readings
        Two at least.

    Raises
    ------
    TrialsError
        ``trials.compare`` when they don't belong beside each other.
    """
    _check(readings)
    metrics = [name for name in _told(readings[0], *readings[1:]) if _counted(name, readings) > 1]
    if not metrics:
        raise _refuse("no-metric")
    task = TaskType(readings[0].result["task"])
    pairs = tuple(_pairs(readings, metrics, task))
    return Comparison(tuple(readings), tuple(metrics), pairs)


def _check(readings: Sequence[Reading]) -> None:
    if len(readings) < 2:
        raise _refuse("too-few")
    if len(readings) > MOST_REPORTS:
        raise _refuse("too-many", most=MOST_REPORTS)
    if len({one.id for one in readings}) < len(readings):
        raise _refuse("same-twice")
    for one in readings:
        if one.result["outcome"] != OutcomeClass.OK:
            raise _refuse("no-figures", name=one.id[:12])
    for other in readings[1:]:
        _check_alike(readings[0], other)
    for name in _told(*readings):
        figures = [one.result["figures"].get(name) for one in readings]
        if len({sides["baseline"]["value"] for sides in figures if sides}) > 1:
            raise _refuse("other-baseline")


def _check_alike(first: Reading, other: Reading) -> None:
    """Demand one benchmark; of a report that came from elsewhere only its name and its rows tell."""
    ids = {one.benchmark_id for one in (first, other)} - {""}
    named = (first.owner, first.benchmark) == (other.owner, other.benchmark)
    if not named or len(ids) > 1 or first.result["rows"] != other.result["rows"]:
        raise _refuse("other-benchmark")
    if first.result["task"] != other.result["task"]:
        raise _refuse("other-task")


def _told(*readings: Reading) -> list[str]:
    return sorted({name for one in readings for name in one.result["figures"]})


def _counted(name: str, readings: Sequence[Reading]) -> int:
    return sum(name in one.result["figures"] for one in readings)


def _pairs(readings: Sequence[Reading], metrics: Sequence[str], task: TaskType) -> Iterator[Pair]:
    for name in metrics:
        metric = metric_of(task, name)
        for first, second in combinations(range(len(readings)), 2):
            one, other = (readings[at].result["figures"].get(name) for at in (first, second))
            if one is not None and other is not None:
                sooner = surely_better(one["algorithm"], other["algorithm"], metric)
                later = surely_better(other["algorithm"], one["algorithm"], metric)
                yield Pair(name, first, second, first if sooner else second if later else -1)


def surely_better(one: Mapping[str, str], other: Mapping[str, str], metric: Metric | None) -> bool:
    """Say whether the whole interval of one is better than the whole of the other.

    Examples
    --------
    >>> low, high = {"lower": "0.1", "upper": "0.2"}, {"lower": "0.21", "upper": "0.3"}
    >>> surely_better(high, low, None), surely_better(low, high, None), surely_better(low, low, None)
    (True, False, False)
    """
    if metric is None or metric.larger_is_better:
        return float(one["lower"]) > float(other["upper"])
    return float(one["upper"]) < float(other["lower"])


def side_by_side(comparison: Comparison, *, titles: bool = False) -> Table:
    """Return a row for each report and each metric's figure, or that it is held."""
    rows: list[tuple[Cell, ...]] = []
    for at, one in enumerate(comparison.readings):
        told: list[Cell] = []
        for metric in comparison.metrics:
            sides = one.result["figures"].get(metric)
            told.append(_figure(sides["algorithm"]) if sides else HELD)
        rows.append((NAMES[at], one.algorithm, one.id[:12], *told))
    first = next(
        one for one in comparison.readings if comparison.metrics[0] in one.result["figures"]
    )
    base: list[Cell] = []
    for metric in comparison.metrics:
        sides = next(
            one.result["figures"][metric]
            for one in (first, *comparison.readings)
            if metric in one.result["figures"]
        )
        base.append(str(sides["baseline"]["value"]))
    rows.append(("-", Text("the baseline", "비교 기준"), "", *base))
    columns = (
        Text("name", "이름"),
        Text("algorithm", "알고리즘"),
        Text("report", "보고서"),
        *(_name(comparison, name, titles=titles) for name in comparison.metrics),
    )
    return Table(Text("Side by side", "나란히 보기"), columns, tuple(rows))


def _name(comparison: Comparison, metric: str, *, titles: bool) -> Text:
    return metric_title(comparison.task, metric) if titles else Text(metric, metric)


def _figure(side: Mapping[str, str]) -> str:
    return f"{side['value']} ({interval(side)})"


def differences(comparison: Comparison, *, titles: bool = False) -> Table:
    """Return what can be said of each two, metric by metric."""
    rows = tuple(
        (
            _name(comparison, pair.metric, titles=titles),
            f"{NAMES[pair.first]} · {NAMES[pair.second]}",
            _verdict(pair),
        )
        for pair in comparison.pairs
    )
    columns = (Text("metric", "지표"), Text("pair", "쌍"), Text("difference", "차이"))
    sure = SURE.fill(pairs=len(comparison.pairs))
    note = Text(f"{sure.en} {OPEN.en}", f"{sure.ko} {OPEN.ko}")
    return Table(Text("Which differences are sure", "확실한 차이"), columns, rows, note)


def _verdict(pair: Pair) -> Text:
    if pair.better < 0:
        return Text("open: the intervals overlap", "알 수 없음: 구간이 겹침")
    return Text("{name} is surely better", "{name}이(가) 확실히 나음").fill(name=NAMES[pair.better])


def _refuse(reason: str, **facts: object) -> TrialsError:
    return TrialsError("trials.compare", reason=reason, **facts)
