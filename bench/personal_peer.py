"""The peer's side of `bench/personal.py`: pattern-only Presidio, in an interpreter of its own.

Reads a JSON object from standard input (texts to time, rounds, texts with known answers) and writes one
to standard output. The recognisers are called one after the other, without an analyser engine, language
model or context words: the least that Presidio can do for a text. Five of them ship for Korea; cards and
e-mail addresses ship too; for what doesn't ship (phones as a pattern, accounts, plates, service numbers,
addresses) it is given a pattern, written as its own are, with a number's dashes optional.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from importlib.metadata import version

import tldextract
from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, EmailRecognizer
from presidio_analyzer.predefined_recognizers.country_specific.korea.kr_brn_recognizer import (
    KrBrnRecognizer,
)
from presidio_analyzer.predefined_recognizers.country_specific.korea.kr_driver_license_recognizer import (
    KrDriverLicenseRecognizer,
)
from presidio_analyzer.predefined_recognizers.country_specific.korea.kr_frn_recognizer import (
    KrFrnRecognizer,
)
from presidio_analyzer.predefined_recognizers.country_specific.korea.kr_passport_recognizer import (
    KrPassportRecognizer,
)
from presidio_analyzer.predefined_recognizers.country_specific.korea.kr_rrn_recognizer import (
    KrRrnRecognizer,
)

SHIPPED = {
    "resident-number": KrRrnRecognizer,
    "foreigner-number": KrFrnRecognizer,
    "passport": KrPassportRecognizer,
    "driving-licence": KrDriverLicenseRecognizer,
    "business-number": KrBrnRecognizer,
    "payment-card": CreditCardRecognizer,
    "email": EmailRecognizer,
}
GIVEN = {
    "phone": r"(?<!\d)(?:\+82[- ]?|0)(?:1[016789]|2|[3-6][1-5]|70)[- )]?\d{3,4}[- ]?\d{4}(?!\d)",
    "bank-account": r"(?<!\d)\d{2,6}[- ]\d{2,6}[- ]\d{2,8}(?:[- ]\d{1,6})?(?!\d)",
    "vehicle-plate": r"(?<!\d)\d{2,3}[가-힣] ?\d{4}(?!\d)",
    "service-number": r"(?<!\d)\d{2}-?7\d{7}(?!\d)",
    "address": r"(?:[가-힣]+(?:시|도) ?)?[가-힣]+(?:시|군|구) ?[가-힣0-9]+(?:로|길|동|리) ?\d+(?:-\d+)?",
}


def recognisers() -> dict[str, EntityRecognizer]:
    made: dict[str, EntityRecognizer] = {}
    for kind, shipped in SHIPPED.items():
        made[kind] = shipped(supported_language="ko")
    for kind, regex in GIVEN.items():
        made[kind] = PatternRecognizer(
            supported_entity=kind,
            patterns=[Pattern(kind, regex, 0.5)],
            supported_language="ko",
        )
    return made


def found(made: dict[str, EntityRecognizer], text: str) -> list[tuple[str, RecognizerResult]]:
    return [
        (kind, result)
        for kind, recogniser in made.items()
        for result in recogniser.analyze(text, recogniser.supported_entities, None) or []
    ]


def main() -> None:
    # Its e-mail recogniser would fetch the list of public suffixes; the one that it carries does.
    tldextract.extract = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
    given = json.load(sys.stdin)
    made = recognisers()
    seconds, cpu = [], []
    for turn in range(given["rounds"] + 1):
        began, began_cpu = time.perf_counter(), time.process_time()
        for text in given["timed"]:
            found(made, text)
        if turn:
            seconds.append(time.perf_counter() - began)
            cpu.append(time.process_time() - began_cpu)
    answers = [
        [[r.start, r.end, kind, r.score] for kind, r in found(made, text)]
        for text in given["labelled"]
    ]
    answer = {
        "peer": f"presidio-analyzer {version('presidio-analyzer')}, {len(made)} pattern recognisers",
        "seconds": statistics.median(seconds),
        "cpu_seconds": statistics.median(cpu),
        "answers": answers,
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
