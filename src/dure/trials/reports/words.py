"""What a report's figures mean, in words for people who don't read figures for a living."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dure.core.text import Text
from dure.trials.outcomes import HINTS, WORDS, OutcomeClass
from dure.trials.reports.reading import Reading
from dure.trials.tasks import Metric, TaskType, metric_of

BASELINES = {
    "mean": Text(
        "always answering with the mean of the training targets",
        "학습용 정답의 평균으로만 답하는 것",
    ),
    "majority": Text(
        "always answering with the most frequent class", "가장 흔한 클래스로만 답하는 것"
    ),
    "climatology": Text("the quantiles of the series' own past", "계열의 지난 값에서 얻은 분위수"),
    "nearest": Text(
        "linking each observation to the nearest earlier one",
        "각 관측을 가장 가까운 앞 관측에 잇는 것",
    ),
    "lead": Text("answering with the beginning of the text", "글의 첫머리로 답하는 것"),
    "usual-box": Text(
        "always answering with the usual box of the most frequent class",
        "가장 흔한 클래스의 평균적인 상자로만 답하는 것",
    ),
}
"""What the algorithm is held against: the simplest answer that needs no skill."""

DIRECTIONS = {
    True: Text("more is better", "클수록 좋음"),
    False: Text("less is better", "작을수록 좋음"),
}

TASKS = {
    "tabular-regression": Text("predict a number", "수치 예측"),
    "tabular-classification": Text("predict a class", "클래스 예측"),
    "text-classification": Text("classify texts", "텍스트 분류"),
    "text-generation": Text("write a text", "글 생성"),
    "forecasting": Text("forecast a series", "시계열 예측"),
    "image-classification": Text("classify images", "이미지 분류"),
    "object-detection": Text("find objects in images", "이미지 속 객체 검출"),
    "multi-object-tracking": Text("follow several objects", "여러 객체 추적"),
}


@dataclass(frozen=True, slots=True)
class Headline:
    """What a report comes to.

    Parameters
    ----------
    tone
        ``good``, ``fair`` or ``bad``.
    title
        The outcome in one sentence.
    reasons
        What it rests on, a sentence each.
    """

    tone: str
    title: Text
    reasons: tuple[Text, ...] = ()


def headline(reading: Reading) -> Headline:
    """Return the outcome of a report in a sentence, and what it rests on."""
    result = reading.result
    outcome = OutcomeClass(result["outcome"])
    if outcome is not OutcomeClass.OK:
        return Headline("bad", WORDS[outcome], (HINTS[outcome],))
    figures, held = result["figures"], list(result.get("held", ()))
    task = TaskType(result["task"])
    sure = [name for name in figures if is_surely_better(task, name, figures[name])]
    against = baseline_words(str(result["baseline"]))
    facts = {"sure": len(sure), "all": len(figures) + len(held), "against": against.en}
    ko = {"sure": len(sure), "all": len(figures) + len(held), "against": against.ko}
    reasons = [_reason(task, name, figures[name]) for name in figures]
    if held:
        reasons.append(_held(task, held))
    if sure and len(sure) == facts["all"]:
        title = Text("Surely better than {against}.", "{against}보다 확실히 낫습니다.")
        tone = "good"
    elif sure:
        title = Text(
            "Surely better than {against} in {sure} of {all} metrics.",
            "지표 {all}개 가운데 {sure}개에서 {against}보다 확실히 낫습니다.",
        )
        tone = "fair"
    elif held and not figures:
        title = Text(
            "Nothing is told: not surely better than what was told before, or than {against}.",
            "알릴 수치가 없습니다. 앞서 알린 수치나 {against}보다 낫다고 확신할 수 없습니다.",
        )
        tone = "fair"
    else:
        title = Text(
            "Not surely better than {against}.", "{against}보다 낫다고 확신할 수 없습니다."
        )
        tone = "bad"
    said = Text(title.fill(**facts).en, title.fill(**ko).ko)
    return Headline(tone, said, tuple(reasons))


def is_surely_better(task: TaskType, name: str, sides: Mapping[str, Any]) -> bool:
    """Say whether the whole interval of the difference from the baseline is on the better side."""
    metric, difference = metric_of(task, name), sides["difference"]
    if metric is None or metric.larger_is_better:
        return float(difference["lower"]) > 0
    return float(difference["upper"]) < 0


def baseline_words(name: str) -> Text:
    """Return what the algorithm is held against, in words."""
    return BASELINES.get(name, Text("the baseline {name}", "비교 기준 {name}").fill(name=name))


def metric_title(task: TaskType, name: str) -> Text:
    """Return a metric's name in the textbook."""
    metric = metric_of(task, name)
    return Text(name, name) if metric is None else metric.title


def direction(metric: Metric | None) -> Text:
    """Return which way is better."""
    return DIRECTIONS[metric is None or metric.larger_is_better]


def task_words(task: str) -> Text:
    """Return what a task asks for, in words; a name that has none as it is."""
    return TASKS.get(task, Text(task, task))


def interval(side: Mapping[str, str]) -> str:
    """Return an interval as people write it."""
    return f"{side['lower']} – {side['upper']}"


def _reason(task: TaskType, name: str, sides: Mapping[str, Any]) -> Text:
    title, own, base = metric_title(task, name), sides["algorithm"], sides["baseline"]
    over = sides["difference"]
    words = Text(
        "{title}: {value} instead of {base}. The difference is {over}, most likely between {lower} and "
        "{upper}.",
        "{title}: {base} 대신 {value}. 차이는 {over}이고, {lower}에서 {upper} 사이일 가능성이 큽니다.",
    )
    facts = {
        "value": own["value"],
        "base": base["value"],
        "over": over["value"],
        "lower": over["lower"],
        "upper": over["upper"],
    }
    return Text(
        capital(words.en.format(title=title.en, **facts)), words.ko.format(title=title.ko, **facts)
    )


def capital(sentence: str) -> str:
    """Return a sentence with its first letter large."""
    return sentence[:1].upper() + sentence[1:]


def _held(task: TaskType, held: list[str]) -> Text:
    titles = [metric_title(task, name) for name in held]
    words = Text(
        "Held, so not told: {names}. It was not better than the baseline, or than what was told before, "
        "by more than chance; telling it would only help to guess the hidden targets.",
        "보류되어 알리지 않은 지표: {names}. 비교 기준이나 앞서 알린 수치보다 우연을 넘어 낫지 않았습니다. "
        "알리면 숨긴 정답을 짐작하는 데만 쓰입니다.",
    )
    return Text(
        words.en.format(names=", ".join(one.en for one in titles)),
        words.ko.format(names=", ".join(one.ko for one in titles)),
    )
