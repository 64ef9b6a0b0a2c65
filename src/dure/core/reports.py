"""Reports: kind, result, evidence and findings, with a digest of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dure.core.findings import Finding
from dure.core.suites import suite


@dataclass(frozen=True, slots=True)
class Report:
    """What a piece of work came to.

    Parameters
    ----------
    kind
        ``trial``, ``inspection``, ``verification`` and so on.
    schema_version
        Version of the result's form, from 1.
    result
        What may be shown: canonical values; numbers that are not counts are decimal strings.
    evidence
        What it rests on: digests, versions, limits, seeds; canonical values.
    findings
        What was found along the way.
    """

    kind: str
    schema_version: int
    result: Mapping[str, object]
    evidence: Mapping[str, object]
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the report as canonical values, its findings in English."""
        return {
            "kind": self.kind,
            "schema_version": self.schema_version,
            "result": dict(self.result),
            "evidence": dict(self.evidence),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def result_digest(self, suite_name: str) -> str:
        """Return the digest of the result alone: the same for the same inputs and seed."""
        return suite(suite_name).digest("result", dict(self.result))

    def evidence_digest(self, suite_name: str) -> str:
        """Return the digest of the evidence alone."""
        return suite(suite_name).digest("evidence", dict(self.evidence))
