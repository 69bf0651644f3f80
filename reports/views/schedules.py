"""What is sent by e-mail: schedules, their log, and how one stops it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.exceptions import Conflict
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from reports.actions import deliveries, schedules
from reports.actions.inputs import Owned
from reports.forms.schedules import ScheduleForm
from reports.models import MailingState, Schedule
from reports.queries.deliveries import PAGE_SIZE, Log, ScheduleRow, delivery_of, log, schedule_row, schedule_rows
from reports.views.answers import answer, reader


@require_safe
def schedule_list(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    rows = schedule_rows(user, at=timezone.now())
    context = {"rows": rows, "title": _claim(rows), "may_schedule": allowed(user, "report.schedule")}
    return render(
        request, "reports/schedule_list.html", context | _log_context(request, log(user, state=_state(request)))
    )


def _claim(rows: tuple[ScheduleRow, ...]) -> str:
    if failed := sum(row.failed for row in rows):
        return ngettext("%(n)d e-mail could not be sent", "%(n)d e-mails could not be sent", failed) % {"n": failed}
    if waiting := sum(row.waiting for row in rows):
        return ngettext("%(n)d e-mail waits to be sent", "%(n)d e-mails wait to be sent", waiting) % {"n": waiting}
    active = sum(row.schedule.is_active for row in rows)
    if not active:
        return _("Nothing is sent by e-mail")
    return ngettext("%(n)d schedule sends in time", "%(n)d schedules send in time", active) % {"n": active}


def _state(request: HttpRequest) -> str:
    return request.GET.get("state", "")


def _log_context(request: HttpRequest, found: Log) -> dict[str, Any]:
    state = _state(request)
    tabs = [{"label": _("All"), "url": "?state=", "active": state not in MailingState.values, "count": found.total}]
    tabs += [
        {
            "label": each.label,
            "url": f"?state={each.value}",
            "active": state == each.value,
            "count": found.counts.get(each.value, 0),
        }
        for each in MailingState
    ]
    return {"page": Paginator(found.rows, PAGE_SIZE).get_page(request.GET.get("page")), "tabs": tabs}


@require_safe
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    row = schedule_row(user, pk, at=timezone.now())
    one = row.schedule
    context = {
        "row": row,
        "one": one,
        "may_schedule": allowed(user, "report.schedule", Owned(one.team_id)),
        "may_see_history": allowed(user, "audit.view"),
        "recipients": schedules.recipients(one),
        "unwanted": one.unsubscriptions.count(),
        "weekday": WEEKDAYS[one.weekday],
    }
    return render(
        request,
        "reports/schedule.html",
        context | _log_context(request, log(user, schedule=one, state=_state(request))),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    require(user, "report.schedule")
    form = ScheduleForm(request.POST or None)
    return answer(
        request,
        form,
        lambda: schedules.create(user, form.given(), at=timezone.now()),
        context={"title": _("Send by e-mail"), "back": reverse("reports:schedule-list")},
        template="reports/schedule_form.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = schedule_row(user, pk, at=timezone.now()).schedule
    require(user, "report.schedule", Owned(one.team_id))
    form = ScheduleForm(request.POST or None, schedule=one)
    return answer(
        request,
        form,
        lambda: schedules.edit(user, one, form.given(), version=form.cleaned_data["version"], at=timezone.now()),
        context={"title": _("Change %(name)s") % {"name": one.name}, "one": one, "back": one.get_absolute_url()},
        template="reports/schedule_form.html",
        theirs=lambda row: ScheduleForm(schedule=row),
    )


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """`active` 1 resumes it."""
    user = reader(request)
    one = _found(user, pk)
    wanted = request.POST.get("active") == "1"
    schedules.set_active(user, one, active=wanted, at=timezone.now())
    messages.success(
        request, (_("%(name)s is sent again.") if wanted else _("%(name)s is paused.")) % {"name": one.name}
    )
    return redirect(one)


@require_POST
def wanted(request: HttpRequest, pk: int) -> HttpResponse:
    """The reader's own wish: `wanted` 1 for these e-mails, else for none of them."""
    user = reader(request)
    one = _found(user, pk)
    yes = request.POST.get("wanted") == "1"
    schedules.subscribe(user, one, wanted=yes, at=timezone.now())
    messages.success(
        request, (_("You get %(name)s.") if yes else _("You get no more of %(name)s.")) % {"name": one.name}
    )
    return redirect("reports:schedule-list")


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    require(user, "report.schedule")
    row = delivery_of(user, pk)
    try:
        deliveries.send_again(user, row, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is sent to %(address)s once more.") % {"address": row.address})
    return redirect(row.schedule)


@require_safe
def open_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the link of an e-mail leads; permission is asked there as usual."""
    user = reader(request)
    return redirect(deliveries.opened(user, delivery_of(user, pk), at=timezone.now()))


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an e-mail: a person is asked first, a mail program that posts is not (RFC 8058). Needs no session, and so
    nothing that another site could ride on: the token does one thing only."""
    one, user = schedules.unsubscribed_by(token)
    done = request.method == "POST"
    if done:
        schedules.unsubscribe(token, at=timezone.now())
    response = render(request, "reports/unsubscribe.html", {"one": one, "address": _masked(user.email), "done": done})
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _masked(address: str) -> str:
    """Enough to know one's own, too little for whoever was forwarded the e-mail."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}…@{host}"


def _found(user: User, pk: int) -> Schedule:
    return schedule_row(user, pk, at=timezone.now()).schedule
