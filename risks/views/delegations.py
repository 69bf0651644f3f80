"""Who signs for whom, and from when to when."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.editing import attempt
from relportal.core.exceptions import Conflict, Missing
from relportal.core.models import User
from relportal.core.permissions import able, allowed, require
from risks.actions.delegations import delegate, revoke
from risks.forms.exceptions import DelegateForm
from risks.models import Delegation
from risks.queries.exceptions import delegations as queries
from risks.views.exceptions import reader


@require_http_methods(["GET", "HEAD", "POST"])
def delegation_list(request: HttpRequest) -> HttpResponse:
    user, at = reader(request), timezone.now()
    form, status = DelegateForm(people=able("exception.sign").exclude(pk=user.pk)), 200
    if request.method == "POST":
        require(user, "exception.sign")
        form = DelegateForm(request.POST, people=able("exception.sign").exclude(pk=user.pk))
        tried = attempt(form, lambda: _delegated(user, form, at=at))
        if tried.saved is not None:
            messages.success(request, _("%(name)s has been told.") % {"name": tried.saved.delegate})
            return redirect("risks:delegation-list")
        status = tried.status
    context = {
        "found": queries.delegations(user, at=at),
        "form": form,
        "may_delegate": allowed(user, "exception.sign"),
    }
    return render(request, "risks/delegation_list.html", context, status=status)


def _delegated(user: User, form: DelegateForm, *, at: dt.datetime) -> Delegation:
    given = form.cleaned_data
    days = {"starts_on": given["starts_on"], "ends_on": given["ends_on"]}
    return delegate(user, given["delegate"], reason=given["reason"], at=at, **days)


@require_POST
def delegation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    require(user, "exception.sign")
    row = queries.visible(user).filter(pk=pk, person=user).first()
    if row is None:
        raise Missing(_("There is no such delegation."))
    try:
        revoke(user, row, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s no longer signs for you.") % {"name": row.delegate})
    return redirect("risks:delegation-list")
