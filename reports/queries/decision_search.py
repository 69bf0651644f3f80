"""Asks and decisions in the command palette, and what ASK-3 and DEC-5 lead to."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from relportal.core import company, palette, shortlinks
from relportal.core.models import User
from relportal.core.palette import Group, Hit
from relportal.core.permissions import allowed
from reports.models import Ask, Decision
from reports.queries.asks import AskFilters, found, standing_of
from reports.queries.decision_log import LogFilters, decisions_found
from reports.queries.decision_words import STANDINGS


def find_asks(user: User, text: str, limit: int) -> Group:
    """By id, words or decider; open ones first."""
    if not allowed(user, "report.view"):
        return Group(_("Asks"), [])
    today = company.day(timezone.now())
    rows = found(user, AskFilters(text=text.replace("\0", "")), today=today).order_by("closed_at", "wanted_by")
    hits = []
    for one in rows[:limit]:
        state = standing_of(one, today=today)
        hits.append(
            Hit(
                label=one.title,
                url=one.get_absolute_url(),
                hint=one.short_id,
                band=state.band,
                word=str(STANDINGS[state]),
            )
        )
    return Group(_("Asks"), hits)


def find_decisions(user: User, text: str, limit: int) -> Group:
    """By id, words or who decided; the newest first."""
    if not allowed(user, "report.view"):
        return Group(_("Decisions"), [])
    rows = decisions_found(LogFilters(text=text.replace("\0", "")), today=company.day(timezone.now()))
    hits = [
        Hit(label=one.title, url=one.get_absolute_url(), hint=one.short_id, icon="checkbox")
        for one in rows.order_by("-decided_at", "-pk")[:limit]
    ]
    return Group(_("Decisions"), hits)


def ask_address(user: User, number: int) -> str | None:
    one = Ask.objects.filter(pk=number).first() if allowed(user, "report.view") else None
    return one.get_absolute_url() if one else None


def decision_address(user: User, number: int) -> str | None:
    one = Decision.objects.filter(pk=number).first() if allowed(user, "report.view") else None
    return one.get_absolute_url() if one else None


def offer() -> None:
    palette.provide("asks", find_asks)
    palette.provide("decisions", find_decisions)
    shortlinks.provide("ASK", ask_address)
    shortlinks.provide("DEC", decision_address)
