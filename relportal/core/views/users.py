"""People and their roles; administrators write here, auditors read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.accounts import set_password_link
from relportal.core.actions import accounts
from relportal.core.exceptions import Conflict, Invalid, Missing, Stale
from relportal.core.filters import Select, chips, selects
from relportal.core.forms import GrantForm, UserForm
from relportal.core.models import ApiToken, Membership, Role, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.queries.people import PeopleFilters, PersonState, people
from relportal.core.views.base import viewer

PAGE_SIZE = 50


@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "user.view")
    filters = PeopleFilters.read(request.GET)
    page = Paginator(people(filters), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = page.paginator.count
    controls = _controls(request.GET)
    context = {
        "page": page,
        "controls": controls,
        "title": ngettext("%(n)s person", "%(n)s people", shown) % {"n": shown},
        "chips": chips(request.GET, controls),
        "wrong": filters.wrong,
        "may_edit": allowed(user, "user.edit"),
    }
    return render(request, "core/user_list.html", context)


def _controls(query: QueryDict) -> tuple[Select, ...]:
    offered = (
        ("role", _("Role"), _("Any role"), Role.choices),
        ("team", _("Team"), _("Any team"), Team.objects.values_list("slug", "name")),
        ("state", _("State"), _("Active"), [(PersonState.INACTIVE.value, _("Deactivated"))]),
    )
    return selects(query, offered)


@require_http_methods(["GET", "HEAD", "POST"])
def user_create(request: HttpRequest) -> HttpResponse:
    actor = viewer(request)
    require(actor, "user.edit")
    data = request.POST if request.method == "POST" else None
    form, grant = UserForm(data), GrantForm(data)
    if data is not None and form.is_valid() & grant.is_valid():
        try:
            made = accounts.create_user(actor, fields=form.user_fields(), grants=(grant.grant(),), at=timezone.now())
        except Invalid as error:
            form.refuse({name: texts for name, texts in error.errors.items() if name not in grant.fields})
            grant.refuse({name: texts for name, texts in error.errors.items() if name in grant.fields})
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            request.session["password_link_for"] = made.pk
            messages.success(request, _("%(name)s is created.") % {"name": made})
            return redirect("core:user-detail", made.pk)
    context = {"form": form, "grant": grant}
    return render(request, "core/user_form.html", context, status=422 if form.errors or grant.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def user_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = viewer(request)
    require(actor, "user.view" if request.method != "POST" else "user.edit")
    person = _person(pk)
    form = UserForm(request.POST if request.method == "POST" else None, person=person)
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            accounts.update_user(
                actor, person, version=form.cleaned_data["version"], fields=form.user_fields(), at=timezone.now()
            )
        except Invalid as error:
            form.refuse(error.errors)
        except Stale as error:
            form.rebase(error.current.version)
            context |= {"stale": str(error), "current": error.current}
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["display_name"]})
            return redirect("core:user-detail", pk)
    return _page(request, person, form=form, grant=GrantForm(), context=context)


@require_POST
def role_grant(request: HttpRequest, pk: int) -> HttpResponse:
    actor = viewer(request)
    require(actor, "user.edit")
    person, grant = _person(pk), GrantForm(request.POST)
    if grant.is_valid():
        try:
            accounts.grant_role(actor, person, grant=grant.grant(), at=timezone.now())
        except Invalid as error:
            grant.refuse(error.errors)
        else:
            messages.success(request, _("The role is given."))
            return redirect("core:user-detail", pk)
    return _page(request, person, form=UserForm(person=person), grant=grant, context={})


@require_POST
def role_revoke(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    held = Membership.objects.filter(pk=membership, user_id=pk).first()
    require(viewer(request), "user.edit")
    if held is None:
        raise Missing(_("This person does not hold that role any more."))
    accounts.revoke_role(viewer(request), held, at=timezone.now())
    messages.success(request, _("The role is taken away."))
    return redirect("core:user-detail", pk)


@require_POST
def user_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    require(viewer(request), "user.edit")
    person = accounts.deactivate_user(viewer(request), _person(pk), at=timezone.now())
    messages.success(request, _("%(name)s is signed out everywhere and may not come back.") % {"name": person})
    return redirect("core:user-detail", pk)


@require_POST
def user_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    require(viewer(request), "user.edit")
    person = accounts.reactivate_user(viewer(request), _person(pk), at=timezone.now())
    messages.success(request, _("%(name)s may sign in again.") % {"name": person})
    return redirect("core:user-detail", pk)


@require_POST
def password_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows a link by which the person chooses a password, once, on the next page."""
    actor = viewer(request)
    require(actor, "user.edit")
    person = _person(pk)
    if not person.is_active:
        raise Conflict(_("%(name)s is deactivated.") % {"name": person})
    accounts.record_password_link(actor, person, at=timezone.now())
    request.session["password_link_for"] = person.pk
    return redirect("core:user-detail", pk)


def _page(
    request: HttpRequest, person: User, *, form: UserForm, grant: GrantForm, context: dict[str, Any]
) -> HttpResponse:
    actor = viewer(request)
    may_edit = allowed(actor, "user.edit")
    new = request.session.get("password_link_for") == person.pk and may_edit
    if new:
        del request.session["password_link_for"]
    context |= {
        "person": person,
        "form": form,
        "grant": grant,
        "held": person.memberships.select_related("team").order_by("role", "team__name"),
        "tokens": ApiToken.objects.filter(user=person, revoked_at=None),
        "link": set_password_link(person) if new else "",
        "may_edit": may_edit,
        "myself": person.pk == actor.pk,
        "history": f"{reverse('core:audit')}?object=user:{person.email}",
    }
    wrong = bool(form.errors or grant.errors)
    return render(request, "core/user_detail.html", context, status=422 if wrong else 200)


def _person(pk: int) -> User:
    person = User.objects.filter(pk=pk).first()
    if person is None:
        raise Missing(_("There is no such person."))
    return person
