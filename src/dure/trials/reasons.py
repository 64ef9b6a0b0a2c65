"""Why a trial's room says no, and to what: each code, and its words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.system import SYSTEM
from dure.core.text import Text
from dure.sandbox.reasons import CAUSES as SANDBOX_CAUSES
from dure.trials.kinds.texts.reasons import REASONS as TEXTS
from dure.trials.kinds.tracks.reasons import REASONS as TRACKS
from dure.trials.perturbing.reasons import REASONS as PERTURBING

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        **SYSTEM,
        **TEXTS,
        **TRACKS,
        **PERTURBING,
        # a manifest, a folder, a package
        "name-form": Text(
            "use lower-case letters, digits, dots and hyphens",
            "영문 소문자, 숫자, 점, 붙임표만 쓰십시오",
        ),
        "version-form": Text("use something like 1.0", "1.0과 같은 형식으로 쓰십시오"),
        "one-of": Text("it must be one of {known}", "다음 가운데 하나여야 합니다: {known}"),
        "entry-point": Text(
            "write module:Class, the name of a .py or .onnx file, or MLmodel",
            "module:Class, .py·.onnx 파일 이름 또는 MLmodel로 쓰십시오",
        ),
        "needs-onnx": Text(
            "a model without code takes the runtime onnx",
            "코드가 없는 모델에는 실행 환경 onnx를 쓰십시오",
        ),
        "too-long": Text("it is longer than {limit_kib} KiB", "{limit_kib} KiB를 넘습니다"),
        "not-utf-8": Text("it is not UTF-8", "UTF-8이 아닙니다"),
        "not-toml": Text("it is not TOML", "TOML이 아닙니다"),
        "section": Text("it must be a section", "구역([…])이어야 합니다"),
        "unknown-entries": Text(
            "{count} unknown entries; known are {known}",
            "알 수 없는 항목이 {count}개 있습니다. 쓸 수 있는 것: {known}",
        ),
        "line": Text(
            "it must be a line of 1 to {most} characters",
            "1자부터 {most}자까지의 한 줄이어야 합니다",
        ),
        "whole-number": Text(
            "it must be a whole number from 1 to {most}", "1부터 {most}까지의 정수여야 합니다"
        ),
        "too-many-entries": Text("there may be {most} at most", "{most}개까지만 쓸 수 있습니다"),
        "parameter-name": Text(
            "a name is lower-case letters, digits and underscores",
            "이름은 영문 소문자, 숫자, 밑줄로 씁니다",
        ),
        "parameter-type": Text(
            "it must be text, a number, true or false",
            "문자열, 숫자, true, false 가운데 하나여야 합니다",
        ),
        "too-many-characters": Text("at most {most} characters", "{most}자까지만 쓸 수 있습니다"),
        "none-there": Text("the folder has none", "폴더에 이 파일이 없습니다"),
        "no-such-file": Text("there is no such file", "그런 파일이 없습니다"),
        "file-count": Text("it holds {count} files", "파일이 {count}개 있습니다"),
        "too-large": Text("it is too large", "너무 큽니다"),
        "too-many-files": Text("it holds too many files", "파일이 너무 많습니다"),
        "name-not-allowed": Text("the name is not allowed", "쓸 수 없는 이름입니다"),
        "not-in-order": Text("the names are not in order", "이름의 순서가 맞지 않습니다"),
        "cut-off": Text(
            "the content is cut off or padded with something else",
            "내용이 잘렸거나 다른 것으로 채워져 있습니다",
        ),
        "no-end": Text("the end is not the end", "끝부분의 형식이 잘못되었습니다"),
        "link": Text("it is a link", "링크입니다"),
        "too-deep": Text("the folders are nested too deeply", "폴더가 너무 깊이 중첩되어 있습니다"),
        "not-plain": Text("it is not a plain file", "일반 파일이 아닙니다"),
        "unreadable-header": Text("the header can't be read", "머리글을 읽을 수 없습니다"),
        "other-form": Text(
            "the header is not in the one allowed form", "머리글이 허용된 형식이 아닙니다"
        ),
        # a report of probes
        "probes-form": Text(
            "it does not have the form of a report", "탐침 보고서의 형식이 아닙니다"
        ),
        "probes-sum": Text(
            "its verdict or counts are not what its probes come to",
            "판정이나 개수가 탐침 내용과 다릅니다",
        ),
        "probes-signature": Text(
            "the signature is not over this report", "이 보고서에 대한 서명이 아닙니다"
        ),
        "probes-signer": Text(
            "the charter knows no such key of the signer", "협약에 등록된 서명자의 키가 아닙니다"
        ),
        "probes-none": Text("there is none", "보고서가 없습니다"),
        "probes-old": Text("the last one is older", "마지막 보고서가 그보다 오래되었습니다"),
        "probes-others": Text(
            "the last one does not hold the very probes that are installed here",
            "마지막 보고서의 탐침이 여기에 설치된 것과 다릅니다",
        ),
        "probes-verdict": Text(
            "in the last one something escaped or was not probed",
            "마지막 보고서에서 빠져나갔거나 탐침하지 못한 것이 있습니다",
        ),
        "probes-unsigned": Text("nobody has signed it", "서명이 없습니다"),
        # weights
        "code-inside": Text(
            "it names functions or classes, not arrays alone",
            "배열뿐 아니라 함수나 클래스가 들어 있습니다",
        ),
        "names-collide": Text(
            "two arrays would get the same name", "이름이 같아지는 배열이 두 개 있습니다"
        ),
        "no-arrays": Text("there is no array in it", "배열이 없습니다"),
        "not-a-pickle": Text("it is no pickle that can be read", "읽을 수 있는 pickle이 아닙니다"),
        "type-unknown": Text(
            "an array has a type that safetensors lacks",
            "safetensors에 없는 자료형의 배열이 있습니다",
        ),
        # what arrived
        "header-form": Text(
            "the header does not have the demanded form", "머리글이 요구된 형식이 아닙니다"
        ),
        "not-as-said": Text("the content is not what the header says", "내용이 머리글과 다릅니다"),
        "no-such-person": Text(
            "the charter knows no such person of that agency",
            "협약에 등록된 그 기관의 사람이 아닙니다",
        ),
        "other-owner": Text(
            "the label names another owner", "보안등급 표시의 소유 기관이 다릅니다"
        ),
        "label-agency": Text(
            "the label does not let {to} have it",
            "보안등급 표시가 {to} 기관에 대한 공개를 허용하지 않습니다",
        ),
        "label-us": Text(
            "the label does not let this agency have it",
            "보안등급 표시가 이 기관에 대한 공개를 허용하지 않습니다",
        ),
        "label-trial": Text(
            "the label does not allow a trial", "보안등급 표시가 시험을 허용하지 않습니다"
        ),
        "report-form": Text(
            "the report does not have the demanded form", "보고서가 요구된 형식이 아닙니다"
        ),
        "report-agency": Text(
            "the report names another agency", "보고서에 다른 기관이 적혀 있습니다"
        ),
        "report-signature": Text(
            "the signature is not that of the agency's executor",
            "해당 기관 집행 서비스의 서명이 아닙니다",
        ),
        "report-addressee": Text(
            "the report is for another agency", "다른 기관에 보낸 보고서입니다"
        ),
        "report-result": Text(
            "the result is not the one whose digest was signed", "서명된 요약값과 다른 결과입니다"
        ),
        "report-gates": Text(
            "the result did not pass the gates", "결과가 반출 관문을 통과하지 못했습니다"
        ),
        # a benchmark
        "benchmark-name": Text(
            "use lower-case letters and digits", "영문 소문자와 숫자만 쓰십시오"
        ),
        "no-column": Text("it must name a column", "열 이름을 지정하십시오"),
        "columns": Text(
            "name 1 to {most} columns, each once",
            "열을 1개부터 {most}개까지, 한 번씩만 지정하십시오",
        ),
        "permille": Text("it must be 1 to 999 permille", "1부터 999까지의 천분율이어야 합니다"),
        "seed": Text("it must be 0 to 2147483647", "0부터 2147483647까지여야 합니다"),
        "metrics": Text(
            "one of them does not belong to the task", "과제에 맞지 않는 지표가 있습니다"
        ),
        "budget": Text(
            "it must be 1 to 10000, and a developer's no more",
            "1부터 10000까지여야 하고, 개발자별 한도는 그보다 크지 않아야 합니다",
        ),
        "floors": Text(
            "each must be one of the metrics with a number of three digits at most, such as accuracy=0.8",
            "지표마다 세 자리 이하의 수를 하나씩 지정하십시오(예: accuracy=0.8)",
        ),
        "subgroups": Text(
            "name a column that is not the target, and 1 to {most} of its values",
            "예측할 열이 아닌 열과 그 값을 1개부터 {most}개까지 지정하십시오",
        ),
        "tell": Text(
            "each once, of {known}; subgroups only where the benchmark has some",
            "다음 가운데 한 번씩만 지정하십시오: {known}. subgroups는 하위 집단이 있을 때만 쓸 수 있습니다",
        ),
        "protection": Text(
            "least is 10 or more, n 1 or more, p_percent and k_percent above 0 and at most 100",
            "least는 10 이상, n은 1 이상, p_percent와 k_percent는 0보다 크고 100 이하여야 합니다",
        ),
        "subgroup-missing": Text(
            "the data set has no column of the subgroups' name",
            "데이터셋에 하위 집단을 나눌 열이 없습니다",
        ),
        "forecast-time": Text(
            "a forecast needs a feature that orders its rows in time",
            "예측 과제에는 행의 시간 순서를 나타내는 입력 변수가 필요합니다",
        ),
        "forecast-series": Text(
            "what tells series apart must be a feature", "계열을 나누는 열은 입력 변수여야 합니다"
        ),
        "no-forecast": Text(
            "it is for forecasting alone", "예측(forecasting) 과제에만 쓰는 항목입니다"
        ),
        "time-type": Text(
            "the time must be dates, times or numbers", "시간 열은 날짜, 시각 또는 수여야 합니다"
        ),
        "no-movement": Text(
            "the target never changes in training", "학습 부분에서 예측할 값이 변하지 않습니다"
        ),
        "box-values": Text(
            "a box lacks its class, or has a side that is no number or beyond 65,536 pixels",
            "클래스가 없거나, 변이 수가 아니거나, 65,536픽셀을 넘는 상자가 있습니다",
        ),
        "classes-of-boxes": Text(
            "boxes need 1 to {most_classes} classes, all of them in the training part",
            "상자의 클래스는 1개부터 {most_classes}개까지이고 모두 학습 부분에 있어야 합니다",
        ),
        "one-image": Text(
            "a task on images has one feature, the images",
            "이미지 과제의 입력 변수는 이미지 하나입니다",
        ),
        "feature-type": Text(
            "the feature holds no images: they are bytes of image files",
            "입력 변수가 이미지가 아닙니다. 이미지 파일의 바이트여야 합니다",
        ),
        "images-damaged": Text(
            "an image is missing or can't be decoded", "없거나 읽을 수 없는 이미지가 있습니다"
        ),
        "images-too-many": Text(
            "a benchmark takes 1 GiB of images, and 200,000 of them, at most",
            "평가 기준의 이미지는 모두 1 GiB, 20만 장까지입니다",
        ),
        "target-among": Text("the target is among them", "예측할 열이 그 안에 있습니다"),
        "malformed": Text("it is malformed", "형식이 잘못되었습니다"),
        "not-dataset": Text(
            "this asset is not a data set with a table", "이 자산은 표가 있는 데이터셋이 아닙니다"
        ),
        "target-missing": Text(
            "the data set has no column of the target's name", "데이터셋에 예측할 열이 없습니다"
        ),
        "feature-missing": Text(
            "the data set lacks one of the feature columns", "데이터셋에 없는 입력 변수가 있습니다"
        ),
        "target-type": Text(
            "the target's type does not fit the task", "예측할 열의 자료형이 과제와 맞지 않습니다"
        ),
        "target-range": Text(
            "the target holds numbers that are not finite or too large",
            "예측할 열에 유한하지 않거나 너무 큰 수가 있습니다",
        ),
        "too-few-rows": Text(
            "each part needs at least {least_rows} rows with a target",
            "각 부분에 정답이 있는 행이 {least_rows}행 이상 필요합니다",
        ),
        "classes": Text(
            "a classification needs 2 to {most_classes} classes, all of them in the training part",
            "분류 과제의 클래스는 2개부터 {most_classes}개까지이고, 모두 학습 부분에 있어야 합니다",
        ),
        "made-meanwhile": Text(
            "somebody else made this version meanwhile; ask again for the next",
            "그사이 다른 사람이 이 버전을 만들었습니다. 다시 요청하면 다음 버전이 됩니다",
        ),
        # a benchmark card
        "card-form": Text(
            "it does not have the form of a card", "평가 기준 카드의 형식이 아닙니다"
        ),
        "card-rows": Text(
            "the dummy rows in it are not those that it names",
            "들어 있는 더미 자료가 카드에 적힌 것과 다릅니다",
        ),
        # an appeal
        "still-running": Text("the run has not ended", "실행이 아직 끝나지 않았습니다"),
        "of-another": Text(
            "another agency submitted the algorithm", "다른 기관이 제출한 알고리즘입니다"
        ),
        "appealed-already": Text(
            "somebody appealed this run already", "이 실행에는 이미 이의가 제기되었습니다"
        ),
        "scored-already": Text(
            "the run was scored, so it counts", "채점까지 끝난 실행이므로 한도에 포함됩니다"
        ),
        "own-appeal": Text(
            "whoever appeals does not answer", "이의를 제기한 사람은 답변할 수 없습니다"
        ),
        "none-waiting": Text(
            "no appeal of this run waits for an answer", "답변을 기다리는 이의가 없는 실행입니다"
        ),
        # reports beside each other
        "too-few": Text("name two reports or more", "보고서를 둘 이상 지정하십시오"),
        "too-many": Text("at most {most} reports fit", "보고서는 {most}개까지 견줄 수 있습니다"),
        "same-twice": Text("one report is there twice", "같은 보고서가 두 번 있습니다"),
        "no-figures": Text("the report {name} has no figures", "보고서에 수치가 없습니다: {name}"),
        "other-benchmark": Text(
            "they are on different benchmarks, or versions of one",
            "평가 기준이나 그 버전이 서로 다릅니다",
        ),
        "other-task": Text("their tasks differ", "과제가 서로 다릅니다"),
        "other-baseline": Text(
            "their baselines differ, so the test rows are not the same",
            "비교 기준의 값이 달라 같은 시험 행이 아닙니다",
        ),
        "no-metric": Text(
            "no metric is told in two of them", "두 보고서에 함께 알려진 지표가 없습니다"
        ),
        # a page
        "not-html": Text(
            "a page's name ends in .html", "페이지 파일의 이름은 .html로 끝나야 합니다"
        ),
        # a release
        "no-report": Text("the run has no report", "이 실행에는 보고서가 없습니다"),
        "target-agency": Text(
            "the target label does not let {to} have it",
            "목표로 정한 표시가 {to} 기관에 대한 공개를 허용하지 않습니다",
        ),
        "not-canonical": Text(
            "the sealed report is not canonical", "봉인된 보고서가 정규 바이트로 쓰여 있지 않습니다"
        ),
        "sealed-form": Text(
            "the sealed report does not have the form of a trial's",
            "봉인된 보고서가 시험 보고서의 형식이 아닙니다",
        ),
        "no-task": Text(
            "the sealed report names no known task", "봉인된 보고서에 적힌 과제를 알 수 없습니다"
        ),
        "one-report": Text(
            "the request must name one report", "요청은 보고서 하나를 지정해야 합니다"
        ),
        "sealed-size": Text("the sealed report is too large", "봉인된 보고서가 너무 큽니다"),
        "gate": Text("the gate {gate} did not let it pass", "{gate} 관문을 통과하지 못했습니다"),
        "other-digests": Text(
            "the request names other digests than the sealed report has",
            "요청에 적힌 요약값이 봉인된 보고서의 것과 다릅니다",
        ),
        "other-outcome": Text(
            "the request names another outcome than the sealed report has",
            "요청에 적힌 시험 결과가 봉인된 보고서의 것과 다릅니다",
        ),
        "request-id": Text(
            "the request's id does not have the form of one", "요청 식별자의 형식이 아닙니다"
        ),
    }
)
"""Why the room says no."""

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "algorithm": Text("algorithm", "알고리즘"),
        "benchmark": Text("benchmark", "평가 기준"),
        "run": Text("run", "실행"),
        "release": Text("release", "반출"),
        "report": Text("run or report", "실행이나 보고서"),
    }
)
"""What is unknown."""

PARTS: Mapping[str, Text] = MappingProxyType(
    {
        "dataset": Text("The data set", "데이터셋"),
        "definition": Text("The definition", "정의"),
        "name": Text("The name", "이름"),
        "task": Text("The task", "과제"),
        "target": Text("The target", "예측할 열"),
        "features": Text("The features", "입력 변수"),
        "test_permille": Text("The test share", "시험 비율"),
        "seed": Text("The seed", "난수 씨앗"),
        "metrics": Text("The metrics", "지표"),
        "budget": Text("The budget", "실행 횟수 한도"),
        "protection": Text("What is asked of tables", "표에 요구하는 보호"),
        "floors": Text("The floors", "하한"),
        "time": Text("The time", "시간 열"),
        "series": Text("The series", "계열"),
        "places": Text("The places", "위치"),
        "subgroups": Text("The subgroups", "하위 집단"),
        "robust": Text("The robustness plan", "강건성 계획"),
        "tell": Text("What is told", "알릴 항목"),
        "reason": Text("The reason", "이유"),
    }
)
"""Which part of a benchmark can't be used."""

CAUSES: Mapping[str, Text] = MappingProxyType(
    {
        **SANDBOX_CAUSES,
        "no-answer": Text("its answer is missing", "답이 없습니다"),
        "bad-answer": Text("its answer has another form", "답의 형식이 다릅니다"),
        "no-part": Text("a part is missing", "빠진 부분이 있습니다"),
    }
)
"""How a step of ours can end without a result."""
