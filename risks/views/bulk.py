"""What is done to the selected rows of the register, and taken back: a form post, which leads back to the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relportal.core import many, saved, undo
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from risks.actions.register_many import Done, close_many, edit_many, reopen_many
from risks.forms.bulk import chosen, numbers

MOST_REASONS: Final = 5


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """`do` is close, or else they become what is chosen."""
    user, at = _editor(request), timezone.now()
    ids, closing = numbers(request.POST), request.POST.get("do") == "close"
    try:
        many.count(ids)
        if closing:
            because = request.POST.get("because", "")[:2000].replace("\0", "")
            done = close_many(user, ids, because=because, at=at)
        else:
            done = edit_many(user, dict.fromkeys(ids, chosen(user, request.POST)), at=at)
    except Invalid as error:
        messages.error(request, str(error))
        return _back(request)
    n = len(done.before)
    if n:
        words = ngettext("%(n)d risk is changed.", "%(n)d risks are changed.", n)
        if closing:
            words = ngettext("%(n)d risk is closed.", "%(n)d risks are closed.", n)
        state = {"closed": closing, "before": list(done.before.items()), "versions": list(done.versions.items())}
        undo.offer(request, words % {"n": n}, url=reverse("risks:bulk-undo"), state=state)
    elif not done.refused:
        messages.info(request, _("They are so already: nothing was changed."))
    _refusals(request, done)
    return _back(request)


@require_POST
def bulk_undo(request: HttpRequest) -> HttpResponse:
    user, at = _editor(request), timezone.now()
    try:
        state: dict[str, Any] = undo.taken(request)
    except Conflict as error:
        messages.error(request, str(error))
        return _back(request)
    before: Mapping[int, Any] = dict(state["before"])
    versions: Mapping[int, int] = dict(state["versions"])
    if state["closed"]:
        done = reopen_many(user, before, versions=versions, at=at)
    else:
        done = edit_many(user, before, versions=versions, at=at)
    if not done.refused:
        messages.success(request, _("Everything is as it was."))
    elif done.before:
        n = len(done.before)
        messages.success(request, ngettext("%(n)d is as it was.", "%(n)d are as they were.", n) % {"n": n})
    _refusals(request, done)
    return _back(request)


def _refusals(request: HttpRequest, done: Done) -> None:
    """Which were left as they are, one sentence for each reason."""
    for why, names in list(done.refused.items())[:MOST_REASONS]:
        words = _("Left as it was: %(names)s. %(why)s")
        messages.error(request, words % {"names": many.listed(names), "why": why})


def _editor(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "risk.edit")
    return user


def _back(request: HttpRequest) -> HttpResponse:
    try:
        query = QueryDict(request.POST.get("back", "")[:2000]).urlencode()
    except ValueError:
        query = ""
    return redirect(saved.address("risks", query))
