"""Why governance says no, and what is unknown: each code, and its words for people.

An error carries the code (``error.facts["reason"]``), so that programs and tests compare codes and
people read sentences in their own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.text import Text

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        # the form of a document
        "too-large": Text("it is larger than allowed", "허용된 크기를 넘습니다"),
        "not-canonical": Text("its bytes are not canonical JSON", "정규 바이트의 JSON이 아닙니다"),
        "unknown-field": Text("a field is unknown", "알 수 없는 항목이 있습니다"),
        "missing-field": Text("a field is missing", "필요한 항목이 없습니다"),
        "wrong-type": Text("a value has the wrong type", "값의 자료형이 잘못되었습니다"),
        "wrong-form": Text("a value has the wrong form", "값의 형식이 잘못되었습니다"),
        "out-of-range": Text("a number is out of its range", "숫자가 허용 범위를 벗어납니다"),
        "not-sorted": Text(
            "a list is not sorted or repeats itself", "목록이 정렬되지 않았거나 중복이 있습니다"
        ),
        "key-id": Text("a key's id is not the id of that key", "키 식별자가 그 키의 것이 아닙니다"),
        "key-shared": Text("one key is enrolled twice", "같은 키가 두 번 등록되어 있습니다"),
        "not-a-member": Text(
            "it names an agency that is no member", "회원이 아닌 기관이 적혀 있습니다"
        ),
        "unknown-term": Text(
            "it uses a term that the label policy lacks", "등급 정책에 없는 항목이 쓰였습니다"
        ),
        "quorum": Text("the quorum can't be met", "정족수를 채울 수 없습니다"),
        # one charter after another
        "version": Text("its version is not the next one", "판 번호가 바로 다음 번호가 아닙니다"),
        "previous": Text(
            "it does not follow from the pinned charter's digest",
            "고정된 협약의 요약값을 이어받지 않았습니다",
        ),
        "suite": Text("it changes the crypto suite", "암호 묶음이 바뀌었습니다"),
        "labels": Text(
            "it takes terms from a label policy of the same name or changes its grades",
            "이름이 같은 등급 정책에서 항목을 빼거나 등급을 바꿉니다",
        ),
        "elements": Text(
            "a set of data elements goes back to an older version, or changes without a new one",
            "데이터 요소 집합이 이전 판으로 돌아가거나, 판 번호는 그대로인데 내용이 바뀝니다",
        ),
        "key-revived": Text(
            "a revoked key is no longer revoked", "폐기된 키가 다시 등록되었습니다"
        ),
        "key-moved": Text("a key moves to another principal", "키가 다른 행위자에게 넘어갔습니다"),
        # the pin
        "no-charter": Text("no charter is pinned yet", "아직 고정된 협약이 없습니다"),
        "other-charter": Text(
            "its digest is not the one that was named", "요약값이 지정한 것과 다릅니다"
        ),
        "not-genesis": Text(
            "the first pinned charter must be version 1",
            "처음 고정하는 협약은 제1판이어야 합니다",
        ),
        "other-agency": Text(
            "this node's agency is not a member", "이 노드의 기관이 회원 기관이 아닙니다"
        ),
        "other-key": Text(
            "the charter lists another key for this executor",
            "협약에 적힌 집행 서비스 키가 이 노드의 것과 다릅니다",
        ),
        # requests
        "not-critical": Text(
            "the action needs no votes here", "이 행위에는 표결이 필요하지 않습니다"
        ),
        "no-act": Text(
            "this executor can't perform the action", "집행 서비스가 수행할 수 없는 행위입니다"
        ),
        "requester-role": Text(
            "the requester has no role that may ask for it",
            "요청자에게 이 행위를 요청할 역할이 없습니다",
        ),
        # votes
        "requester": Text(
            "nobody votes on their own request", "자신이 낸 요청에는 표결할 수 없습니다"
        ),
        "role": Text("the voter has no role that may vote on it", "표결할 수 있는 역할이 없습니다"),
        "early": Text("the review time has not passed", "숙고 시간이 아직 지나지 않았습니다"),
        "duplicate": Text("the voter has voted already", "이미 표결한 행위자입니다"),
        "other-request": Text(
            "it is not over exactly this request", "이 요청에 대한 것이 아닙니다"
        ),
        "unknown-key": Text(
            "the voter has no such key enrolled", "등록되지 않은 키로 서명되었습니다"
        ),
        "key-revoked": Text("the key is revoked", "폐기된 키입니다"),
        "signature": Text("the signature is not right", "서명이 올바르지 않습니다"),
        # ends and doubts
        "too-few": Text(
            "too few people have approved", "승인한 사람의 수가 정족수에 미치지 못합니다"
        ),
        "too-few-agencies": Text(
            "the approvals come from too few agencies",
            "승인한 기관의 수가 정족수에 미치지 못합니다",
        ),
        "owner-absent": Text(
            "nobody of the agency that acts has approved",
            "행위를 수행하는 기관에서 승인한 사람이 없습니다",
        ),
        "outside-client": Text(
            "one approval must come from a client outside this node (dure decisions approve)",
            "이 노드 밖에서(dure decisions approve) 한 승인이 하나 이상 있어야 합니다",
        ),
        "rejected": Text("somebody rejected it", "반려한 사람이 있습니다"),
        "expired": Text("its time is over", "유효 기간이 지났습니다"),
        "charter-changed": Text(
            "the charter changed after the request", "요청한 뒤에 협약이 바뀌었습니다"
        ),
        "evidence-changed": Text(
            "the evidence is no longer what people voted on",
            "증거가 표결할 때의 것과 다릅니다",
        ),
        "restored": Text(
            "this store was restored from a backup since",
            "그 뒤에 저장 단위가 백업에서 복원되었습니다",
        ),
        "not-open": Text("it is no longer open", "더 이상 표결 중이 아닙니다"),
        "not-approved": Text("it is not approved", "승인되지 않았습니다"),
        "used": Text("its permit has been used", "이미 사용된 승인서입니다"),
        "unsettled": Text(
            "its outcome is unknown and it is never retried",
            "결과를 알 수 없으며 다시 시도하지 않습니다",
        ),
        "settled-otherwise": Text(
            "it was settled otherwise while it was being performed",
            "수행하는 동안 다른 결과로 확정되었습니다",
        ),
        "not-unknown": Text("its outcome is known", "결과가 이미 확인되었습니다"),
        "still-running": Text(
            "another executor process is still performing it",
            "집행 서비스의 다른 프로세스가 아직 수행하고 있습니다",
        ),
        # acts, events, releases
        "act-raised": Text("the act gave up", "행위가 중단되었습니다"),
        "other-asset": Text(
            "it touches an asset that the request does not name",
            "요청에 없는 자산을 다루려 했습니다",
        ),
        "other-source": Text(
            "the source label that people signed is not that of its assets",
            "서명된 원본의 보안등급 표시가 자산의 표시와 다릅니다",
        ),
        "reserved-type": Text(
            "only the executor itself writes or signs this type",
            "집행 서비스만 기록하거나 서명할 수 있는 유형입니다",
        ),
        "unknown-type": Text("no room declares this type", "선언되지 않은 유형입니다"),
        "held": Text("a legal hold lies on it", "법적 보존이 걸려 있습니다"),
        "not-released": Text(
            "no permit released this content", "이 내용의 반출을 허용한 승인서가 없습니다"
        ),
        # keeper and tickets
        "denied": Text("the policy says no", "정책이 허용하지 않습니다"),
        "unknown-asset": Text("there is no such asset", "그런 자산이 없습니다"),
        "withdrawn": Text("the asset is withdrawn", "철회된 자산입니다"),
        "short": Text("the stream ended early", "내용이 중간에 끊겼습니다"),
        "too-long": Text("the content is longer than the limit", "내용이 한도보다 깁니다"),
        "locked": Text("the vault is locked", "격리 저장소가 잠겨 있습니다"),
        "not-open-data": Text(
            "a node in the embedded profile holds Open data only",
            "embedded 구성의 노드에는 공개 등급 자료만 둘 수 있습니다",
        ),
        "reserved-kind": Text(
            "only the keeper itself makes assets of this kind",
            "키 관리 서비스만 만들 수 있는 종류의 자산입니다",
        ),
        "no-root": Text(
            "no keys were ever made for this purpose and generation",
            "이 목적과 키 세대로 만든 키가 없습니다",
        ),
        "root-shredded": Text(
            "the keys of this purpose's generation were shredded; name the next generation in the plan",
            "이 목적의 해당 키 세대는 파기되었습니다. 계획에 다음 세대를 쓰십시오",
        ),
        "above-vault": Text(
            "the label's grade is above that of the vault",
            "보안등급 표시의 등급이 격리 저장소의 등급보다 높습니다",
        ),
    }
)

PARTS: Mapping[str, Text] = MappingProxyType(
    {
        "action": Text("action", "행위"),
        "agency": Text("agency", "기관"),
        "charter": Text("charter", "협약"),
        "delegate": Text("delegate of {agency}", "{agency} 기관의 대표"),
        "entry": Text("entry", "기록 항목"),
        "principal": Text("principal", "행위자"),
        "release": Text("release", "반출물"),
        "request": Text("request", "요청"),
    }
)
"""What is unknown."""
