"""The ladder in force and its versions, and the draft of the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core import undo
from relportal.core.exceptions import Conflict, Invalid, Stale
from relportal.core.models import Tier, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from reports.actions import ladder as acts
from reports.domain.ladder import Compare, Ladder
from reports.domain.ladder_lint import faults
from reports.domain.ladder_text import as_json, from_json
from reports.facts import FACTS, MEASURES
from reports.forms.ladder_draft import PublishForm, changed, read
from reports.models import LadderVersion
from reports.queries.ladder.preview import preview
from reports.queries.ladder.versions import Version, current
from reports.queries.ladder.versions import draft as the_draft
from reports.queries.ladder.versions import version as version_of
from reports.queries.ladder.words import COMPARES, level_name, rule_words, sentences


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    return _shown(request, current())


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    require(viewer(request), "report.view")
    return _shown(request, version_of(number))


def _shown(request: HttpRequest, found: Version) -> HttpResponse:
    user = viewer(request)
    require(user, "report.view")
    ladder = found.ladder
    context = {
        "version": found,
        "levels": [
            (level, [(rule, rule_words(rule), FACTS.get(rule.fact)) for rule in ladder.of_level(level.key)])
            for level in reversed(ladder.levels)
        ],
        "minimums": [(tier.label, level_name(ladder, ladder.minimum(tier.value))) for tier in Tier],
        "versions": LadderVersion.objects.published().select_related("created_by"),
        "draft": the_draft(),
        "may_edit": allowed(user, "ladder.edit"),
    }
    return render(request, "reports/ladder_rules.html", context)


def _steward(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "ladder.edit")
    return user


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    acts.begin_draft(_steward(request), at=timezone.now())
    return redirect("reports:ladder-draft")


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Every button of the page sends the whole of it: what was typed is kept, whatever else happens."""
    user = _steward(request)
    row = the_draft()
    if row is None:
        messages.info(request, _("There is no draft: begin a new version here."))
        return redirect("reports:ladder-rules")
    if request.method != "POST":
        return _page(request, row, from_json(row.content), name=row.name)
    sent = read(request.POST)
    try:
        if sent.errors:
            raise Invalid(sent.errors)
        ladder = changed(sent.ladder, request.POST.get("do", "save"))
        given = request.POST.get("version", "")
        seen = int(given) if given.isdecimal() and len(given) < 10 else None
        acts.edit_draft(user, row, name=sent.name, ladder=ladder, version=seen, at=timezone.now())
    except Invalid as error:
        return _page(request, row, sent.ladder, name=sent.name, errors=error.errors, status=422)
    except Stale as error:
        return _page(request, error.current, sent.ladder, name=sent.name, stale=str(error), status=409)
    return redirect("reports:ladder-draft")


def _page(
    request: HttpRequest, row: LadderVersion, shown: Ladder, *, name: str, status: int = 200, **context: Any
) -> HttpResponse:
    found = faults(shown, MEASURES)
    said = sentences(found, shown)
    errors: dict[str, list[str]] = context.get("errors") or {}
    context |= {
        "draft": row,
        "name": name,
        "ladder": shown,
        "levels": [(level, shown.of_level(level.key)) for level in shown.levels],
        "strays": [rule for rule in shown.rules if not shown.rank(rule.level)],
        "minimums": [(tier, shown.minimums.get(tier.value, "")) for tier in Tier],
        "facts": FACTS.values(),
        "compares": [(each.value, COMPARES[each]) for each in Compare],
        "faults": [text for texts in said.values() for text in texts],
        "wrong": said.keys() | errors.keys(),
        "preview": None if found else preview(current(), shown, at=timezone.now()),
        "publish": context.get("publish") or PublishForm(initial={"version": row.version}),
    }
    return render(request, "reports/ladder_draft.html", context, status=status)


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    user = _steward(request)
    row = the_draft()
    if row is None:
        return redirect("reports:ladder-rules")
    form = PublishForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            data = form.cleaned_data
            acts.publish(user, row, note=data["note"], version=data["version"], at=timezone.now())
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            form.add_error(None, str(error))
            status = 409
        else:
            said = _("Version %(n)s is in force. Services are judged by it in a minute.")
            messages.success(request, said % {"n": row.number})
            return redirect("reports:ladder-rules")
    return _page(request, row, from_json(row.content), name=row.name, publish=form, status=status)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    user = _steward(request)
    row = the_draft()
    if row is None:
        return redirect("reports:ladder-rules")
    state = {"name": row.name, "ladder": as_json(from_json(row.content))}
    acts.discard_draft(user, row, at=timezone.now())
    words = _("The draft is gone; version %(n)s stays in force.") % {"n": current().row.number}
    undo.offer(request, words, url=reverse("reports:ladder-restore"), state=state)
    return redirect("reports:ladder-rules")


@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    user, at = _steward(request), timezone.now()
    try:
        state = undo.taken(request)
        if the_draft() is not None:
            raise Conflict(_("Somebody has begun another draft by now."))
        row = acts.begin_draft(user, at=at)
        acts.edit_draft(user, row, name=state["name"], ladder=from_json(state["ladder"]), version=None, at=at)
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
        return redirect("reports:ladder-rules")
    messages.success(request, _("The draft is back."))
    return redirect("reports:ladder-draft")
