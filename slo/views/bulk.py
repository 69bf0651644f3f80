"""What is done to the selected rows of a list, and taken back: a form post, which leads back to the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relportal.core import saved, undo
from relportal.core.actions.catalog_many import FIELDS, edit_services
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from slo.actions.objectives_many import restore_objectives, retire_objectives

# The choice of "no team": an empty one leaves the field as it is.
NO_TEAM: Final = "-"


@require_POST
def services_bulk(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "service.edit")
    slugs = list(dict.fromkeys(text.replace("\0", "") for text in request.POST.getlist("row")))
    chosen = {name: request.POST.get(name, "").replace("\0", "") for name in FIELDS}
    values = {name: None if text == NO_TEAM else text for name, text in chosen.items() if text}
    if slugs and not values:
        messages.error(request, _("Choose what the selected services shall become."))
        return _back(request, "services")

    def act() -> None:
        before = edit_services(user, dict.fromkeys(slugs, values), at=timezone.now())
        if not before:
            messages.info(request, _("They are so already: nothing was changed."))
            return
        text = ngettext("%(n)d service is changed.", "%(n)d services are changed.", len(before)) % {"n": len(before)}
        undo.offer(request, text, url=reverse("slo:services-bulk-undo"), state={"before": before, "after": values})

    return _tried(request, "services", act)


@require_POST
def services_bulk_undo(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "service.edit")
    state = undo.taken(request)

    def act() -> None:
        edit_services(user, state["before"], expected=state["after"], at=timezone.now())
        messages.success(request, _("Everything is as it was."))

    return _tried(request, "services", act)


@require_POST
def objectives_bulk(request: HttpRequest) -> HttpResponse:
    """`do` is retire or restore."""
    user = viewer(request)
    require(user, "objective.edit")
    ids = _numbers(request.POST.getlist("row"))
    restoring = request.POST.get("do") == "restore"

    def act() -> None:
        if restoring:
            restore_objectives(user, ids, at=timezone.now())
            text = ngettext("%(n)d objective is a promise again.", "%(n)d objectives are promises again.", len(ids))
        else:
            retire_objectives(user, ids, at=timezone.now())
            text = ngettext("%(n)d objective is retired.", "%(n)d objectives are retired.", len(ids))
        state = {"ids": ids, "do": "retire" if restoring else "restore"}
        undo.offer(request, text % {"n": len(ids)}, url=reverse("slo:objectives-bulk-undo"), state=state)

    return _tried(request, "objectives", act)


@require_POST
def objectives_bulk_undo(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "objective.edit")
    state: dict[str, Any] = undo.taken(request)

    def act() -> None:
        back = restore_objectives if state["do"] == "restore" else retire_objectives
        back(user, state["ids"], at=timezone.now())
        messages.success(request, _("Everything is as it was."))

    return _tried(request, "objectives", act)


def _tried(request: HttpRequest, page: str, act: Callable[[], None]) -> HttpResponse:
    """What is refused is said on the list: it names the rows that are to be left out."""
    try:
        act()
    except (NotAllowed, Conflict, Invalid) as error:
        messages.error(request, str(error))
    return _back(request, page)


def _back(request: HttpRequest, page: str) -> HttpResponse:
    try:
        query = QueryDict(request.POST.get("back", "")[:2000]).urlencode()
    except ValueError:
        query = ""
    return redirect(saved.address(page, query))


def _numbers(texts: Iterable[str]) -> list[int]:
    """Each once; what is no number is left out, because nothing offers it."""
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16))
