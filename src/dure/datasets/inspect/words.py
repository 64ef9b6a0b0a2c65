"""The words of each finding: how much it matters, what it says, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dure.core.findings import Severity
from dure.core.text import Text


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a finding's code says.

    Parameters
    ----------
    severity
        How much it matters.
    words, next_step
        Sentences; ``{name}`` marks a fact.
    """

    severity: Severity
    words: Text
    next_step: Text


_SUSPECTED = Text(
    "{count} of {looked} rows looked at ({share}) have a target in “{column}” that the other columns speak "
    "against; rows counted from 1, the surest first: {examples}.",
    "살펴본 {looked}개 행 중 {count}개({share})에서 “{column}” 열의 정답이 다른 열과 맞지 않습니다. 의심이 큰 "
    "순서로 1부터 센 행 번호: {examples}.",
)
_LOOK_AT_TARGETS = Text(
    "Look at these rows first; correct the target where it is wrong. It is a suspicion: a rare case looks "
    "like this too.",
    "이 행부터 살펴보고 잘못된 정답을 고치십시오. 의심일 뿐이며 드문 사례도 이렇게 보일 수 있습니다.",
)
_DROP = Text("Leave the column out of training.", "학습에서 이 열을 빼십시오.")
_FIRST_LOOK = Text(
    "Look at these rows; correct them at the source, or agree on a rule for them.",
    "해당 행을 살펴보고 원본에서 고치거나 처리 규칙을 정하십시오.",
)

SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "completeness.empty": Sentence(
            Severity.WARNING,
            Text("“{column}” holds no value at all.", "“{column}” 열에 값이 하나도 없습니다."),
            Text(
                "Find out whether the export lost it; otherwise leave the column out.",
                "내보낼 때 빠졌는지 확인하고, 아니면 열을 빼십시오.",
            ),
        ),
        "completeness.mostly-missing": Sentence(
            Severity.WARNING,
            Text(
                "{share} of the values of “{column}” are missing.",
                "“{column}” 열의 값 {share}가 비어 있습니다.",
            ),
            Text(
                "Ask the source why; if it can't be filled, leave the column out.",
                "출처에 이유를 확인하고, 채울 수 없으면 열을 빼십시오.",
            ),
        ),
        "completeness.missing": Sentence(
            Severity.NOTICE,
            Text(
                "{share} of the values of “{column}” are missing.",
                "“{column}” 열의 값 {share}가 비어 있습니다.",
            ),
            Text(
                "Decide how a missing value is treated, and write it into the description.",
                "빈 값을 어떻게 다룰지 정하고 설명에 적으십시오.",
            ),
        ),
        "completeness.missing-words": Sentence(
            Severity.NOTICE,
            Text(
                "{share} of the texts of “{column}” are words for “there is none”.",
                "“{column}” 열의 문자열 {share}가 ‘없음’을 뜻하는 말입니다.",
            ),
            Text("Replace them by an empty field.", "빈 칸으로 바꾸십시오."),
        ),
        "completeness.target-missing": Sentence(
            Severity.WARNING,
            Text(
                "{count} rows have no target in “{column}”.",
                "“{column}” 열에 정답이 없는 행이 {count}개 있습니다.",
            ),
            Text(
                "Add the targets, or take these rows out before training.",
                "정답을 채우거나 학습 전에 이 행을 빼십시오.",
            ),
        ),
        "completeness.columns-left-out": Sentence(
            Severity.WARNING,
            Text(
                "{count} columns beyond the first {most} were not inspected.",
                "처음 {most}개를 넘는 열 {count}개는 점검하지 않았습니다.",
            ),
            Text("Split the table, and inspect each part.", "표를 나누어 각각 점검하십시오."),
        ),
        "accuracy.outliers": Sentence(
            Severity.NOTICE,
            Text(
                "{share} of the numbers of “{column}” lie far from the others (more than 3 "
                "interquartile ranges from the quartiles).",
                "“{column}” 열의 수 {share}가 나머지와 멀리 떨어져 있습니다(사분위수에서 사분위 "
                "범위의 3배 초과).",
            ),
            Text(
                "Check whether the spread is real; if so, a logarithm often helps.",
                "실제 분포인지 확인하십시오. 맞다면 로그 변환이 도움이 될 때가 많습니다.",
            ),
        ),
        "accuracy.far": Sentence(
            Severity.WARNING,
            Text(
                "{count} numbers of “{column}” lie so far from the others that they look like "
                "errors (more than 30 interquartile ranges).",
                "“{column}” 열의 수 {count}개가 나머지와 너무 멀어 오류로 보입니다(사분위 범위의 30배 "
                "초과).",
            ),
            _FIRST_LOOK,
        ),
        "accuracy.placeholder": Sentence(
            Severity.WARNING,
            Text(
                "A value of “{column}” that stands in {count} rows looks like a code for “missing”.",
                "“{column}” 열의 {count}개 행에 있는 값은 ‘없음’을 뜻하는 코드로 보입니다.",
            ),
            Text(
                "Ask the source; if it is a code, replace it by an empty field.",
                "출처에 확인하고, 코드라면 빈 칸으로 바꾸십시오.",
            ),
        ),
        "accuracy.suspected-targets": Sentence(Severity.WARNING, _SUSPECTED, _LOOK_AT_TARGETS),
        "accuracy.some-suspected-targets": Sentence(Severity.NOTICE, _SUSPECTED, _LOOK_AT_TARGETS),
        "accuracy.targets-unjudged": Sentence(
            Severity.INFO,
            Text(
                "The other columns say too little about “{column}” to tell wrong targets.",
                "다른 열만으로는 “{column}” 열의 잘못된 정답을 가려낼 수 없습니다.",
            ),
            Text(
                "Have a second person set the targets of a few rows, and compare.",
                "몇 행의 정답을 다른 사람이 다시 매겨 비교하십시오.",
            ),
        ),
        "accuracy.not-finite": Sentence(
            Severity.WARNING,
            Text(
                "{count} values of “{column}” are infinite or not a number.",
                "“{column}” 열의 값 {count}개가 무한대이거나 수가 아닙니다.",
            ),
            Text(
                "Replace them by an empty field, or correct the computation that made them.",
                "빈 칸으로 바꾸거나 그 값을 만든 계산을 고치십시오.",
            ),
        ),
        "consistency.numbers-as-text": Sentence(
            Severity.WARNING,
            Text(
                "“{column}” is text, but {share} of its values are numbers.",
                "“{column}” 열은 문자열이지만 값 {share}가 수입니다.",
            ),
            Text(
                "Correct the values that are no numbers (units, commas, words), and import again.",
                "수가 아닌 값(단위, 쉼표, 글자)을 고친 뒤 다시 들여오십시오.",
            ),
        ),
        "consistency.dates-as-text": Sentence(
            Severity.WARNING,
            Text(
                "“{column}” is text, but {share} of its values are dates.",
                "“{column}” 열은 문자열이지만 값 {share}가 날짜입니다.",
            ),
            Text(
                "Write all of them like 2026-01-31, and import again.",
                "모두 2026-01-31처럼 적은 뒤 다시 들여오십시오.",
            ),
        ),
        "consistency.padded": Sentence(
            Severity.NOTICE,
            Text(
                "{share} of the texts of “{column}” begin or end with a space.",
                "“{column}” 열의 문자열 {share}가 공백으로 시작하거나 끝납니다.",
            ),
            Text("Remove these spaces.", "이 공백을 없애십시오."),
        ),
        "consistency.spellings": Sentence(
            Severity.NOTICE,
            Text(
                "{share} of the texts of “{column}” differ from a more frequent spelling by case or "
                "space alone.",
                "“{column}” 열의 문자열 {share}가 더 흔한 표기와 대소문자나 공백만 다릅니다.",
            ),
            Text("Agree on one spelling for each.", "각각 한 가지 표기로 통일하십시오."),
        ),
        "similarity.duplicates": Sentence(
            Severity.WARNING,
            Text(
                "{count} rows ({share}) repeat an earlier row exactly.",
                "행 {count}개({share})가 앞의 행과 똑같습니다.",
            ),
            Text(
                "Take the repeats out, unless each one is an event of its own.",
                "각각 별개의 사건이 아니라면 반복된 행을 빼십시오.",
            ),
        ),
        "similarity.some-duplicates": Sentence(
            Severity.NOTICE,
            Text(
                "{count} rows ({share}) repeat an earlier row exactly.",
                "행 {count}개({share})가 앞의 행과 똑같습니다.",
            ),
            Text(
                "Take the repeats out, unless each one is an event of its own.",
                "각각 별개의 사건이 아니라면 반복된 행을 빼십시오.",
            ),
        ),
        "similarity.twins": Sentence(
            Severity.NOTICE,
            Text(
                "{count} rows ({share}) repeat an earlier row but for columns that number the rows.",
                "행 {count}개({share})가 행마다 다른 번호 열을 빼면 앞의 행과 똑같습니다.",
            ),
            Text(
                "Check whether the same thing was entered twice under two numbers.",
                "같은 것이 두 번호로 두 번 입력되었는지 확인하십시오.",
            ),
        ),
        "similarity.split-leak": Sentence(
            Severity.ERROR,
            Text(
                "{count} rows of the smaller parts of “{column}” also stand in another part: a test "
                "on them proves nothing.",
                "“{column}”의 작은 쪽 행 {count}개가 다른 쪽에도 있습니다. 이 행으로 한 시험은 의미가 "
                "없습니다.",
            ),
            Text(
                "Split again, so that equal rows fall into the same part.",
                "같은 행이 같은 쪽에 들어가도록 다시 나누십시오.",
            ),
        ),
        "similarity.split-near": Sentence(
            Severity.WARNING,
            Text(
                "{count} rows ({share}) of the smaller parts of “{column}” stand in another part too, "
                "but for one column: a test on them says little.",
                "“{column}”의 작은 쪽 행 {count}개({share})가 열 하나만 빼고 다른 쪽의 행과 같습니다. 이 "
                "행으로 한 시험은 믿기 어렵습니다.",
            ),
            Text(
                "Find out what these rows have in common (one case, one day, one device), and split by "
                "that.",
                "같은 사건, 날짜, 장비에서 나온 행인지 확인하고 그 기준으로 다시 나누십시오.",
            ),
        ),
        "diversity.constant": Sentence(
            Severity.NOTICE,
            Text(
                "“{column}” has the same value in every row.",
                "“{column}” 열은 모든 행에서 값이 같습니다.",
            ),
            _DROP,
        ),
        "diversity.nearly-constant": Sentence(
            Severity.INFO,
            Text(
                "{share} of the values of “{column}” are the same.",
                "“{column}” 열의 값 {share}가 같습니다.",
            ),
            Text(
                "Check whether the rare values are what matters here.",
                "드문 값이 오히려 중요한지 확인하십시오.",
            ),
        ),
        "diversity.few-rows": Sentence(
            Severity.WARNING,
            Text(
                "The table has {count} rows: too few to train on and to test with.",
                "행이 {count}개뿐이라 학습과 시험에 부족합니다.",
            ),
            Text(
                "Gather more, or pool with other agencies.", "더 모으거나 다른 기관과 합치십시오."
            ),
        ),
        "balance.one-class": Sentence(
            Severity.ERROR,
            Text(
                "The target “{column}” has one class only: there is nothing to learn.",
                "정답 열 “{column}”에 분류가 하나뿐이라 배울 것이 없습니다.",
            ),
            Text(
                "Add rows of the other classes, or name another target.",
                "다른 분류의 행을 더하거나 다른 정답 열을 지정하십시오.",
            ),
        ),
        "balance.rare-classes": Sentence(
            Severity.WARNING,
            Text(
                "{count} classes of “{column}” have fewer than {least} rows each.",
                "“{column}” 열의 분류 {count}개는 행이 {least}개보다 적습니다.",
            ),
            Text(
                "Gather more of them, join them with others, or leave them out knowingly.",
                "더 모으거나, 다른 분류와 합치거나, 알고 빼십시오.",
            ),
        ),
        "balance.uneven": Sentence(
            Severity.NOTICE,
            Text(
                "The largest class of “{column}” has {times} times the rows of the smallest.",
                "“{column}” 열에서 가장 큰 분류의 행이 가장 작은 분류의 {times}배입니다.",
            ),
            Text(
                "Split by class, and judge by a measure that counts each class alike.",
                "분류별로 나누고, 분류를 고르게 보는 지표로 평가하십시오.",
            ),
        ),
        "relevance.target-leak": Sentence(
            Severity.ERROR,
            Text(
                "“{column}” tells the target “{target}” almost by itself ({strength} of 1): it may "
                "not be known yet when a prediction is needed.",
                "“{column}” 열만으로 정답 “{target}”을(를) 거의 알 수 있습니다(1 가운데 {strength}). 예측할 "
                "때에는 아직 없는 값일 수 있습니다.",
            ),
            Text(
                "Ask when this value comes to be known; if after the target, leave the column out.",
                "이 값이 언제 알려지는지 확인하고, 정답보다 나중이면 열을 빼십시오.",
            ),
        ),
        "relevance.identifier": Sentence(
            Severity.INFO,
            Text(
                "“{column}” has another value in every row: it names rows and says nothing else.",
                "“{column}” 열은 행마다 값이 다릅니다. 행의 이름일 뿐 다른 뜻은 없습니다.",
            ),
            Text(
                "Keep it as a key; leave it out of training.",
                "키로 두고 학습에서는 빼십시오.",
            ),
        ),
        "relevance.redundant": Sentence(
            Severity.NOTICE,
            Text(
                "“{column}” and “{other}” say nearly the same (correlation {strength}).",
                "“{column}” 열과 “{other}” 열은 거의 같은 내용입니다(상관계수 {strength}).",
            ),
            Text("One of them is enough for training.", "학습에는 하나면 충분합니다."),
        ),
        "relevance.many-classes": Sentence(
            Severity.WARNING,
            Text(
                "The target “{column}” has {count} classes, more than can be learned from {rows} rows.",
                "정답 열 “{column}”의 분류가 {count}개로, 행 {rows}개로 배우기에는 너무 많습니다.",
            ),
            Text(
                "Name another target, or join classes.",
                "다른 정답 열을 지정하거나 분류를 합치십시오.",
            ),
        ),
        "timeliness.gaps": Sentence(
            Severity.NOTICE,
            Text(
                "“{column}” has gaps in time ({count}); the longest lasts {longest.en}.",
                "“{column}” 열에 시간 공백이 {count}개 있고, 가장 긴 것은 {longest.ko}입니다.",
            ),
            Text(
                "Find out whether nothing happened or nothing was recorded.",
                "일이 없었는지, 기록이 없는지 확인하십시오.",
            ),
        ),
        "timeliness.future": Sentence(
            Severity.NOTICE,
            Text(
                "{share} of the times of “{column}” lie in the future.",
                "“{column}” 열의 시각 {share}가 미래입니다.",
            ),
            Text(
                "Right for plans and due dates; for events, check the clock of the source.",
                "계획이나 기한이면 괜찮습니다. 사건이라면 출처의 시계를 확인하십시오.",
            ),
        ),
    }
)
