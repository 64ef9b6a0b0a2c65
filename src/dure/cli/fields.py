"""What a terminal calls the fields of a result, and some of their values, in both languages.

Programs read ``--json``, whose names never change; people read these words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dure.cli.words import LANGUAGE
from dure.core.text import Text

FIELDS: Final = {
    "again": Text("said again where nothing was tagged", "태그 없이 다시 나온 횟수"),
    "agencies": Text("agencies", "기관"),
    "agency": Text("agency", "기관"),
    "alliance": Text("alliance", "협의체"),
    "answers_label": Text("label of the answer key", "정답의 보안등급 표시"),
    "approvals": Text("approvals", "승인"),
    "asked_at": Text("asked at", "제기 시각"),
    "asked_by": Text("asked by", "제기한 사람"),
    "assets": Text("sealed contents", "봉인된 내용"),
    "attempt": Text("attempt", "시도"),
    "backup": Text("backup", "백업"),
    "baseline": Text("baseline", "비교 기준"),
    "basis": Text("legal basis", "처리 근거"),
    "benchmark": Text("benchmark", "평가 기준"),
    "bundle": Text("bundle", "봉인 꾸러미"),
    "by": Text("by", "작업자"),
    "card": Text("card", "공개 카드"),
    "changed_spans": Text("spans touched", "닿은 구간"),
    "changed": Text("changed columns", "처리하는 열"),
    "cancelling": Text("to be cancelled", "취소 요청됨"),
    "categories": Text("categories", "범주"),
    "charter": Text("charter", "협약"),
    "checkpoint": Text("checkpoint", "서명 기준점"),
    "choice": Text("choice", "표결"),
    "columns": Text("columns", "열"),
    "confirmed": Text("confirmed", "확인한 열"),
    "continues": Text("continues", "이어지는 기준점"),
    "covered": Text("places covered", "가린 곳"),
    "covered_texts": Text("texts covered", "가린 텍스트"),
    "created": Text("created", "생성"),
    "dataset": Text("data set", "데이터셋"),
    "description": Text("description", "설명"),
    "diagnosis": Text("diagnosis", "진단"),
    "digest": Text("digest", "요약값"),
    "drafts": Text("drafts", "만들다 만 버전"),
    "elements": Text("elements", "데이터 요소"),
    "engine": Text("engine", "실행 엔진"),
    "entries": Text("entries", "항목 수"),
    "envelope": Text("envelope", "봉투"),
    "evidence": Text("evidence", "증거"),
    "file": Text("file", "파일"),
    "files": Text("files", "파일"),
    "findings": Text("findings", "점검 결과"),
    "folder": Text("folder", "폴더"),
    "handling": Text("handling", "처리 방법"),
    "grades": Text("grades", "등급"),
    "held": Text("legal hold", "법적 보존"),
    "hint": Text("hint", "도움말"),
    "home": Text("home", "노드 폴더"),
    "id": Text("id", "식별자"),
    "images": Text("images", "이미지"),
    "incarnation": Text("incarnation", "복원 차수"),
    "interval": Text("interval", "신뢰 구간"),
    "kernel": Text("kernel", "커널"),
    "key": Text("key", "키"),
    "kind": Text("kind", "종류"),
    "label": Text("label", "보안등급 표시"),
    "labels": Text("labels", "등급 정책"),
    "ledger_entries": Text("ledger entries", "감사 기록 항목 수"),
    "left_out": Text("attributes left out", "뺀 속성"),
    "licence": Text("licence", "이용 허락 조건"),
    "made": Text("made", "만든 시각"),
    "media_type": Text("media type", "매체 유형"),
    "member_card": Text("member card", "회원 카드"),
    "members": Text("members", "회원 기관"),
    "memory": Text("memory", "메모리"),
    "missing": Text("missing", "모자란 것"),
    "name": Text("name", "이름"),
    "needs": Text("needs", "정족수 규칙"),
    "next_numbers": Text("next numbers", "다음 번호"),
    "node": Text("node", "노드"),
    "note": Text("note", "비고"),
    "number": Text("version", "버전 번호"),
    "origin": Text("origin", "기록 이름"),
    "outcome": Text("outcome", "결과"),
    "owner": Text("owner", "소유 기관"),
    "parents": Text("parents", "원본"),
    "permit": Text("permit", "승인서"),
    "personal_after": Text("rows with personal data left", "개인정보가 남은 행"),
    "personal_before": Text("rows with personal data before", "처리 전 개인정보가 있던 행"),
    "policy": Text("policy", "등급 정책"),
    "previous": Text("previous", "이전 협약"),
    "principal": Text("principal", "행위자"),
    "principals": Text("principals", "행위자"),
    "producer": Text("producer", "만든 행위"),
    "profile": Text("profile", "운영 구성"),
    "purpose": Text("purpose", "목적"),
    "purposes": Text("purposes", "목적"),
    "quorum": Text("quorum", "정족수"),
    "reason": Text("reason", "이유"),
    "record": Text("privacy record", "개인정보 처리 기록"),
    "recovery_key": Text("recovery key", "복구 키"),
    "reference": Text("papers", "관련 문서"),
    "report": Text("report", "보고서"),
    "request": Text("request", "요청"),
    "requests": Text("requests", "요청 수"),
    "result": Text("result", "결과 값"),
    "retain_until": Text("kept until", "보유 기한"),
    "review": Text("adequacy review", "적정성 검토"),
    "reviewed_on": Text("reviewed on", "검토일"),
    "reviewer": Text("reviewer", "검토자"),
    "role": Text("role", "역할"),
    "root": Text("root", "루트"),
    "rows": Text("rows", "행"),
    "rules": Text("rules", "규칙"),
    "ruling": Text("ruling", "판단"),
    "run": Text("run", "실행"),
    "sandbox": Text("sandbox", "격리 실행 환경"),
    "schema_id": Text("schema", "스키마"),
    "schema_version": Text("schema version", "스키마 버전"),
    "short": Text("short id", "짧은 식별자"),
    "signed_by": Text("signed by", "서명한 기관"),
    "signers": Text("signers", "서명자"),
    "size": Text("entries", "항목 수"),
    "source": Text("made from", "원본"),
    "spans": Text("spans", "구간"),
    "state": Text("state", "상태"),
    "step": Text("step", "단계"),
    "stores": Text("stores", "저장소"),
    "submission": Text("submission", "제출물"),
    "suite": Text("suite", "암호 구성"),
    "tag": Text("tag", "태그"),
    "tags": Text("tags", "태그"),
    "task": Text("task", "과제"),
    "table": Text("table", "표"),
    "user": Text("user", "사용자"),
    "vault": Text("vault", "격리 저장소"),
    "version": Text("version", "버전"),
    "waiting": Text("waiting for a person", "확인을 기다리는 열"),
    "vote": Text("vote", "표"),
    "votes": Text("votes", "표결"),
    "withdrawn": Text("withdrawn", "철회"),
    "words": Text("why", "답변 이유"),
    "written_by": Text("written by", "작성자"),
    "written_on": Text("written on", "작성일"),
}

_STATES: Final = {
    "open": Text("open", "표결 중"),
    "approved": Text("approved", "승인됨"),
    "claimed": Text("claimed", "집행 중"),
    "done": Text("done", "완료"),
    "failed": Text("failed", "실패"),
    "unknown": Text("unknown", "결과 불명"),
    "rejected": Text("rejected", "반려됨"),
    "expired": Text("expired", "만료됨"),
    "queued": Text("queued", "대기 중"),
    "running": Text("running", "실행 중"),
    "cancelled": Text("cancelled", "취소됨"),
    "waiting": Text("waiting", "대기 중"),
    "under-way": Text("under way", "진행 중"),
    "ended": Text("ended", "끝남"),
}
_STEPS: Final = {
    "begun": Text("begun", "시작함"),
    "algorithm": Text("the algorithm runs", "알고리즘 실행 중"),
    "scoring": Text("scoring", "채점 중"),
    "gates": Text("gates", "반출 관문 점검 중"),
}
_SEVERITIES: Final = {
    "info": Text("info", "참고"),
    "notice": Text("notice", "알림"),
    "warning": Text("warning", "주의"),
    "error": Text("error", "오류"),
}
_OUTCOMES: Final = {
    "ok": Text("ok", "정상"),
    "algorithm-error": Text("algorithm error", "알고리즘 오류"),
    "limit-exceeded": Text("limit exceeded", "한도 초과"),
    "invalid-predictions": Text("invalid predictions", "예측 형식 오류"),
    "refused": Text("refused", "거부됨"),
}
_YES_OR_NO: Final = {"True": Text("yes", "예"), "False": Text("no", "아니요")}
VALUES: Final = {
    "cancelling": _YES_OR_NO,
    "outcome": _OUTCOMES,
    "state": _STATES,
    "status": _STATES,
    "severity": _SEVERITIES,
    "step": _STEPS,
}


def flat(told: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested fields as one level, as ``arguments.run``: what is read line by line.

    Examples
    --------
    >>> flat({"a": {"b": 1, "c": {}}, "d": [2]})
    {'a.b': 1, 'a.c': '-', 'd': [2]}
    """
    found: dict[str, Any] = {}
    for name, item in told.items():
        if isinstance(item, Mapping) and item:
            found.update(flat(item, f"{before}{name}."))
        else:
            found[before + name] = "-" if item == {} else item
    return found


def field_word(name: str) -> str:
    """Return what people read for a field; one that has no word reads as it is."""
    words = FIELDS.get(name)
    return name if words is None else words.say(LANGUAGE)


def value_word(name: str, value: object) -> object:
    """Return what people read for a field's value: a word for a state or severity, else itself."""
    words = VALUES.get(name, {}).get(str(value))
    return value if words is None else words.say(LANGUAGE)
