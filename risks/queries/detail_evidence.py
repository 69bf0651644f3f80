"""Files that show something of a risk, on its page."""

from __future__ import annotations

import datetime as dt

from relportal.core.models import User
from risks.models import Risk


def evidence_section(user: User, risk: Risk, *, at: dt.datetime) -> object | None:
    """What templates/risks/detail_evidence.html draws; None leaves the section out."""
    _ = user, risk, at  # Nothing yet.
    return None
