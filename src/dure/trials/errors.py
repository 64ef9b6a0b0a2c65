"""What can go wrong in a trial. Exit statuses 92 to 102, 125, 226 to 248."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.text import Text
from dure.trials.reasons import CAUSES, KINDS, PARTS, REASONS


class TrialsError(DureError):
    """Errors of the room of trials."""

    WORDS = MappingProxyType({"reason": REASONS, "cause": CAUSES, "kind": KINDS, "part": PARTS})
    TABLE = table(
        [
            ErrorSpec(
                "trials.manifest",
                92,
                422,
                Text("The algorithm.toml can't be used.", "algorithm.toml을 쓸 수 없습니다."),
                Text("{where}: {reason.en}.", "{where}: {reason.ko}."),
                Text(
                    "Mend that line; dure trials new writes a complete one.",
                    "해당 항목을 고치십시오. 온전한 예는 dure trials new가 만들어 줍니다.",
                ),
            ),
            ErrorSpec(
                "trials.folder",
                93,
                422,
                Text("The folder can't be submitted.", "이 폴더는 제출할 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Submit a folder of plain files with an algorithm.toml, no links, at most "
                    "{limit_mib} MiB and {limit_files} files.",
                    "algorithm.toml과 일반 파일만 담고 링크가 없는, {limit_mib} MiB와 파일 "
                    "{limit_files}개 이하의 폴더를 제출하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.package",
                94,
                422,
                Text(
                    "The packed algorithm is not in the one allowed form.",
                    "알고리즘 묶음이 허용된 형식이 아닙니다.",
                ),
                Text("At byte {offset}: {reason.en}.", "{offset}번째 바이트: {reason.ko}."),
                Text(
                    "Ask the sender to make it anew with dure trials submit.",
                    "보낸 기관에 dure trials submit으로 다시 만들어 달라고 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.payload",
                95,
                422,
                Text("What arrived can't be accepted.", "도착한 내용을 받아들일 수 없습니다."),
                Text("From {agency}: {reason.en}.", "{agency} 기관이 보낸 것: {reason.ko}."),
                Text(
                    "Tell that agency; nothing was kept.",
                    "해당 기관에 알리십시오. 보관한 것은 없습니다.",
                ),
            ),
            ErrorSpec(
                "trials.benchmark",
                96,
                422,
                Text("The benchmark can't be made.", "평가 기준을 만들 수 없습니다."),
                Text("{part.en}: {reason.en}.", "{part.ko}: {reason.ko}."),
                Text(
                    "Choose columns that the data set has (dure datasets show) and a task that fits "
                    "them.",
                    "데이터셋에 있는 열(dure datasets show)과 그에 맞는 과제를 고르십시오.",
                ),
            ),
            ErrorSpec(
                "trials.unknown",
                97,
                404,
                Text("There is no such thing here.", "여기에 없는 것입니다."),
                Text(
                    "This node knows no {kind.en} whose id begins with {name}.",
                    "이 노드에는 식별자가 그렇게 시작하는 {kind.ko}이(가) 없습니다: {name}.",
                ),
                Text(
                    "List what there is: dure trials list.",
                    "목록을 확인하십시오: dure trials list.",
                ),
            ),
            ErrorSpec(
                "trials.mismatch",
                98,
                409,
                Text(
                    "The algorithm does not fit the benchmark.",
                    "알고리즘이 평가 기준과 맞지 않습니다.",
                ),
                Text(
                    "It declares the task {declared}; the benchmark is {wanted}.",
                    "알고리즘의 과제는 {declared}인데 평가 기준의 과제는 {wanted}입니다.",
                ),
                Text(
                    "Choose a benchmark of that task, or ask the developer for another algorithm.",
                    "과제가 같은 평가 기준을 고르거나 개발 기관에 다른 알고리즘을 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.budget-spent",
                99,
                429,
                Text("The query budget is spent.", "실행 한도를 다 썼습니다."),
                Text(
                    "{who} has run {spent} of {limit} trials on these targets.",
                    "이 정답에 대한 {who}의 실행 한도 {limit}회 가운데 {spent}회를 썼습니다.",
                ),
                Text(
                    "Make a benchmark of a data set with fresh rows, or stop here.",
                    "새로운 행이 있는 데이터셋으로 평가 기준을 만들거나 여기에서 끝내십시오.",
                ),
            ),
            ErrorSpec(
                "trials.stream",
                100,
                502,
                Text(
                    "Sealed content did not arrive whole.",
                    "봉인된 내용이 온전히 도착하지 않았습니다.",
                ),
                Text(
                    "{name}: {got} of {size} bytes came.",
                    "{name}: {size}바이트 가운데 {got}바이트만 왔습니다.",
                ),
                Text(
                    "Check the keeper (dure node doctor) and run the trial again.",
                    "키 관리 서비스를 확인하고(dure node doctor) 시험을 다시 실행하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.closed",
                125,
                409,
                Text("The benchmark is closed.", "닫힌 평가 기준입니다."),
                Text(
                    "Version {version} of {name} was closed on {when}; nothing new is run on it.",
                    "{name} 평가 기준의 버전 {version}은(는) {when}에 닫혀 새로 시험할 수 없습니다.",
                ),
                Text(
                    "Take a version that is open: dure trials benchmarks.",
                    "열려 있는 버전을 쓰십시오: dure trials benchmarks.",
                ),
            ),
            ErrorSpec(
                "trials.card",
                247,
                422,
                Text("The benchmark card can't be used.", "평가 기준 카드를 쓸 수 없습니다."),
                Text("{file}: {reason.en}.", "{file}: {reason.ko}."),
                Text(
                    "Take it out of your node again: dure trials card CARD --out FILE.",
                    "노드에서 다시 꺼내십시오: dure trials card CARD --out FILE.",
                ),
            ),
            ErrorSpec(
                "trials.appeal",
                230,
                409,
                Text("The appeal can't be taken.", "이의를 처리할 수 없습니다."),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "List the appeals and where they stand: dure trials appeals.",
                    "이의와 그 처리 상태를 확인하십시오: dure trials appeals.",
                ),
            ),
            ErrorSpec(
                "trials.not-releasable",
                101,
                409,
                Text("The report can't be released.", "이 보고서는 반출할 수 없습니다."),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Look at the run (dure trials show) and run it again if need be.",
                    "실행 내용을 확인하고(dure trials show) 필요하면 다시 실행하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.worker",
                102,
                500,
                Text(
                    "One of our own steps failed inside the sandbox.",
                    "격리 실행 환경 안에서 자체 처리가 실패했습니다.",
                ),
                Text(
                    "Splitting the data set gave no result: {cause.en}.",
                    "데이터셋 분할의 결과가 없습니다: {cause.ko}.",
                ),
                Text(
                    "Check the host (dure trials doctor); if it is sound, report a defect.",
                    "호스트를 점검하고(dure trials doctor), 이상이 없으면 결함으로 알려 주십시오.",
                ),
            ),
            ErrorSpec(
                "trials.escaped",
                226,
                500,
                Text(
                    "The sandbox of this host does not hold.",
                    "이 호스트의 격리 실행 환경에 빠져나갈 길이 있습니다.",
                ),
                Text("Escaped: {names}.", "빠져나간 탐침: {names}."),
                Text(
                    "Run no trial on this host. Update the kernel and bubblewrap and probe again; if "
                    "it stays, report a defect.",
                    "이 호스트에서 시험을 실행하지 마십시오. 커널과 bubblewrap을 갱신한 뒤 다시 탐침하고, 그대로면 "
                    "결함으로 알려 주십시오.",
                ),
            ),
            ErrorSpec(
                "trials.unprobed",
                227,
                500,
                Text(
                    "This host could not be probed whole.", "이 호스트를 모두 탐침하지 못했습니다."
                ),
                Text("No outcome: {names}.", "결과가 없는 탐침: {names}."),
                Text(
                    "Run it again when the host has less to do; if it stays, report a defect.",
                    "호스트가 한가할 때 다시 실행하고, 그대로면 결함으로 알려 주십시오.",
                ),
            ),
            ErrorSpec(
                "trials.probe-report",
                228,
                422,
                Text(
                    "The report of probes can't be trusted.", "이 탐침 보고서는 믿을 수 없습니다."
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Get the file from its maker again, or have the host probed anew.",
                    "만든 사람에게 파일을 다시 받거나 호스트를 다시 탐침하게 하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.compare",
                229,
                409,
                Text(
                    "These reports can't be put beside each other.",
                    "이 보고서들은 견줄 수 없습니다.",
                ),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Name reports on one benchmark that have figures: dure trials list.",
                    "수치가 있는, 같은 평가 기준의 보고서를 지정하십시오: dure trials list.",
                ),
            ),
            ErrorSpec(
                "trials.page",
                235,
                409,
                Text("The page can't be written there.", "그곳에 페이지를 쓸 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Name a file that ends in .html: dure trials show RUN --html report.html.",
                    ".html로 끝나는 파일을 지정하십시오: dure trials show RUN --html report.html.",
                ),
            ),
            ErrorSpec(
                "trials.unproven-host",
                248,
                409,
                Text(
                    "This node runs nothing above Open without a recent report of its probes.",
                    "이 노드는 최근의 탐침 보고서 없이 공개 등급을 넘는 자료를 시험하지 않습니다.",
                ),
                Text(
                    "Tier {tier}, at most {days} days old: {reason.en}.",
                    "격리 수준 {tier}, 최대 {days}일: {reason.ko}.",
                ),
                Text(
                    "Probe this host and have the node sign (dure trials probe --sign).",
                    "이 호스트를 탐침하고 노드가 서명하게 하십시오(dure trials probe --sign).",
                ),
            ),
            ErrorSpec(
                "trials.pickle",
                242,
                422,
                Text("Pickled files are not taken.", "pickle 파일은 받지 않습니다."),
                Text(
                    "{path} is a pickle: whoever opens it runs what its author wrote.",
                    "{path} 파일은 pickle입니다. 열면 만든 사람의 코드가 실행됩니다.",
                ),
                Text(
                    "Convert its arrays: dure trials convert FILE --out weights.safetensors; or save "
                    "the model as ONNX.",
                    "배열을 변환하십시오: dure trials convert FILE --out weights.safetensors. 모델을 "
                    "ONNX로 저장해도 됩니다.",
                ),
            ),
            ErrorSpec(
                "trials.columns",
                243,
                409,
                Text(
                    "The algorithm needs other columns than the benchmark has.",
                    "알고리즘에 필요한 열이 평가 기준에 없습니다.",
                ),
                Text(
                    "{count} of its features are missing, or its target is not {target}.",
                    "입력 변수 {count}개가 없거나, 예측할 열이 {target}이(가) 아닙니다.",
                ),
                Text(
                    "Compare [schema] in algorithm.toml with the benchmark (dure trials list).",
                    "algorithm.toml의 [schema]를 평가 기준과 비교하십시오(dure trials list).",
                ),
            ),
            ErrorSpec(
                "trials.runtime",
                244,
                409,
                Text("The runtime is not installed here.", "실행 환경이 설치되어 있지 않습니다."),
                Text("The algorithm asks for {name}.", "알고리즘이 요구하는 것: {name}."),
                Text(
                    "Install its packages beside dure, or ask for an algorithm on another runtime.",
                    "해당 패키지를 dure와 함께 설치하거나, 다른 실행 환경을 쓰는 알고리즘을 요청하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.convert",
                245,
                422,
                Text("The weights can't be converted.", "가중치를 변환할 수 없습니다."),
                Text("{reason.en}.", "{reason.ko}."),
                Text(
                    "Save the arrays as safetensors or the model as ONNX where it was trained.",
                    "학습한 곳에서 배열을 safetensors로, 또는 모델을 ONNX로 저장하십시오.",
                ),
            ),
            ErrorSpec(
                "trials.template",
                246,
                409,
                Text("Nothing can be written there.", "그곳에 쓸 수 없습니다."),
                Text("{path}: {reason.en}.", "{path}: {reason.ko}."),
                Text(
                    "Name a folder or file that does not exist yet.",
                    "아직 없는 폴더나 파일을 지정하십시오.",
                ),
            ),
        ]
    )
