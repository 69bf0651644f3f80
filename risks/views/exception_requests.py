"""Asking for an exception, with the path that it would take before anything is sent; and renewing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.editing import attempt
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions.exceptions import renew, request
from risks.forms.exceptions import RenewForm, RequestForm
from risks.models import ExceptionKind, GovernanceException
from risks.queries.exceptions import detail as queries
from risks.queries.exceptions.path import Preview, preview
from risks.queries.exceptions.subject import subject_of
from risks.views.exceptions import reader

SUBJECTS = {
    "risk": ("RISK", ExceptionKind.RISK),
    "objective": ("SLO", ExceptionKind.SLO),
    "action": ("ACT", ExceptionKind.ACTION),
}


@require_http_methods(["GET", "HEAD", "POST"])
def create(http: HttpRequest) -> HttpResponse:
    """Posting with `preview` shows the path and writes nothing, for pages without scripts."""
    user = reader(http)
    require(user, "exception.request")
    if http.method != "POST":
        form = RequestForm(initial=_initial(http.GET), user=user)
        # Read as if it had been sent, to show the path of what the address names.
        path = _path(RequestForm(_initial(http.GET), user=user), user)
        return _page(http, form, path=path)
    form = RequestForm(http.POST, user=user)
    if http.POST.get("preview"):
        path = _path(form, user)
        return _page(http, RequestForm(initial=http.POST.dict(), user=user), path=path)
    tried = attempt(form, lambda: request(user, form.asked(), at=timezone.now()))
    if tried.saved is None:
        return _page(http, form, path=_path(form, user), status=tried.status)
    return _asked(http, tried.saved)


@require_POST
def path_preview(http: HttpRequest) -> HttpResponse:
    """The fragment beside the form, as it is filled in."""
    user = reader(http)
    require(user, "exception.request")
    path = _path(RequestForm(http.POST, user=user), user)
    return render(http, "risks/exception_path.html", {"path": path})


@require_http_methods(["GET", "HEAD", "POST"])
def again(http: HttpRequest, pk: int) -> HttpResponse:
    user = reader(http)
    require(user, "exception.request")
    old = queries.visible(user, pk)
    form = RenewForm(http.POST or None, old=old)
    status, context = 200, {}
    if http.method == "POST":
        tried = attempt(form, lambda: renew(user, old, form.asked(), at=timezone.now()))
        if tried.saved is not None:
            return _asked(http, tried.saved)
        status, context = tried.status, tried.context
    context |= {"form": form, "old": old, "path": preview(user, old.kind, subject_of(old), at=timezone.now())}
    return render(http, "risks/exception_form.html", context, status=status)


def _initial(query: QueryDict) -> dict[str, Any]:
    """What the page that led here has named: `risk`, `objective` or `action` by number, or a `kind`."""
    for name, (prefix, kind) in SUBJECTS.items():
        number = query.get(name, "")
        if number.isascii() and number.isdigit() and len(number) < 10:
            return {"kind": kind.value, name: f"{prefix}-{number}"}
    kind_given = query.get("kind", "")
    found: dict[str, Any] = {"kind": kind_given if kind_given in ExceptionKind.values else ExceptionKind.RISK.value}
    service = query.get("service", "")
    if service.isascii() and service.isdigit() and len(service) < 10:
        found["service"] = service
    return found | {"title": query.get("title", "")[:200]}


def _path(form: RequestForm, user: User) -> Preview | None:
    """Of what is filled in so far; None as long as it does not say what it is about."""
    form.is_valid()
    kind = form.cleaned_data.get("kind", "")
    subject = form.subject()
    named = {
        ExceptionKind.RISK: subject.risk,
        ExceptionKind.SLO: subject.objective,
        ExceptionKind.ACTION: subject.action,
    }
    if not kind or named.get(kind, subject) is None:
        return None
    return preview(user, kind, subject, at=timezone.now())


def _page(http: HttpRequest, form: RequestForm, *, path: Preview | None, status: int = 200) -> HttpResponse:
    return render(http, "risks/exception_form.html", {"form": form, "path": path, "old": None}, status=status)


def _asked(http: HttpRequest, made: GovernanceException) -> HttpResponse:
    messages.success(http, _("Asked. Those who sign first have been told."))
    return redirect(made)
