"""What a risk may cost, on its page: estimates, and what its treatments are worth."""

from __future__ import annotations

import datetime as dt

from relportal.core.models import User
from risks.models import Risk


def money_section(user: User, risk: Risk, *, at: dt.datetime) -> object | None:
    """What templates/risks/detail_money.html draws; None leaves the section out."""
    _ = user, risk, at  # Nothing yet.
    return None
