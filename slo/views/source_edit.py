"""Creating, editing, trying and deleting a source."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.editing import attempt
from relportal.core.exceptions import Conflict, Invalid, Missing, Unavailable
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from slo.actions.sources import create_source, delete_source, try_source, update_source
from slo.forms.sources import SourceForm
from slo.models import Source


@require_http_methods(["GET", "HEAD", "POST"])
def source_create(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "source.edit")
    form = SourceForm(request.POST or None)
    context: dict[str, Any] = {"title": _("New source"), "cancel": reverse("slo:source-list")}
    status = 200
    if "try" in request.POST:
        context |= _tried(user, form, None)
    elif request.method == "POST":
        done = attempt(
            form,
            lambda: create_source(
                user,
                slug=form.cleaned_data["slug"],
                fields=form.source_fields(),
                secret=form.cleaned_data["secret"],
                at=timezone.now(),
            ),
        )
        if done.saved:
            messages.success(request, _("%(name)s is a source now.") % {"name": done.saved})
            return redirect(done.saved)
        status, context = done.status, context | done.context
    return render(request, "slo/source_form.html", context | {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def source_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "source.edit")
    source = find_source(slug)
    form = SourceForm(request.POST or None, source=source)
    context: dict[str, Any] = {
        "title": _("Edit %(name)s") % {"name": source},
        "source": source,
        "cancel": source.get_absolute_url(),
    }
    status = 200
    if "try" in request.POST:
        context |= _tried(user, form, source)
    elif request.method == "POST":
        done = attempt(
            form,
            lambda: update_source(
                user,
                source,
                version=form.cleaned_data["version"],
                fields=form.source_fields(),
                secret=form.cleaned_data["secret"] or None,
                at=timezone.now(),
            ),
            theirs=lambda row: SourceForm(source=row),
        )
        if done.saved:
            messages.success(request, _("%(name)s is saved.") % {"name": done.saved})
            return redirect(done.saved)
        status, context = done.status, context | done.context
    return render(request, "slo/source_form.html", context | {"form": form}, status=status)


@require_POST
def source_test(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks a saved source what it is; the answer, or why there is none, comes as a message on its page."""
    user = viewer(request)
    require(user, "source.edit")
    source = find_source(slug)
    try:
        build = try_source(user, source)
    except (Invalid, Unavailable) as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("It answers: %(product)s %(version)s.") % {"product": build.product, "version": build.version}
        )
    return redirect(source)


@require_POST
def source_delete(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "source.edit")
    source = find_source(slug)
    try:
        delete_source(user, source, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(source)
    messages.success(request, _("%(name)s is deleted.") % {"name": source})
    return redirect("slo:source-list")


def _tried(user: User, form: SourceForm, source: Source | None) -> dict[str, Any]:
    """What the typed address answers; nothing is saved. A stored secret is only sent to the host it was stored for."""
    if not form.is_valid():
        return {}
    row = form.unsaved(source.slug if source else form.cleaned_data["slug"])
    secret = form.cleaned_data["secret"]
    if source is not None and not secret and row.url.rstrip("/") == source.url.rstrip("/"):
        row.secret = source.secret
    try:
        build = try_source(user, row, secret=secret or (None if row.secret else ""))
    except Invalid as error:
        form.refuse(error.errors)
        return {}
    except Unavailable as error:
        form.add_error("url", str(error))
        return {}
    return {"build": build}


def find_source(slug: str) -> Source:
    source = Source.objects.filter(slug=slug).first()
    if source is None:
        raise Missing(_("There is no source %(slug)s.") % {"slug": slug})
    return source
