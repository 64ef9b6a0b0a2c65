"""``dure trials prepare``: what a data set's owner makes of it, for algorithms to be tried on."""

from __future__ import annotations

from typing import Annotated

import typer

from dure.cli import session
from dure.cli.arguments import TASKS
from dure.cli.words import say
from dure.trials.definition import TELL
from dure.trials.perturbing.kinds import KINDS


def add_to(app: typer.Typer) -> None:
    """Add the command to the group of trials."""
    app.command(
        help=say(
            "Make a benchmark: split a data set; the targets of the test part stay out of every run.",
            "평가 기준을 만듭니다. 시험용 정답은 어떤 실행에도 들어가지 않습니다.",
        )
    )(prepare)


def prepare(
    dataset: Annotated[str, typer.Argument(metavar="DATASET")],
    name: Annotated[str, typer.Option(help=say("Its name.", "이름."))],
    target: Annotated[
        str,
        typer.Option(
            help=say(
                "Column to predict; of images by default target or boxes.",
                "예측할 열. 이미지 과제의 기본값은 target 또는 boxes.",
            )
        ),
    ] = "",
    features: Annotated[
        str,
        typer.Option(
            help=say(
                "Columns given, with commas; of images by default the image.",
                "입력 변수로 줄 열. 쉼표로 나눕니다. 이미지 과제의 기본값은 이미지입니다.",
            )
        ),
    ] = "",
    task: Annotated[
        str,
        typer.Option(help=TASKS),
    ] = "tabular-regression",
    test_permille: Annotated[
        int,
        typer.Option(min=1, max=999, help=say("Test share in a thousand.", "시험 비율(천분율).")),
    ] = 300,
    seed: Annotated[int, typer.Option(help=say("Seed of the split.", "분할에 쓸 난수 씨앗."))] = 1,
    budget: Annotated[
        int,
        typer.Option(
            min=1,
            help=say("Runs per agency on the same targets.", "같은 정답에 대한 기관별 실행 횟수."),
        ),
    ] = 20,
    budget_each: Annotated[
        int,
        typer.Option(
            min=0,
            help=say(
                "The same for one developer; 0: as many.", "개발자별 실행 횟수. 0이면 같은 수."
            ),
        ),
    ] = 0,
    time: Annotated[
        str,
        typer.Option(
            help=say(
                "Of a forecast: the feature that orders rows; the latest are the test. Of tracking: the "
                "one that orders a sequence's moments.",
                "forecasting: 행의 순서를 나타내는 입력 변수. 가장 늦은 행으로 시험합니다. 추적: 한 장면의 시점 "
                "순서를 나타내는 입력 변수.",
            )
        ),
    ] = "",
    series: Annotated[
        str,
        typer.Option(
            help=say(
                "Of a forecast: the feature that tells series apart; of tracking, sequences.",
                "forecasting: 계열을 나누는 입력 변수. 추적: 장면을 나누는 입력 변수.",
            )
        ),
    ] = "",
    observed: Annotated[
        str,
        typer.Option(
            help=say(
                "Of tracking: two or three features that are a position, or four that are a box (left, top, "
                "width, height).",
                "추적: 관측 위치를 이루는 입력 변수 두세 개, 또는 상자를 이루는 네 개(왼쪽, 위, 너비, 높이).",
            )
        ),
    ] = "",
    true: Annotated[
        str,
        typer.Option(
            help=say(
                "Of tracking: as many columns of the true place; the target tells objects apart.",
                "추적: 실제 위치의 열을 같은 수만큼. 객체를 나누는 열은 --target입니다.",
            )
        ),
    ] = "",
    cutoff: Annotated[
        str,
        typer.Option(
            help=say(
                "Of tracking by positions: from this distance on two are not the same.",
                "위치로 하는 추적: 이 거리부터는 같은 객체로 보지 않습니다.",
            )
        ),
    ] = "",
    floor: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=NUMBER",
            help=say(
                "Release only if it surely holds in every subgroup; may be repeated.",
                "모든 하위 집단에서 확실히 지켜져야 반출합니다. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    subgroup: Annotated[
        str,
        typer.Option(
            metavar="COLUMN=VALUE,…",
            help=say("Column and values that make subgroups.", "하위 집단을 나눌 열과 값."),
        ),
    ] = "",
    protect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART=NUMBER",
            help=say(
                "What tables must keep: least, p_percent, n, k_percent; may be repeated.",
                "표가 지킬 값: least, p_percent, n, k_percent. 여러 번 쓸 수 있습니다.",
            ),
        ),
    ] = None,
    robust: Annotated[
        str,
        typer.Option(
            metavar="KIND,…",
            help=say(
                f"Also try the test rows perturbed, as curves: {', '.join(KINDS)}.",
                f"시험 행을 변형해서도 시험하고 곡선으로 알립니다: {', '.join(KINDS)}.",
            ),
        ),
    ] = "",
    tell: Annotated[
        str,
        typer.Option(
            metavar="PART,…",
            help=say(
                f"What a report tells beside its figures: {', '.join(TELL)}.",
                f"보고서가 수치와 함께 알릴 것: {', '.join(TELL)}.",
            ),
        ),
    ] = "",
) -> None:
    """Make a benchmark."""
    output = session.current.output
    column, _, values = subgroup.partition("=")
    with session.current.node() as node, output.progress(say("splitting", "분할 중")):
        made = node.trials.prepare(
            dataset,
            name=name,
            task=task,
            target=target,
            features=_listed(features) if features else (),
            test_permille=test_permille,
            seed=seed,
            budget=budget,
            budget_each=budget_each,
            time=time,
            series=series,
            observed=_listed(observed) if observed else (),
            true=_listed(true) if true else (),
            cutoff=cutoff,
            floors=_pairs(floor),
            subgroup=column,
            subgroups=[value for value in _listed(values) if value],
            protection=_pairs(protect),
            robust=sorted(_listed(robust)) if robust else (),
            tell=sorted(_listed(tell)) if tell else (),
        )
    found = made.pop("findings")
    output.value({**made, "findings": found} if output.as_json else made)
    if not output.as_json and found:
        output.rows(found, [("words", say("finding", "점검 결과"))])


def _listed(text: str) -> list[str]:
    """Return what stands between commas."""
    return [part.strip() for part in text.split(",")]


def _pairs(named: list[str] | None) -> dict[str, str]:
    """Return what stands before and behind the equals signs."""
    return {
        name.strip(): value.strip()
        for name, _, value in (one.partition("=") for one in named or ())
    }
