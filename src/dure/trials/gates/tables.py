"""Tables withhold what they must: small cells, and enough others that nobody can work them out.

Scoring proposes which cells are withheld; here that is audited, by running the attacker's own linear
programs. A proposal that leaves one cell too narrow is refused.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dure.core.text import Text
from dure.trials.disclosure.audit import is_protected
from dure.trials.disclosure.sensitive import margins, sensitive
from dure.trials.disclosure.table import CellTable
from dure.trials.figures import figure
from dure.trials.gates.candidate import Candidate
from dure.trials.gates.gate import Gate
from dure.trials.refusals import GateClosed
from dure.trials.strict import WITHHELD


def _let_through(candidate: Candidate) -> Candidate | None:
    if candidate.support is None:
        return None
    table = CellTable(np.array(candidate.support.counts, dtype=np.int64))
    withheld = np.array(candidate.support.withheld, dtype=bool)
    if table.counts.sum() != candidate.rows:
        raise GateClosed("gate.tables", "support")
    primary = sensitive(table, candidate.protection)
    try:
        safe = is_protected(table.values(), withheld, primary, margins(table, candidate.protection))
    except ValueError:
        safe = False
    if not safe:
        raise GateClosed("gate.tables", "support")
    support = [
        [WITHHELD if mark else figure(count) for count, mark in zip(counts, marks, strict=True)]
        for counts, marks in zip(table.all_counts().tolist(), withheld.tolist(), strict=True)
    ]
    return replace(candidate, result={**candidate.result, "support": support})


TABLES = Gate(
    "tables",
    Text(
        "Tables withhold small and dominated cells, and what would give them away",
        "표에서 작거나 지배적인 칸과 이를 드러낼 칸을 숨김",
    ),
    _let_through,
    lambda candidate: {
        "least": str(candidate.protection.least),
        "p_percent": figure(candidate.protection.p_percent),
        "n": str(candidate.protection.n),
        "k_percent": figure(candidate.protection.k_percent),
    },
)
