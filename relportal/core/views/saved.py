"""Saving, renaming and deleting views of lists; each answer leads back to the list that was open."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relportal.core import saved, undo
from relportal.core.actions.saved_views import create_view, delete_view, update_view
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import SavedView, Team
from relportal.core.permissions import require
from relportal.core.views.base import viewer


@require_POST
def view_create(request: HttpRequest) -> HttpResponse:
    """A name that the same owner has on this list already gets the new filters."""
    user = viewer(request)
    require(user, "view.edit")
    page, query = request.POST.get("page", ""), request.POST.get("query", "")
    name, team = request.POST.get("name", "").strip(), _team(request.POST.get("team", ""))
    if not saved.known(page):
        raise Missing(_("There is no such list."))
    owner = {"team": team} if team else {"user": user}
    same = SavedView.objects.filter(page=page, name=name, **owner).first()
    at = timezone.now()
    try:
        if same is None:
            view = create_view(user, page=page, name=name, query=query, team=team, at=at)
        else:
            view = update_view(user, same, version=None, query=query, at=at)
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
        return redirect(saved.address(page, saved.normal(QueryDict(query[:2000]))))
    messages.success(request, _("“%(name)s” is saved.") % {"name": view.name})
    return redirect(saved.address(view.page, view.query))


@require_POST
def view_rename(request: HttpRequest, pk: int) -> HttpResponse:
    user, view = viewer(request), _view(request, pk)
    try:
        view = update_view(user, view, version=None, name=request.POST.get("name", ""), at=timezone.now())
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The view is called “%(name)s” now.") % {"name": view.name})
    return redirect(saved.address(view.page, view.query))


@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = _view(request, pk)
    state = {"page": view.page, "name": view.name, "query": view.query, "team": view.team.slug if view.team else ""}
    delete_view(viewer(request), view, at=timezone.now())
    text = _("“%(name)s” is deleted.") % {"name": view.name}
    undo.offer(request, text, url=reverse("core:view-restore"), state=state)
    return redirect(saved.address(view.page, view.query))


@require_POST
def view_restore(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "view.edit")
    state = undo.taken(request)
    team = _team(state.pop("team"))
    view = create_view(user, **state, team=team, at=timezone.now())
    messages.success(request, _("“%(name)s” is back.") % {"name": view.name})
    return redirect(saved.address(view.page, view.query))


def _view(request: HttpRequest, pk: int) -> SavedView:
    user = viewer(request)
    require(user, "catalog.view")
    view = SavedView.objects.visible_to(user).select_related("team").filter(pk=pk).first()
    if view is None:
        raise Missing(_("There is no such view."))
    return view


def _team(slug: str) -> Team | None:
    """None for no short name. Raises: Missing."""
    if not slug:
        return None
    team = Team.objects.filter(slug=slug.replace("\0", "")).first()
    if team is None:
        raise Missing(_("There is no team %(slug)s.") % {"slug": slug[:50]})
    return team
