"""What this app shows on the pages of objectives and actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.models import User
from relportal.core.panels import Page, Panel, register
from risks.models import ExceptionKind
from risks.queries.exceptions.of_subject import OfSubject, of_subject
from slo.models import Objective

# Exceptions: an objective that is not kept for a while, an action that may be late.


def exceptions_of_objective(user: User, objective: Any, at: dt.datetime) -> OfSubject | None:
    one: Objective = objective
    ask = "" if one.retired_at is not None else f"{reverse('risks:exception-create')}?objective={one.pk}"
    return of_subject(user, Q(objective=one), request=ask, at=at)


def exceptions_of_action(user: User, action: Any, at: dt.datetime) -> OfSubject | None:
    one: ActionItem = action
    ask = f"{reverse('risks:exception-create')}?action={one.pk}" if one.is_unfinished else ""
    return of_subject(user, Q(action=one, kind=ExceptionKind.ACTION), request=ask, at=at)


for page, query in ((Page.OBJECTIVE, exceptions_of_objective), (Page.ACTION, exceptions_of_action)):
    register(
        Panel(
            key="exceptions",
            page=page,
            title=_("Exceptions"),
            template="risks/exceptions_panel.html",
            query=query,
            position=30,
        )
    )
