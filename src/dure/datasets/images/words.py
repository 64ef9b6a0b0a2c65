"""The words of each finding about images: how much it matters, what it says, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dure.core.findings import Severity
from dure.core.text import Text
from dure.datasets.inspect.words import Sentence

_LOOK = Text(
    "Look at them; leave out or take again those that can't be used.",
    "살펴보고 쓸 수 없는 것은 빼거나 다시 촬영하십시오.",
)
_MEND = Text(
    "Get them anew from the source, or leave them out.",
    "출처에서 다시 받거나 빼십시오.",
)
_STRIP = Text(
    "De-identify the images (dure datasets deidentify images), which leaves that behind.",
    "이미지를 비식별 처리(dure datasets deidentify images)하면 지워집니다.",
)
_RENAME = Text("Rename these files.", "파일 이름을 바꾸십시오.")
_KNOW = Text("Nothing to do; know it.", "조치할 것은 없으나 알아 두십시오.")

SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "completeness.undecodable": Sentence(
            Severity.ERROR,
            Text(
                "Images that can't be decoded: {count} ({why.en}).",
                "이미지 {count}장을 디코딩할 수 없습니다: {why.ko}.",
            ),
            _MEND,
        ),
        "completeness.left-out": Sentence(
            Severity.NOTICE,
            Text(
                "Left out: links ({links}) and files that are neither images nor targets ({others}).",
                "링크 {links}개와, 이미지도 정답도 아닌 파일 {others}개는 제외했습니다.",
            ),
            Text(
                "Put images in the folder itself if they belong to it.",
                "포함할 이미지는 폴더 안에 직접 두십시오.",
            ),
        ),
        "completeness.no-targets": Sentence(
            Severity.NOTICE,
            Text("There are no targets.", "정답이 없습니다."),
            Text(
                "For supervised learning add COCO or YOLO files, or a folder for each class.",
                "지도 학습에 쓰려면 COCO나 YOLO 파일, 또는 분류별 폴더를 추가하십시오.",
            ),
        ),
        "completeness.untargeted": Sentence(
            Severity.NOTICE,
            Text(
                "Images without a box: {count} ({share}).",
                "상자가 없는 이미지가 {count}장({share})입니다.",
            ),
            Text(
                "Right if nothing is to be found there; otherwise they were forgotten.",
                "찾을 것이 없는 이미지라면 괜찮습니다. 아니면 빠뜨린 것입니다.",
            ),
        ),
        "completeness.unplaced": Sentence(
            Severity.WARNING,
            Text(
                "Boxes of images that are not there: {count}.",
                "폴더에 없는 이미지의 상자가 {count}개 있습니다.",
            ),
            Text(
                "Find the missing images, or take them out of the targets.",
                "빠진 이미지를 찾거나 정답에서 빼십시오.",
            ),
        ),
        "completeness.empty": Sentence(
            Severity.NOTICE,
            Text(
                "Annotations without a box, which are not kept: {count}.",
                "상자가 없는 주석 {count}개는 담지 않습니다.",
            ),
            _KNOW,
        ),
        "completeness.outlines": Sentence(
            Severity.NOTICE,
            Text(
                "Outlines of which only the box around them is kept: {count}.",
                "윤곽선 {count}개는 그것을 둘러싼 상자만 담습니다.",
            ),
            _KNOW,
        ),
        "completeness.without-names": Sentence(
            Severity.WARNING,
            Text(
                "Nobody says what the numbers of the classes mean.",
                "분류 번호의 뜻이 어디에도 없습니다.",
            ),
            Text(
                "Add data.yaml or classes.txt with the names.",
                "이름을 적은 data.yaml이나 classes.txt를 추가하십시오.",
            ),
        ),
        "accuracy.unclassed": Sentence(
            Severity.ERROR,
            Text(
                "Boxes whose class is not among the classes: {count}.",
                "분류 목록에 없는 분류의 상자가 {count}개 있습니다.",
            ),
            Text(
                "Correct the class, or add it to the list.", "분류를 고치거나 목록에 추가하십시오."
            ),
        ),
        "accuracy.malformed": Sentence(
            Severity.ERROR,
            Text("Boxes without area: {count}.", "넓이가 없는 상자가 {count}개 있습니다."),
            Text("Correct or remove them.", "고치거나 지우십시오."),
        ),
        "accuracy.outside": Sentence(
            Severity.WARNING,
            Text(
                "Boxes that reach beyond their image: {count}.",
                "이미지 밖으로 나간 상자가 {count}개 있습니다.",
            ),
            Text(
                "Check the size that they were drawn on, and cut them at the edge.",
                "어떤 크기에서 그렸는지 확인하고 가장자리에서 자르십시오.",
            ),
        ),
        "accuracy.blurred": Sentence(
            Severity.NOTICE,
            Text("Blurred images: {count} ({share}).", "흐릿한 이미지가 {count}장({share})입니다."),
            _LOOK,
        ),
        "accuracy.dark": Sentence(
            Severity.NOTICE,
            Text(
                "Almost black images: {count} ({share}).",
                "거의 검은 이미지가 {count}장({share})입니다.",
            ),
            _LOOK,
        ),
        "accuracy.glaring": Sentence(
            Severity.NOTICE,
            Text(
                "Almost white images: {count} ({share}).",
                "거의 흰 이미지가 {count}장({share})입니다.",
            ),
            _LOOK,
        ),
        "accuracy.torn": Sentence(
            Severity.WARNING,
            Text(
                "Images that look like one of another class: {count}.",
                "다른 분류의 이미지와 거의 같은 이미지가 {count}장 있습니다.",
            ),
            Text(
                "Look at them: one of the two targets is wrong.",
                "둘 중 한 정답이 틀렸는지 살펴보십시오.",
            ),
        ),
        "consistency.suffix": Sentence(
            Severity.NOTICE,
            Text(
                "Images of another format than their names say: {count}.",
                "이름의 확장자와 다른 형식인 이미지가 {count}장 있습니다.",
            ),
            Text("Rename them, so that every program opens them.", "확장자를 바로잡으십시오."),
        ),
        "consistency.trailing": Sentence(
            Severity.WARNING,
            Text(
                "Images that carry bytes after their end, so that something else rides along: {count}.",
                "이미지가 끝난 뒤에 다른 바이트가 붙은 파일이 {count}개 있습니다.",
            ),
            Text(
                "Have the security officer look at them, or write them anew without the rest.",
                "보안 담당자에게 확인을 받거나, 나머지를 떼고 다시 저장하십시오.",
            ),
        ),
        "consistency.frames": Sentence(
            Severity.NOTICE,
            Text(
                "Files with several pictures, of which only the first was looked at: {count}.",
                "여러 장이 든 파일이 {count}개 있습니다. 첫 장만 살폈습니다.",
            ),
            Text("Split them into single images.", "한 장씩 나누어 저장하십시오."),
        ),
        "consistency.modes": Sentence(
            Severity.NOTICE,
            Text(
                "Colour and grey images stand side by side, in {count} kinds of pixels.",
                "컬러와 흑백 등 화소 형식이 {count}가지 섞여 있습니다.",
            ),
            Text("Convert all to one kind before training.", "학습 전에 한 형식으로 바꾸십시오."),
        ),
        "similarity.copies": Sentence(
            Severity.WARNING,
            Text(
                "Exact copies of earlier images: {count} ({share}).",
                "앞의 이미지와 똑같은 이미지가 {count}장({share})입니다.",
            ),
            Text("Keep one of each.", "하나씩만 남기십시오."),
        ),
        "similarity.near": Sentence(
            Severity.NOTICE,
            Text(
                "Images that look almost like another one: {count} ({share}).",
                "다른 이미지와 거의 같은 이미지가 {count}장({share})입니다.",
            ),
            Text(
                "Keep groups of look-alikes in one part, or thin them out.",
                "비슷한 것끼리 같은 쪽에 두거나 솎아 내십시오.",
            ),
        ),
        "similarity.split-leak": Sentence(
            Severity.ERROR,
            Text(
                "Images that look like one of another part (train, validation, test): {count}.",
                "다른 쪽(학습·검증·시험)의 이미지와 거의 같은 이미지가 {count}장 있습니다.",
            ),
            Text(
                "Keep each group of look-alikes in one part: what is tested must be unseen.",
                "비슷한 것끼리 한쪽에만 두십시오. 시험 자료는 처음 보는 것이어야 합니다.",
            ),
        ),
        "similarity.cut": Sentence(
            Severity.WARNING,
            Text(
                "So many images agree in part that the search for look-alikes was cut short.",
                "부분적으로 일치하는 이미지가 너무 많아 비슷한 이미지 찾기를 중간에 그쳤습니다.",
            ),
            Text("Inspect parts of the folder by themselves.", "폴더를 나누어 점검하십시오."),
        ),
        "diversity.blank": Sentence(
            Severity.WARNING,
            Text(
                "Images that are one even surface: {count} ({share}).",
                "아무것도 없는 단색 이미지가 {count}장({share})입니다.",
            ),
            _LOOK,
        ),
        "diversity.few-images": Sentence(
            Severity.NOTICE,
            Text("Few images: {count}.", "이미지가 {count}장뿐입니다."),
            Text(
                "Gather more, or begin from a trained model.",
                "더 모으거나 학습된 모델에서 시작하십시오.",
            ),
        ),
        "diversity.long": Sentence(
            Severity.NOTICE,
            Text(
                "Images more than five times as long as wide: {count}.",
                "가로세로 비가 5배를 넘는 이미지가 {count}장 있습니다.",
            ),
            _LOOK,
        ),
        "relevance.tiny": Sentence(
            Severity.NOTICE,
            Text(
                "Images with a side of less than {least} pixels: {count}.",
                "한 변이 {least}화소보다 작은 이미지가 {count}장 있습니다.",
            ),
            _LOOK,
        ),
        "balance.one-class": Sentence(
            Severity.WARNING,
            Text("There is only one class.", "분류가 하나뿐입니다."),
            Text("Add images of what it is not.", "그 분류가 아닌 이미지를 추가하십시오."),
        ),
        "balance.rare-classes": Sentence(
            Severity.WARNING,
            Text(
                "Classes that stand there fewer than {least} times: {count}.",
                "{least}번도 나오지 않는 분류가 {count}개 있습니다.",
            ),
            Text("Gather more of them, or join classes.", "더 모으거나 분류를 합치십시오."),
        ),
        "balance.uneven": Sentence(
            Severity.NOTICE,
            Text(
                "The most frequent class stands there {times} times as often as the rarest.",
                "가장 흔한 분류가 가장 드문 분류의 {times}배입니다.",
            ),
            Text(
                "Weigh the classes in training, and measure each by itself.",
                "학습할 때 분류에 가중치를 주고 분류별로 평가하십시오.",
            ),
        ),
        "identifiability.located": Sentence(
            Severity.WARNING,
            Text(
                "Images that say where they were taken: {count}.",
                "촬영 위치가 기록된 이미지가 {count}장 있습니다.",
            ),
            Text(
                "Decide whether the position may go along; otherwise write them anew without it.",
                "위치가 함께 나가도 되는지 정하고, 아니면 위치를 지우고 다시 저장하십시오.",
            ),
        ),
        "identifiability.named": Sentence(
            Severity.WARNING,
            Text(
                "Images whose metadata name an author, an artist or an owner: {count}.",
                "메타데이터에 작성자·촬영자·소유자가 적힌 이미지가 {count}장 있습니다.",
            ),
            _STRIP,
        ),
        "identifiability.numbered": Sentence(
            Severity.WARNING,
            Text(
                "Images whose metadata hold serial numbers of a camera or a lens: {count}.",
                "카메라나 렌즈의 일련번호가 적힌 이미지가 {count}장 있습니다.",
            ),
            _STRIP,
        ),
        "identifiability.commented": Sentence(
            Severity.NOTICE,
            Text(
                "Images that carry words beside their pixels (descriptions, comments): {count}.",
                "설명이나 주석이 함께 담긴 이미지가 {count}장 있습니다.",
            ),
            _STRIP,
        ),
        "identifiability.unique": Sentence(
            Severity.ERROR,
            Text(
                "The metadata of {count} images hold {what.en}.",
                "이미지 {count}장의 메타데이터에 {what.ko}이(가) 있습니다.",
            ),
            _STRIP,
        ),
        "identifiability.personal": Sentence(
            Severity.WARNING,
            Text(
                "The metadata of {count} images hold {what.en}.",
                "이미지 {count}장의 메타데이터에 {what.ko}이(가) 있습니다.",
            ),
            _STRIP,
        ),
        "identifiability.unique-names": Sentence(
            Severity.ERROR,
            Text(
                "The names of {count} files hold {what.en}; in order of path, for instance {examples}.",
                "파일 {count}개의 이름에 {what.ko}이(가) 있습니다. 경로순 번호의 예는 {examples}입니다.",
            ),
            _RENAME,
        ),
        "identifiability.personal-names": Sentence(
            Severity.WARNING,
            Text(
                "The names of {count} files hold {what.en}; in order of path, for instance {examples}.",
                "파일 {count}개의 이름에 {what.ko}이(가) 있습니다. 경로순 번호의 예는 {examples}입니다.",
            ),
            _RENAME,
        ),
        "identifiability.pixels": Sentence(
            Severity.INFO,
            Text(
                "Pixels are not read: no face, no plate and no writing in a picture is recognised.",
                "화소는 살피지 않습니다. 그림 속 얼굴, 차량번호, 글자를 알아보지 않습니다.",
            ),
            Text(
                "If people can be seen, state it (shows_people in the statement) and write a privacy record.",
                "사람이 보이면 설명서에 shows_people로 밝히고 개인정보 처리 기록을 쓰십시오.",
            ),
        ),
    }
)
"""Code of a finding -> what it says."""
