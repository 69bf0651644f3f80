"""What belongs to the viewer alone: preferences and API tokens."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.actions.accounts import set_preferences
from relportal.core.actions.tokens import Issued, issue_token, revoke_token, rotate_token
from relportal.core.exceptions import Invalid, Missing
from relportal.core.forms import LifetimeForm, ProfileForm, TokenForm
from relportal.core.models import ApiToken
from relportal.core.models.accounts import Theme
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer

YEAR_S = 365 * 24 * 3600


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    chosen = request.COOKIES.get("theme") or user.theme
    initial = {
        "time_zone": user.time_zone,
        "theme": chosen,
        "single_keys": user.single_key_shortcuts,
        "mail": user.mail,
    }
    return _profile(request, ProfileForm(initial=initial))


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Saves what was sent, and puts the theme into its cookie, which the first byte of the next page follows."""
    user = viewer(request)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _profile(request, form, status=422)
    data = form.cleaned_data
    theme = Theme(data["theme"])
    set_preferences(user, theme=theme, time_zone=data["time_zone"], single_keys=data["single_keys"], mail=data["mail"])
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    messages.success(request, _("Your preferences are saved."))
    response = redirect(back if safe else "core:profile")
    response.set_cookie("theme", theme.value, max_age=YEAR_S, samesite="Lax", secure=settings.SECURE_COOKIES)
    return response


def _profile(request: HttpRequest, form: ProfileForm, *, status: int = 200) -> HttpResponse:
    user = viewer(request)
    held = user.memberships.select_related("team").order_by("role", "team__name")
    return render(request, "core/profile.html", {"form": form, "held": held, "person": user}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view" if request.method != "POST" else "token.edit")
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        at = timezone.now()
        try:
            issued = issue_token(
                user,
                name=form.cleaned_data["name"],
                scopes=form.chosen(),
                expires_at=form.expires_at(at=at),
                at=at,
            )
        except Invalid as error:
            form.refuse(error.errors)
        else:
            return _tokens(request, TokenForm(), issued=issued)
    return _tokens(request, form)


@never_cache
@require_POST
def token_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "token.edit")
    token = ApiToken.objects.filter(pk=pk, user=user).first()
    if token is None:
        raise Missing(_("You have no such token."))
    form = LifetimeForm({"lifetime": request.POST.get("lifetime", "90")})
    if not form.is_valid():
        raise Invalid({"lifetime": _("Choose how long the token lives.")})
    at = timezone.now()
    return _tokens(request, TokenForm(), issued=rotate_token(user, token, expires_at=form.expires_at(at=at), at=at))


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "token.edit")
    tokens = ApiToken.objects.all() if allowed(user, "user.edit") else ApiToken.objects.filter(user=user)
    token = tokens.filter(pk=pk).first()
    if token is None:
        raise Missing(_("You have no such token."))
    revoke_token(user, token, at=timezone.now())
    messages.success(request, _("%(name)s is revoked: whoever uses it is refused from now on.") % {"name": token.name})
    return redirect("core:user-detail", token.user_id) if token.user_id != user.pk else redirect("core:token-list")


def _tokens(request: HttpRequest, form: TokenForm, *, issued: Issued | None = None) -> HttpResponse:
    """`issued` is in this one answer only: a reload does not show it again."""
    user, at = viewer(request), timezone.now()
    tokens = list(ApiToken.objects.filter(user=user).order_by("revoked_at", "-created_at"))
    live = [token for token in tokens if token.revoked_at is None and not (token.expires_at and token.expires_at <= at)]
    context = {
        "form": form,
        "issued": issued,
        "tokens": tokens,
        "live": {token.pk for token in live},
        "title": ngettext("%(n)s working API token", "%(n)s working API tokens", len(live)) % {"n": len(live)},
        "may_edit": allowed(user, "token.edit"),
        "base_url": settings.BASE_URL,
        "ready": bool(settings.TOKEN_PEPPERS),
    }
    return render(request, "core/token_list.html", context, status=422 if form.errors else 200)
