"""Reports that were made up, with every part that one can have."""

from __future__ import annotations

from typing import Any

from dure.trials.refusals import contaminated, leak_finding
from dure.trials.reports.reading import Reading

Side = dict[str, str]


def side(value: str, lower: str, upper: str) -> Side:
    return {"value": value, "lower": lower, "upper": upper}


def sides(own: Side, base: Side, over: Side) -> dict[str, Side]:
    return {"algorithm": own, "baseline": base, "difference": over}


ACCURACY = sides(
    side("0.84", "0.81", "0.87"), side("0.61", "0.58", "0.64"), side("0.23", "0.2", "0.26")
)
F1 = sides(side("0.79", "0.75", "0.82"), side("0.3", "0.28", "0.32"), side("0.49", "0.45", "0.52"))
WITHHELD = "withheld"
RESULT: dict[str, Any] = {
    "outcome": "ok",
    "task": "tabular-classification",
    "rows": "1200",
    "interval": "95 %",
    "baseline": "majority",
    "figures": {"accuracy": ACCURACY, "f1-macro": F1},
}
DETAILS: dict[str, Any] = {
    "held": ["balanced-accuracy", "roc-auc"],
    "floors": {"accuracy": "0.7"},
    "p": {"accuracy": "0.001", "f1-macro": "1"},
    "support": [
        ["120", "60", "180"],
        [WITHHELD, WITHHELD, "170"],
        ["500", "350", "850"],
        [WITHHELD, WITHHELD, "1200"],
    ],
    "subgroups": [
        {"accuracy": side("0.88", "0.82", "0.93"), "f1-macro": side("0.8", "0.7", "0.9")},
        {"accuracy": WITHHELD, "f1-macro": side("0.6", "0.5", "0.7")},
    ],
    "calibration": {
        "error": side("0.05", "0.03", "0.08"),
        "bins": [
            {"from": "0.5", "to": "0.8", "rows": "440", "confidence": "0.71", "share": side("0.64", "0.58", "0.7")},
            {"from": "0.8", "to": "1", "rows": "760", "confidence": "0.93", "share": side("0.86", "0.83", "0.89")},
        ],
    },
    "robustness": {
        "outcome": "ok",
        "metric": "accuracy",
        "curves": {
            "noise": [
                {"level": "0.25", "rows": "75", "figure": side("0.8", "0.7", "0.88")},
                {"level": "1", "rows": "80", "figure": side("0.62", "0.5", "0.72")},
            ],
            "missing": [{"level": "0.3", "rows": WITHHELD, "figure": WITHHELD}],
        },
    },
}  # fmt: skip
GATES = [
    {"gate": "schema", "parameters": {}, "passage": "passed"},
    {"gate": "cells", "parameters": {"least": "10"}, "passage": "passed"},
]
EVIDENCE: dict[str, Any] = {
    "agency": "alpha",
    "gates": GATES,
    "limits": {"memory_mib": 512, "wall_s": 60},
    "metrics": ["accuracy", "f1-macro"],
    "runtime": {"name": "plain", "digest": "ab" * 32},
    "seed": 7,
    "tier": "A",
    "floors": {},
}
FINDINGS = (
    leak_finding("run").to_dict(),
    contaminated("b", repeated_exactly=30, repeated_nearly=44)[0].to_dict(),
)


def reading(result: dict[str, Any] | None = None, **changes: Any) -> Reading:
    """Return a sealed report as its owner's checker reads it."""
    told = RESULT if result is None else result
    parts: dict[str, Any] = {
        "id": "a" * 32,
        "algorithm": "risk-forest 2.1",
        "benchmark": "maintenance",
        "benchmark_id": "b" * 64,
        "owner": "bravo",
        "label": "bravo//S//answer-key REL bravo FOR scoring",
        "document": {"result": told},
        "result": told,
        "released": False,
        "evidence": EVIDENCE,
        "findings": (),
        "digests": {"result": "sha256:" + "1" * 64, "evidence": "sha256:" + "2" * 64},
        "subgroups": ("carrier = AA", "carrier = UA"),
    }
    return Reading(**(parts | changes))


def whole(**changes: Any) -> Reading:
    """Return one with every part."""
    resources = {"cpu_s": "16", "wall_s": "16", "memory_mib": "1024", "output_kib": "more"}
    parts: dict[str, Any] = {"findings": FINDINGS, "resources": resources}
    return reading(RESULT | DETAILS, **(parts | changes))
