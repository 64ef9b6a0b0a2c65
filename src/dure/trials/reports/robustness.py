"""What becomes of a figure as the test rows are disturbed, drawn and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dure.core.pages.document import say
from dure.core.text import Text
from dure.trials.outcomes import WORDS, OutcomeClass
from dure.trials.reports.plots import curve, point
from dure.trials.reports.reading import Reading
from dure.trials.reports.tables import Table, cell, estimate
from dure.trials.reports.words import capital, interval, metric_title
from dure.trials.strict import WITHHELD
from dure.trials.tasks import TaskType

_DEVIATIONS = Text("standard deviations of the training column", "학습 열의 표준편차 배수")
_WORDS_SHARE = Text("share of words", "어절 비율")

PERTURBATIONS = {
    "noise": (Text("Noise in every number", "모든 수에 더한 잡음"), _DEVIATIONS),
    "missing": (
        Text("Missing values", "결측값"),
        Text("share of features", "입력 변수 비율"),
    ),
    "units": (
        Text("One number in a mistaken unit", "단위를 잘못 적은 수 하나"),
        Text("factor of the mistake", "잘못된 배수"),
    ),
    "drift": (Text("All numbers moved one way", "모든 수가 한쪽으로 이동"), _DEVIATIONS),
    "typos": (Text("Typing errors", "오타"), _WORDS_SHARE),
    "dropped-words": (Text("Words left out", "빠진 어절"), _WORDS_SHARE),
}
"""What was done to the test rows, and what its levels are."""

_UNNAMED = Text("strength", "세기")


def drawn(reading: Reading, language: str) -> str:
    """Return a curve for each way in which the test rows were disturbed; or ""."""
    told: Mapping[str, Any] = reading.result.get("robustness", {})
    if not told:
        return ""
    if told["outcome"] != OutcomeClass.OK:
        failed = Text(
            "With disturbed test rows it did not come to figures. {why_en}",
            "시험 행을 바꾸어 실행했을 때는 수치가 나오지 않았습니다. {why_ko}",
        )
        why = WORDS[OutcomeClass(told["outcome"])]
        return f"<p>{say(failed.fill(why_en=why.en, why_ko=why.ko), language)}</p>"
    title = metric_title(TaskType(reading.result["task"]), str(told["metric"])).say(language)
    whole = reading.result["figures"].get(str(told["metric"]))
    cards = "".join(
        _card(kind, points, whole, title, language) for kind, points in told["curves"].items()
    )
    about = Text(
        "{title} (up) as the test rows are disturbed more and more (across). Dashed: the baseline on rows "
        "as they are.",
        "가로는 시험 행을 바꾼 정도, 세로는 {title}입니다. 점선은 그대로인 행에서의 비교 기준입니다.",
    ).fill(title=capital(title))
    grid = f'<div class="grid wide">{cards}</div>'
    return f'<p class="soft">{say(about, language)}</p>{grid}' if cards else ""


def _card(
    kind: str,
    told: Sequence[Mapping[str, Any]],
    whole: Mapping[str, Any] | None,
    title: str,
    language: str,
) -> str:
    places = [(one["level"], one["figure"]) for one in told]
    if whole is not None:
        places.insert(0, (Text("as it is", "그대로").say(language), whole["algorithm"]))
    shown = [(at, name, side) for at, (name, side) in enumerate(places) if side != WITHHELD]
    if not shown:
        return ""
    name, level = PERTURBATIONS.get(kind, (kind, _UNNAMED))
    named = name if isinstance(name, str) else name.say(language)
    words = "; ".join(f"{place}: {side['value']} ({interval(side)})" for _, place, side in shown)
    picture = curve(
        [point(float(at), side) for at, _, side in shown],
        [place for place, _ in places],
        f"{title}, {named}. {words}",
        mark=None if whole is None else float(whole["baseline"]["value"]),
    )
    return (
        f'<div class="card"><h3>{say(named, language)}</h3>'
        f'<p class="soft">{say(level, language)}</p>{picture}</div>'
    )


def table(reading: Reading) -> Table | None:
    """Return the curves as a table, with the rows behind each point; None without any."""
    told: Mapping[str, Any] = reading.result.get("robustness", {})
    if not told.get("curves"):
        return None
    rows = tuple(
        (
            PERTURBATIONS.get(kind, (kind, _UNNAMED))[0],
            one["level"],
            cell(one["rows"]),
            estimate(one["figure"]),
        )
        for kind, points in told["curves"].items()
        for one in points
    )
    columns = (
        Text("disturbed by", "바꾼 것"),
        Text("how much", "정도"),
        Text("rows", "행"),
        metric_title(TaskType(reading.result["task"]), str(told["metric"])),
    )
    return Table(Text("Robustness", "견고성"), columns, rows)
