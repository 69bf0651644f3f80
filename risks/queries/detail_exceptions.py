"""Acceptances of a risk on its page: what is in force, what waits for signatures, what has ended."""

from __future__ import annotations

import datetime as dt

from relportal.core.models import User
from risks.models import Risk


def exceptions_section(user: User, risk: Risk, *, at: dt.datetime) -> object | None:
    """What templates/risks/detail_exceptions.html draws; None leaves the section out."""
    _ = user, risk, at  # Nothing yet.
    return None
