"""Acceptances of a risk on its page: what is in force, what waits for signatures, what has ended."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse

from relportal.core.models import User
from risks.models import Risk
from risks.queries.exceptions.of_subject import OfSubject, of_subject


def exceptions_section(user: User, risk: Risk, *, at: dt.datetime) -> OfSubject | None:
    """What templates/risks/detail_exceptions.html draws; None leaves the section out."""
    ask = "" if risk.is_closed or risk.current_id is None else f"{reverse('risks:exception-create')}?risk={risk.pk}"
    return of_subject(user, Q(risk=risk), request=ask, at=at)
