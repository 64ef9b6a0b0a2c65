"""The words of each finding about a corpus: how much it matters, what it says, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.findings import Severity
from dure.core.text import Text
from dure.datasets.inspect.words import Sentence

_MEND = Text(
    "Correct them at the source, or leave them out with --leave-out-damaged.",
    "원본에서 고치거나 --leave-out-damaged로 빼십시오.",
)
_KNOW = Text("Nothing to do; know it.", "조치할 것은 없으나 알아 두십시오.")
_OFFSETS = Text(
    "If that is what they are, say --offsets {unit}; if they do count characters, --offsets characters.",
    "그렇다면 --offsets {unit}(으)로, 글자 수가 맞다면 --offsets characters로 지정하십시오.",
)


def _offsets(unit: str, en: str, ko: str) -> Sentence:
    return Sentence(
        Severity.ERROR,
        Text(
            f"The offsets look like {en}, not like characters: of {{telling}} spans that tell it "
            "{fitting} fit as characters.",
            f"위치가 글자 단위가 아니라 {ko} 단위로 보입니다. 구별되는 구간 {{telling}}개 가운데 글자 수로 맞는 "
            "것은 {fitting}개입니다.",
        ),
        Text(_OFFSETS.en.format(unit=unit), _OFFSETS.ko.format(unit=unit)),
    )


SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "accuracy.outside": Sentence(
            Severity.ERROR,
            Text(
                "Spans that lie outside their text: {count} ({share}).",
                "글의 범위를 벗어난 구간이 {count}개({share})입니다.",
            ),
            _MEND,
        ),
        "accuracy.empty-spans": Sentence(
            Severity.ERROR,
            Text(
                "Spans that end where they begin, or before: {count} ({share}).",
                "비어 있거나 끝이 시작보다 앞선 구간이 {count}개({share})입니다.",
            ),
            _MEND,
        ),
        "accuracy.mismatched": Sentence(
            Severity.ERROR,
            Text(
                "Spans at which another text stands than the annotation says: {count} ({share}).",
                "주석에 적힌 글과 그 자리의 글이 다른 구간이 {count}개({share})입니다.",
            ),
            Text(
                "The texts were probably changed after they were annotated: get both anew together.",
                "주석을 단 뒤에 글이 바뀌었을 수 있습니다. 글과 주석을 함께 다시 받으십시오.",
            ),
        ),
        "accuracy.untagged": Sentence(
            Severity.ERROR,
            Text(
                "Spans without a tag: {count} ({share}).",
                "태그가 없는 구간이 {count}개({share})입니다.",
            ),
            _MEND,
        ),
        "accuracy.utf-8": _offsets("utf-8", "bytes of UTF-8", "UTF-8 바이트"),
        "accuracy.utf-16": _offsets("utf-16", "units of UTF-16", "UTF-16 코드"),
        "accuracy.contested": Sentence(
            Severity.WARNING,
            Text(
                "Spans that have another tag than another span at the same place: {count} ({share}).",
                "같은 자리에 다른 태그가 붙은 구간이 {count}개({share})입니다.",
            ),
            Text(
                "Look at them: unless several tags are meant, one of the two is wrong.",
                "살펴보십시오. 여러 태그를 뜻한 것이 아니라면 하나는 틀렸습니다.",
            ),
        ),
        "accuracy.edges": Sentence(
            Severity.WARNING,
            Text(
                "Spans that begin or end with a blank: {count} ({share}).",
                "공백으로 시작하거나 끝나는 구간이 {count}개({share})입니다.",
            ),
            Text(
                "Trim them; where there are many, check what the offsets count.",
                "공백을 빼십시오. 많다면 위치를 무엇으로 세었는지 확인하십시오.",
            ),
        ),
        "consistency.crossing": Sentence(
            Severity.NOTICE,
            Text(
                "Spans that begin in another one and end after it: {count} ({share}).",
                "다른 구간 안에서 시작해 그 뒤에서 끝나는 구간이 {count}개({share})입니다.",
            ),
            Text(
                "Many programs take spans that are apart or nested only: decide whether these are meant.",
                "겹치지 않거나 포함된 구간만 받는 프로그램이 많습니다. 의도한 것인지 확인하십시오.",
            ),
        ),
        "consistency.nested": Sentence(
            Severity.NOTICE,
            Text(
                "Spans that lie inside another one: {count} ({share}).",
                "다른 구간 안에 든 구간이 {count}개({share})입니다.",
            ),
            _KNOW,
        ),
        "consistency.stray": Sentence(
            Severity.WARNING,
            Text(
                "Spans that begin with I-, E- or L- and none of their own before it: {count}.",
                "앞에 같은 구간 없이 I-, E-, L-로 시작하는 구간이 {count}개 있습니다.",
            ),
            Text(
                "Right in the older scheme IOB1; otherwise the beginnings are missing.",
                "옛 방식인 IOB1이라면 맞습니다. 아니면 시작 태그가 빠진 것입니다.",
            ),
        ),
        "consistency.names": Sentence(
            Severity.WARNING,
            Text(
                "Documents with the name of another one: {count} ({share}).",
                "다른 문서와 이름이 같은 문서가 {count}건({share})입니다.",
            ),
            Text("Give each a name of its own.", "문서마다 다른 이름을 붙이십시오."),
        ),
        "consistency.rebuilt": Sentence(
            Severity.NOTICE,
            Text(
                "The texts were put together from tokens: what stood between them nobody knows.",
                "글을 토큰으로 다시 이었습니다. 토큰 사이에 무엇이 있었는지는 알 수 없습니다.",
            ),
            _KNOW,
        ),
        "consistency.encodings": Sentence(
            Severity.NOTICE,
            Text("The files have {count} encodings.", "파일의 인코딩이 {count}가지입니다."),
            _KNOW,
        ),
        "completeness.empty": Sentence(
            Severity.WARNING,
            Text(
                "Texts without anything in them: {count} ({share}).",
                "내용이 없는 글이 {count}건({share})입니다.",
            ),
            Text("Leave them out, or get them anew.", "빼거나 다시 받으십시오."),
        ),
        "completeness.no-spans": Sentence(
            Severity.NOTICE,
            Text("There are no annotations.", "주석이 없습니다."),
            Text(
                "For supervised learning add brat files, JSON lines with spans, or columns with tags.",
                "지도 학습에 쓰려면 brat 파일, 구간이 있는 JSON Lines, 태그 열을 추가하십시오.",
            ),
        ),
        "completeness.spanless": Sentence(
            Severity.NOTICE,
            Text(
                "Texts without an annotation: {count} ({share}).",
                "주석이 없는 글이 {count}건({share})입니다.",
            ),
            Text(
                "Right if nothing is to be found there; otherwise they were forgotten.",
                "찾을 것이 없는 글이라면 괜찮습니다. 아니면 빠뜨린 것입니다.",
            ),
        ),
        "completeness.relations": Sentence(
            Severity.NOTICE,
            Text(
                "Relations and events between annotations, which are not kept: {count}.",
                "주석 사이의 관계와 사건 {count}개는 담지 않습니다.",
            ),
            _KNOW,
        ),
        "completeness.unplaced": Sentence(
            Severity.WARNING,
            Text(
                "Files of annotations without a text: {count}.",
                "글이 없는 주석 파일이 {count}개 있습니다.",
            ),
            Text("Find the missing texts.", "빠진 글을 찾으십시오."),
        ),
        "completeness.left-out": Sentence(
            Severity.NOTICE,
            Text(
                "Left out: links ({links}) and files of other kinds ({others}).",
                "링크 {links}개와 다른 종류의 파일 {others}개는 제외했습니다.",
            ),
            Text(
                "Put texts in the folder itself if they belong to it.",
                "포함할 글은 폴더 안에 직접 두십시오.",
            ),
        ),
        "similarity.copies": Sentence(
            Severity.WARNING,
            Text(
                "Texts that repeat an earlier one: {count} ({share}); for instance documents {examples}.",
                "앞의 글과 같은 글이 {count}건({share})입니다. 예: {examples}번째 문서.",
            ),
            Text("Keep one of each.", "하나씩만 남기십시오."),
        ),
        "similarity.near": Sentence(
            Severity.NOTICE,
            Text(
                "Texts that are nearly an earlier one, as estimated (runs of five characters in common: 0.8 or "
                "more of all): {count} ({share}); for instance documents {examples}.",
                "앞의 글과 거의 같은 글(추정: 다섯 글자 조각의 0.8 이상이 공통)이 {count}건({share})입니다. 예: "
                "{examples}번째 문서.",
            ),
            Text(
                "Keep groups of them in one part, or thin them out.",
                "비슷한 것끼리 같은 쪽에 두거나 솎아 내십시오.",
            ),
        ),
        "similarity.split-leak": Sentence(
            Severity.ERROR,
            Text(
                "Texts that stand in another part too (train, validation, test): {count} ({share}); for "
                "instance documents {examples}.",
                "다른 쪽(학습·검증·시험)에도 있는 글이 {count}건({share})입니다. 예: {examples}번째 문서.",
            ),
            Text(
                "Keep each in one part: what is tested must be unseen.",
                "한쪽에만 두십시오. 시험 자료는 처음 보는 것이어야 합니다.",
            ),
        ),
        "similarity.near-leak": Sentence(
            Severity.WARNING,
            Text(
                "Texts that are nearly one of another part, as estimated (runs of five characters in common: "
                "0.8 or more of all): {count} ({share}); for instance documents {examples}.",
                "다른 쪽의 글과 거의 같은 글(추정: 다섯 글자 조각의 0.8 이상이 공통)이 {count}건({share})입니다. 예: "
                "{examples}번째 문서.",
            ),
            Text(
                "Look at them, and keep those that say the same in one part.",
                "살펴보고 내용이 같은 것은 한쪽에만 두십시오.",
            ),
        ),
        "similarity.repeated": Sentence(
            Severity.WARNING,
            Text(
                "Spans that repeat another one with place and tag: {count} ({share}).",
                "자리와 태그가 같은 구간이 {count}개({share}) 더 있습니다.",
            ),
            Text("Keep one of each.", "하나씩만 남기십시오."),
        ),
        "similarity.cut": Sentence(
            Severity.WARNING,
            Text(
                "There are so many texts, or so many that agree in part, that the search for near copies was "
                "cut short.",
                "글이 너무 많거나 부분적으로 일치하는 글이 너무 많아 거의 같은 글 찾기를 중간에 그쳤습니다.",
            ),
            Text("Inspect parts of the corpus by themselves.", "말뭉치를 나누어 점검하십시오."),
        ),
        "diversity.few": Sentence(
            Severity.NOTICE,
            Text("Few texts: {count}.", "글이 {count}건뿐입니다."),
            Text(
                "Gather more, or begin from a trained model.",
                "더 모으거나 학습된 모델에서 시작하십시오.",
            ),
        ),
        "balance.one-tag": Sentence(
            Severity.NOTICE,
            Text("There is only one tag.", "태그가 하나뿐입니다."),
            _KNOW,
        ),
        "balance.rare-tags": Sentence(
            Severity.WARNING,
            Text(
                "Tags that stand there fewer than {least} times: {count}.",
                "{least}번도 나오지 않는 태그가 {count}개 있습니다.",
            ),
            Text("Gather more of them, or join tags.", "더 모으거나 태그를 합치십시오."),
        ),
        "balance.uneven": Sentence(
            Severity.NOTICE,
            Text(
                "The most frequent tag stands there {times} times as often as the rarest.",
                "가장 흔한 태그가 가장 드문 태그의 {times}배입니다.",
            ),
            Text("Measure each tag by itself.", "태그별로 평가하십시오."),
        ),
    }
)
"""Code of a finding -> what it says."""
