"""Files that show something of a risk, on its page."""

from __future__ import annotations

from dataclasses import dataclass

from relportal.core.models import User
from risks.models import Evidence, Risk
from risks.queries.detail import may_edit
from risks.queries.evidence import listed


@dataclass(frozen=True, slots=True)
class EvidenceSection:
    rows: tuple[Evidence, ...]
    may_attach: bool


def evidence_section(user: User, risk: Risk) -> EvidenceSection | None:
    """What templates/risks/detail_evidence.html draws; None leaves the section out."""
    rows, may = tuple(listed(risk)), may_edit(user, risk)
    return EvidenceSection(rows, may) if rows or may else None
