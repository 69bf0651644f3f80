"""Teams: who they are and what they own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core import panels
from relportal.core.actions.accounts import create_team, update_team
from relportal.core.exceptions import Conflict, Invalid, Missing, Stale
from relportal.core.forms import TeamForm
from relportal.core.models import Lifecycle, Membership, Service, Team
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer


@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    active = ~Q(services__lifecycle=Lifecycle.RETIRED)
    people = Membership.objects.filter(user__is_active=True).select_related("user").order_by("user__display_name")
    teams = list(
        Team.objects.annotate(service_count=Count("services", filter=active, distinct=True)).prefetch_related(
            Prefetch("memberships", people, to_attr="people")
        )
    )
    for team in teams:
        team.members = len({held.user_id for held in team.people})  # type: ignore[attr-defined]
        team.owners = [held.user for held in team.people if held.role == "service_owner"]  # type: ignore[attr-defined]
    ownerless = len([team for team in teams if not team.owners])  # type: ignore[attr-defined]
    context = {"teams": teams, "title": _claim(len(teams), ownerless), "may_edit": allowed(user, "team.edit")}
    return render(request, "core/team_list.html", context)


@require_safe
def team_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    team = _team(slug)
    held = Membership.objects.filter(team=team, user__is_active=True).select_related("user")
    context = {
        "team": team,
        "held": held.order_by("role", "user__display_name"),
        "services": Service.objects.active().filter(team=team),
        "may_edit": allowed(user, "team.edit"),
        "may_see_people": allowed(user, "user.view"),
        "panels": panels.shown(panels.Page.TEAM, user, team, at=timezone.now()),
        "history": reverse("core:history", args=["team", team.slug]) if allowed(user, "audit.view") else "",
    }
    return render(request, "core/team_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def team_create(request: HttpRequest) -> HttpResponse:
    require(viewer(request), "team.edit")
    return _form(request, None, {"title": _("New team"), "cancel": reverse("core:team-list")})


@require_http_methods(["GET", "HEAD", "POST"])
def team_edit(request: HttpRequest, slug: str) -> HttpResponse:
    require(viewer(request), "team.edit")
    team = _team(slug)
    title = _("Edit %(name)s") % {"name": team.name}
    return _form(request, team, {"title": title, "team": team, "cancel": reverse("core:team-detail", args=[slug])})


def _form(request: HttpRequest, team: Team | None, context: dict[str, Any]) -> HttpResponse:
    form = TeamForm(request.POST if request.method == "POST" else None, team=team)
    if form.is_bound and form.is_valid():
        try:
            saved = _save(request, team, form)
        except Invalid as error:
            form.refuse(error.errors)
        except Stale as error:
            form.rebase(error.current.version)
            context |= {"stale": str(error), "current": error.current}
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
            return redirect("core:team-detail", saved.slug)
    return render(request, "core/team_form.html", context | {"form": form}, status=422 if form.errors else 200)


def _save(request: HttpRequest, team: Team | None, form: TeamForm) -> Team:
    data, at = form.cleaned_data, timezone.now()
    words = {"name": data["name"], "description": data["description"]}
    if team is None:
        return create_team(viewer(request), slug=data["slug"], at=at, **words)
    return update_team(viewer(request), team, version=data["version"], at=at, **words)


def _team(slug: str) -> Team:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise Missing(_("There is no team %(slug)s.") % {"slug": slug})
    return team


def _claim(count: int, ownerless: int) -> str:
    if ownerless:
        return ngettext(
            "%(ownerless)s of %(count)s team has no service owner",
            "%(ownerless)s of %(count)s teams have no service owner",
            count,
        ) % {"ownerless": ownerless, "count": count}
    return ngettext("%(count)s team, with an owner", "%(count)s teams, each with an owner", count) % {"count": count}
