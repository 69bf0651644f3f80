"""What pages with forms share: who reads, and a form that calls an action and comes back with what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from relportal.core.editing import ActionForm, attempt
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer


def reader(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "report.view")
    return user


def answer(
    request: HttpRequest,
    form: ActionForm,
    do: Callable[[], Any],
    *,
    context: dict[str, Any],
    template: str,
    to: str | None = None,
    theirs: Callable[[Any], ActionForm] | None = None,
    said: str = "",
) -> HttpResponse:
    """The page of a form; sent and accepted it leads `to`, or to the page of what was saved."""
    status = 200
    if request.method == "POST":
        tried = attempt(form, do, theirs=theirs)
        if tried.saved is not None:
            messages.success(request, said or _("Saved."))
            return redirect(to or tried.saved)
        status, context = tried.status, context | tried.context
    return render(request, template, context | {"form": form}, status=status)
