"""Errors about folders of images and their targets. Exit statuses 218 to 221."""

from __future__ import annotations

from types import MappingProxyType

from dure.core.errors import DureError, ErrorSpec, table
from dure.core.system import SYSTEM
from dure.core.text import Text

FOLDERS = MappingProxyType(
    {
        "is-folder": Text("it is a folder, and this takes one file", "폴더입니다. 파일 하나가 필요합니다"),
        "no-images": Text(
            "it is a folder without images (.png, .jpg, .webp, .tif, .bmp)",
            "이미지(.png, .jpg, .webp, .tif, .bmp)가 없는 폴더입니다",
        ),
        "too-many": Text("it holds more files than are taken", "파일이 너무 많습니다"),
        "too-deep": Text("its folders are nested too deeply", "하위 폴더가 너무 깊습니다"),
        "not-images": Text("it is a data set without images", "이미지가 없는 데이터셋입니다"),
    }
)  # fmt: skip
"""Why a folder is not taken."""

FILES = MappingProxyType(
    {
        "changed": Text("it changed while it was read", "읽는 동안 바뀌었습니다"),
        "not-regular": Text("it is no longer a regular file", "일반 파일이 아닙니다"),
        "file-size": Text("it is larger than such a file may be", "받을 수 있는 크기를 넘습니다"),
        "name-form": Text(
            "its name is no text, holds a backslash or a character that can't be seen, or is too long",
            "이름이 글자가 아니거나, 역슬래시나 보이지 않는 문자가 있거나, 너무 깁니다",
        ),
        "name-twice": Text(
            "another file has the same name in another spelling of the same letters",
            "같은 글자를 다르게 적은 같은 이름의 파일이 있습니다",
        ),
    }
)
"""Why a file in a folder is not taken."""

DECODING = MappingProxyType(
    {
        "not-image": Text("it is none of the formats that are decoded", "지원하는 이미지 형식이 아닙니다"),
        "damaged": Text("it is damaged or cut off", "손상되었거나 잘렸습니다"),
        "pixels": Text("it has more pixels than are decoded", "화소가 너무 많습니다"),
        "scans": Text(
            "it is stored in more passes than are decoded", "저장된 주사 횟수가 너무 많습니다"
        ),
        "stopped": Text("decoding it went beyond a limit", "디코딩이 한도를 넘었습니다"),
    }
)  # fmt: skip
"""Why an image can't be decoded."""

TARGETS = MappingProxyType(
    {
        "coco-form": Text("it is no COCO file", "COCO 파일이 아닙니다"),
        "coco-twice": Text(
            "two of its images, or of its categories, have one number, or two files name one image",
            "번호가 같은 이미지나 범주가 있거나, 두 파일이 같은 이미지를 가리킵니다",
        ),
        "yolo-line": Text(
            "line {line} is not a class and four numbers between 0 and 1",
            "{line}번째 줄이 분류 번호와 0~1 사이의 수 네 개가 아닙니다",
        ),
        "names-form": Text(
            "line {line}: the list of class names can't be read",
            "{line}번째 줄: 분류 이름 목록을 읽을 수 없습니다",
        ),
        "no-targets": Text("there are no targets of that kind", "그런 정답이 없습니다"),
        "boxes": Text("there are more boxes than are taken", "상자가 너무 많습니다"),
        "classes": Text("there are more classes than are taken", "분류가 너무 많습니다"),
        "size": Text("the files of targets are too large together", "정답 파일이 너무 큽니다"),
        "unclassed": Text(
            "{count} boxes have a class that is not among the classes",
            "분류 목록에 없는 분류의 상자가 {count}개 있습니다",
        ),
        "malformed": Text("{count} boxes have no area", "넓이가 없는 상자가 {count}개 있습니다"),
    }
)
"""Why targets can't be used."""


class ImageError(DureError):
    """A folder of images was refused; nothing of it has been kept. Exit statuses 218 to 221."""

    WORDS = MappingProxyType(
        {"reason": {**SYSTEM, **FOLDERS, **FILES, **TARGETS}, "fault": DECODING}
    )
    TABLE = table(
        [
            ErrorSpec(
                "images.folder",
                218,
                422,
                Text("The folder can't be used.", "폴더를 쓸 수 없습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "dure datasets inspect and import take a folder of images with their targets, or of "
                    "texts; everything else takes one file. Leave out options that are for other data.",
                    "dure datasets inspect와 import는 이미지와 정답의 폴더나 글의 폴더를 읽습니다. 다른 명령에는 "
                    "파일 하나를 지정하고, 다른 자료에 쓰는 선택 항목은 빼십시오.",
                ),
            ),
            ErrorSpec(
                "images.file",
                219,
                422,
                Text("A file in the folder can't be used.", "폴더 안의 파일을 쓸 수 없습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Rename or remove it, or wait until nobody writes to the folder.",
                    "이름을 바꾸거나 치우거나, 폴더에 쓰는 작업이 끝난 뒤 다시 하십시오.",
                ),
            ),
            ErrorSpec(
                "images.targets",
                220,
                422,
                Text("The targets can't be used.", "정답을 쓸 수 없습니다."),
                Text("{name}: {reason.en}.", "{name}: {reason.ko}."),
                Text(
                    "Correct that file, or say which targets to take with --targets.",
                    "그 파일을 고치거나 --targets로 쓸 정답을 지정하십시오.",
                ),
            ),
            ErrorSpec(
                "images.damaged",
                221,
                422,
                Text("Images can't be decoded.", "이미지를 디코딩할 수 없습니다."),
                Text("{name}: {fault.en}.", "{name}: {fault.ko}."),
                Text(
                    "dure datasets inspect lists all of them; mend or remove them, "
                    "or import with --leave-out-damaged.",
                    "dure datasets inspect로 모두 보고 고치거나 치우십시오. "
                    "--leave-out-damaged로 빼고 들여올 수도 있습니다.",
                ),
            ),
        ]
    )
