"""Every probe: what it tries, where it is made, and how a positive control shows that it could succeed."""

from __future__ import annotations

from dure.core.text import Text
from dure.trials.probes.catalogue.bounds import OUTPUTS, RESOURCES
from dure.trials.probes.catalogue.channels import CHANNELS
from dure.trials.probes.catalogue.documents import ARCHIVES, MODELS, PARSERS
from dure.trials.probes.catalogue.form import Control, Group, Probe
from dure.trials.probes.catalogue.processes import CALLS, PROCESSES
from dure.trials.probes.catalogue.reach import FILES, NETWORK
from dure.trials.probes.catalogue.results import RESULTS

__all__ = ["CATALOGUE", "CONTROLS", "FAMILIES", "Control", "Group", "Probe"]

CATALOGUE = (
    *(*NETWORK, *FILES, *PROCESSES, *CALLS, *RESOURCES),
    *(*OUTPUTS, *PARSERS, *ARCHIVES, *MODELS, *CHANNELS, *RESULTS),
)

FAMILIES = {
    "network": Text("Network", "네트워크"),
    "files": Text("Files and facts of the host", "호스트의 파일과 정보"),
    "processes": Text("Processes and rights", "프로세스와 권한"),
    "calls": Text("System calls", "시스템 호출"),
    "resources": Text("Resources", "자원"),
    "outputs": Text("Outputs", "출력"),
    "parsers": Text("Parsers", "해석기"),
    "archives": Text("Packages and folders", "묶음과 폴더"),
    "models": Text("Models, ONNX and pickles", "모델, ONNX, 피클"),
    "channels": Text("Covert channels", "은닉 통로"),
    "results": Text("Secrets in results", "결과에 숨긴 정보"),
}
"""Families in the order in which they are shown."""

CONTROLS = {
    Control.BARE: Text("this user, outside the sandbox", "격리 실행 환경 밖의 같은 사용자"),
    Control.ROOT: Text("root, outside the sandbox", "격리 실행 환경 밖의 root"),
    Control.OPEN: Text(
        "a sandbox with every right and no filter", "모든 권한을 주고 필터를 뺀 격리 실행 환경"
    ),
    Control.LOOSE: Text("the sandbox with wide limits", "한도를 넓힌 격리 실행 환경"),
    Control.NAIVE: Text("a careless reader in place of ours", "검사 없이 읽는 해석기"),
    Control.INERT: Text("none: inert", "없음: 대조 불가"),
}
"""Where a control is made, in words."""
