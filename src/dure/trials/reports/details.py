"""The details of a result, drawn: subgroups and calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dure.core.pages.document import say
from dure.core.text import Text
from dure.trials.reports.plots import bar, intervals, point, reliability
from dure.trials.reports.reading import Reading
from dure.trials.reports.tables import HIDDEN, Cell, subgroup_names
from dure.trials.reports.words import direction, interval, metric_title
from dure.trials.strict import WITHHELD
from dure.trials.tasks import TaskType, metric_of


def subgroups(reading: Reading, language: str) -> str:
    """Return each told metric over the subgroups, with its interval and the whole's value; or ""."""
    told: Sequence[Mapping[str, Any]] = reading.result.get("subgroups", ())
    task = TaskType(reading.result["task"])
    names = [_words(name, language) for name in subgroup_names(reading, len(told))]
    cards = []
    for metric in sorted({name for one in told for name in one}):
        having = [
            (name, one[metric])
            for name, one in zip(names, told, strict=True)
            if one.get(metric, WITHHELD) != WITHHELD
        ]
        whole = reading.result["figures"].get(metric)
        if not having or whole is None:
            continue
        title = metric_title(task, metric)
        mark = float(whole["algorithm"]["value"])
        way = direction(metric_of(task, metric)).say(language)
        about = Text(
            "Dashed: the value over all rows, {value}; {way}.",
            "점선은 전체 행의 값 {value}입니다. {way}.",
        ).fill(value=whole["algorithm"]["value"], way=way)
        words = "; ".join(f"{name}: {one['value']} ({interval(one)})" for name, one in having)
        drawn = intervals(
            [bar(f"{name}: {one['value']} ({interval(one)})", one) for name, one in having],
            mark,
            f"{title.say(language)}. {words}",
        )
        hidden = [
            name for name, one in zip(names, told, strict=True) if one.get(metric) == WITHHELD
        ]
        rest = f'<p class="hidden">{say(HIDDEN, language)}: {say(", ".join(hidden), language)}</p>'
        cards.append(
            f'<div class="card"><h3>{say(title, language)}</h3><p class="soft">{say(about, language)}</p>'
            f"{drawn}{rest if hidden else ''}</div>"
        )
    return f'<div class="grid wide">{"".join(cards)}</div>' if cards else ""


def calibration(reading: Reading, language: str) -> str:
    """Return how far what the algorithm says of its own sureness can be trusted; or ""."""
    told: Mapping[str, Any] = reading.result.get("calibration", {})
    bins: Sequence[Mapping[str, Any]] = told.get("bins", ())
    levels: Sequence[Mapping[str, Any]] = told.get("levels", ())
    if bins:
        points = [point(float(one["confidence"]), one["share"]) for one in bins if _shown(one)]
        about = Text(
            "Of the answers that the algorithm gave with so much confidence (across), so many were right "
            "(up). On the dashed line it knows exactly how sure it may be; below, it is too sure.",
            "가로는 알고리즘이 말한 확신도, 세로는 그 가운데 실제로 맞은 비율입니다. 점선 위에 있으면 확신도를 "
            "그대로 믿을 수 있고, 점선보다 아래면 지나치게 확신하는 것입니다.",
        )
    else:
        points = [point(float(one["level"]), one["share"]) for one in levels if _shown(one)]
        about = Text(
            "Of the true values so many (up) were at or below the forecast's quantile (across). On the "
            "dashed line the forecast's own doubt is right.",
            "가로는 예측한 분위수, 세로는 실제 값이 그 아래에 있던 비율입니다. 점선 위에 있으면 예측이 말하는 "
            "불확실성이 맞습니다.",
        )
    if not points:
        return ""
    words = "; ".join(f"{one.x:g}: {one.value:g} ({one.lower:g} – {one.upper:g})" for one in points)
    error = ""
    if told.get("error", WITHHELD) != WITHHELD:
        gap = Text(
            "On average they lie {value} apart ({interval}).",
            "평균 차이는 {value}입니다({interval}).",
        ).fill(value=told["error"]["value"], interval=interval(told["error"]))
        error = f"<p>{say(gap, language)}</p>"
    drawn = reliability(points, words)
    return f'<div class="card"><p class="soft">{say(about, language)}</p>{drawn}{error}</div>'


def _shown(one: Mapping[str, Any]) -> bool:
    return bool(one["share"] != WITHHELD)


def _words(cell: Cell, language: str) -> str:
    return cell if isinstance(cell, str) else cell.say(language)
