"""Attempts by what a run hands back or a submission brings."""

from __future__ import annotations

from dure.trials.probes.catalogue.form import Control, Row, family

PARSERS = family(
    "parsers",
    (
        Row("not-a-number", Control.NAIVE, "Predict NaN", "NaN을 예측값으로 내기"),
        Row("infinity", Control.NAIVE, "Predict infinity", "무한대를 예측값으로 내기"),
        Row("overflow", Control.NAIVE, "Predict 1e999", "1e999를 예측값으로 내기"),
        Row(
            "enormous-number",
            Control.NAIVE,
            "Predict a number beyond all measure",
            "터무니없이 큰 수를 예측값으로 내기",
        ),
        Row(
            "long-integer",
            Control.NAIVE,
            "Hide data in 4000 digits of an integer",
            "정수 4000자리에 자료 숨기기",
        ),
        Row(
            "long-decimal",
            Control.NAIVE,
            "Hide data in 4000 decimals",
            "소수 4000자리에 자료 숨기기",
        ),
        Row("truth-for-number", Control.NAIVE, "Predict true for a number", "숫자 대신 참값 내기"),
        Row(
            "duplicate-key",
            Control.NAIVE,
            "Give two predictions for one row",
            "한 행에 예측값 두 개 내기",
        ),
        Row(
            "extra-key",
            Control.NAIVE,
            "Add an entry that nobody asked for",
            "요구하지 않은 항목 끼워 넣기",
        ),
        Row("deep-nesting", Control.NAIVE, "Nest 15,000 deep", "15,000단계로 중첩하기"),
        Row(
            "too-many-rows",
            Control.NAIVE,
            "Predict more rows than there are",
            "행 수보다 많이 예측하기",
        ),
        Row(
            "other-length",
            Control.NAIVE,
            "Announce another number of rows",
            "행 수를 다르게 알리기",
        ),
        Row(
            "second-format",
            Control.NAIVE,
            "Be predictions and an archive at once",
            "예측이면서 압축 파일이기도 한 것 내기",
        ),
        Row("other-form", Control.NAIVE, "Announce another form", "다른 형식이라고 알리기"),
        Row(
            "half-character",
            Control.NAIVE,
            "Predict half a character",
            "반쪽 글자를 예측값으로 내기",
        ),
        Row(
            "control-character",
            Control.NAIVE,
            "Predict a code that steers a terminal",
            "단말기 조종 부호를 예측값으로 내기",
        ),
        Row(
            "direction-mark",
            Control.NAIVE,
            "Predict text that reads backwards",
            "거꾸로 읽히는 글을 예측값으로 내기",
        ),
        Row(
            "unknown-class",
            Control.NAIVE,
            "Predict a row of data for a class",
            "클래스 대신 자료 한 행 내기",
        ),
        Row("score-not-a-number", Control.NAIVE, "Score NaN", "NaN을 채점값으로 내기"),
        Row("score-overflow", Control.NAIVE, "Score 1e999", "1e999를 채점값으로 내기"),
        Row(
            "score-duplicate-key",
            Control.NAIVE,
            "Say two things under one name",
            "한 이름으로 두 값 말하기",
        ),
        Row(
            "score-extra-key",
            Control.NAIVE,
            "Add a note to the score",
            "채점 결과에 쪽지 끼워 넣기",
        ),
        Row(
            "score-long-integer",
            Control.NAIVE,
            "Count 400 digits of rows",
            "행 수를 400자리로 쓰기",
        ),
        Row(
            "score-deep-nesting",
            Control.NAIVE,
            "Nest a score 20,000 deep",
            "채점 결과를 20,000단계로 중첩하기",
        ),
        Row(
            "score-other-metric",
            Control.NAIVE,
            "Name a metric after a row of data",
            "자료 한 행을 지표 이름으로 쓰기",
        ),
        Row("score-text-for-number", Control.NAIVE, "Score in words", "채점값을 글로 쓰기"),
        Row(
            "manifest-climbs",
            Control.NAIVE,
            "Start a program outside the submission",
            "제출물 밖의 프로그램 시작하기",
        ),
        Row(
            "manifest-line-break",
            Control.NAIVE,
            "Forge a line by the submission's words",
            "제출물의 설명으로 줄 위조하기",
        ),
        Row(
            "manifest-terminal-code",
            Control.NAIVE,
            "Steer a terminal by the submission's words",
            "제출물의 설명으로 단말기 조종하기",
        ),
        Row("manifest-endless", Control.NAIVE, "Ask for a year of time", "1년의 시간 요구하기"),
        Row(
            "manifest-unknown-entry",
            Control.NAIVE,
            "Ask for the host's network",
            "호스트의 네트워크 요구하기",
        ),
        Row(
            "manifest-unknown-runtime",
            Control.NAIVE,
            "Ask for the host for a runtime",
            "실행 환경으로 호스트 요구하기",
        ),
        Row(
            "header-two-spellings",
            Control.NAIVE,
            "Spell a signed header another way",
            "서명된 머리글을 다르게 쓰기",
        ),
        Row(
            "header-fraction",
            Control.NAIVE,
            "Put a fraction into a signed header",
            "서명된 머리글에 소수 넣기",
        ),
        Row(
            "header-duplicate-key",
            Control.NAIVE,
            "Say two sizes in a header",
            "머리글에 크기를 두 번 쓰기",
        ),
        Row(
            "header-deep-nesting",
            Control.NAIVE,
            "Nest a header 50,000 deep",
            "머리글을 50,000단계로 중첩하기",
        ),
    ),
)

ARCHIVES = family(
    "archives",
    (
        Row("climbs-out", Control.NAIVE, "Unpack above the folder", "폴더 위쪽에 풀기"),
        Row("absolute-name", Control.NAIVE, "Unpack to any path", "임의의 경로에 풀기"),
        Row(
            "link",
            Control.NAIVE,
            "Pack a link to a file of the host",
            "호스트 파일로 가는 링크 담기",
        ),
        Row(
            "second-name", Control.NAIVE, "Pack a second name of a file", "파일의 두 번째 이름 담기"
        ),
        Row("through-a-link", Control.NAIVE, "Unpack through a link", "링크를 거쳐 풀기"),
        Row("pipe", Control.NAIVE, "Pack a pipe", "파이프 담기"),
        Row(
            "set-user-id", Control.NAIVE, "Pack a set-user-ID program", "set-user-ID 프로그램 담기"
        ),
        Row("hidden-name", Control.NAIVE, "Pack a hidden file", "숨김 파일 담기"),
        Row(
            "name-twice", Control.NAIVE, "Pack two files of one name", "이름이 같은 파일 두 개 담기"
        ),
        Row(
            "line-break-in-name",
            Control.NAIVE,
            "Pack a name with a line break",
            "줄바꿈이 든 이름 담기",
        ),
        Row(
            "extended-header",
            Control.NAIVE,
            "Rename a file by an extended header",
            "확장 머리글로 이름 바꾸기",
        ),
        Row(
            "second-format",
            Control.NAIVE,
            "Be two kinds of archive at once",
            "두 가지 압축 형식이 동시에 되기",
        ),
        Row(
            "too-many-files",
            Control.NAIVE,
            "Pack more files than may be",
            "허용된 수보다 많은 파일 담기",
        ),
        Row("bomb", Control.NAIVE, "Pack much into little", "작은 묶음에 큰 내용 담기"),
        Row(
            "folder-link",
            Control.NAIVE,
            "Submit a folder with a link to a file of the host",
            "호스트 파일로 가는 링크가 든 폴더 제출",
        ),
        Row(
            "folder-link-to-folder",
            Control.NAIVE,
            "Submit a folder with a link to a folder of the host",
            "호스트 폴더로 가는 링크가 든 폴더 제출",
        ),
        Row("folder-pipe", Control.NAIVE, "Submit a folder with a pipe", "파이프가 든 폴더 제출"),
    ),
)

MODELS = family(
    "models",
    (
        Row(
            "pickled-predictions",
            Control.NAIVE,
            "Hand back predictions that run code",
            "코드를 실행하는 예측 내기",
        ),
        Row(
            "zipped-predictions",
            Control.NAIVE,
            "Hand back zipped predictions that run code",
            "코드를 실행하는 압축 예측 내기",
        ),
        Row(
            "pickled-package",
            Control.NAIVE,
            "Submit a package that runs code",
            "코드를 실행하는 묶음 제출",
        ),
        Row(
            "zipped-package",
            Control.NAIVE,
            "Submit a zipped model that runs code",
            "코드를 실행하는 압축 모델 제출",
        ),
        Row(
            "pickled-weights",
            Control.NAIVE,
            "Submit weights that run code",
            "코드를 실행하는 가중치 제출",
        ),
        Row(
            "renamed-weights",
            Control.NAIVE,
            "Submit such weights under another name",
            "이름을 바꾼 그런 가중치 제출",
        ),
        Row(
            "zipped-weights",
            Control.NAIVE,
            "Submit zipped weights that run code",
            "코드를 실행하는 압축 가중치 제출",
        ),
        Row(
            "array-of-objects",
            Control.NAIVE,
            "Submit an array that runs code",
            "코드를 실행하는 배열 제출",
        ),
        Row(
            "onnx-absolute-weights",
            Control.BARE,
            "Take a file of the host for an ONNX model's weights",
            "호스트 파일을 ONNX 모델의 가중치로 읽기",
        ),
        Row(
            "onnx-climbing-weights",
            Control.BARE,
            "Take weights from above the model's folder",
            "모델 폴더 위쪽에서 가중치 읽기",
        ),
        Row(
            "onnx-weights-of-a-process",
            Control.BARE,
            "Take weights through a process of the host",
            "호스트 프로세스를 거쳐 가중치 읽기",
        ),
        Row(
            "custom-library",
            Control.BARE,
            "Load a library that came with the model",
            "모델에 딸려 온 라이브러리 불러오기",
        ),
    ),
)
