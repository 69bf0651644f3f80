"""Creating, editing, retiring and bringing back a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.actions.catalog import (
    confirm_links,
    create_service,
    restore_service,
    retire_service,
    update_service,
)
from relportal.core.editing import Attempt, attempt
from relportal.core.exceptions import Missing
from relportal.core.models import Service, User
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from slo.forms.services import (
    DependencyFormSet,
    KnownServices,
    LinkFormSet,
    ServiceForm,
    edges_of,
    links_of,
)


@dataclass(slots=True)
class _Editor:
    """The form of a service with its two sets of rows, bound when `data` is there."""

    form: ServiceForm
    links: Any
    dependencies: Any
    known: KnownServices

    def attempt(self, act: Callable[[], Service], *, theirs: Callable[[Service], ServiceForm] | None = None) -> Attempt:
        """Runs `act` when the form and all rows are valid."""
        rows = [self.links.is_valid(), self.dependencies.is_valid()]
        if not all(rows):
            self.form.is_valid()
            return Attempt(status=422)
        return attempt(self.form, act, theirs=theirs)


def _editor(request: HttpRequest, *, user: User, service: Service | None = None) -> _Editor:
    data = request.POST if request.method == "POST" else None
    known = KnownServices(without=service)
    links: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    if service is not None and data is None:
        links = [dict(row) for row in service.links.values("kind", "url", "label")]
        edges = [
            {"service": edge.depends_on, "hard": "1" if edge.hard else "0"}
            for edge in service.dependencies.select_related("depends_on")
        ]
    return _Editor(
        form=ServiceForm(data, user=user, service=service),
        links=LinkFormSet(data, initial=links, prefix="links"),
        dependencies=DependencyFormSet(data, initial=edges, prefix="dependencies", known=known),
        known=known,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def service_create(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "service.create")
    editor = _editor(request, user=user)
    tried = Attempt()
    if request.method == "POST":
        tried = editor.attempt(
            lambda: create_service(
                user,
                slug=editor.form.cleaned_data["slug"],
                fields=editor.form.service_fields(),
                links=links_of(editor.links),
                dependencies=edges_of(editor.dependencies),
                at=timezone.now(),
            )
        )
    if tried.saved:
        messages.success(request, _("%(name)s is in the catalog.") % {"name": tried.saved.name})
        return redirect(tried.saved)
    return _page(request, editor, tried, {"title": _("New service"), "cancel": reverse("slo:service-list")})


@require_http_methods(["GET", "HEAD", "POST"])
def service_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    service = _service(user, slug)
    require(user, "service.edit", service)
    editor = _editor(request, user=user, service=service)
    tried = Attempt()
    if request.method == "POST":
        tried = editor.attempt(
            lambda: update_service(
                user,
                service,
                version=editor.form.cleaned_data["version"],
                fields=editor.form.service_fields(),
                links=links_of(editor.links),
                dependencies=edges_of(editor.dependencies),
                at=timezone.now(),
            ),
            theirs=lambda current: ServiceForm(user=user, service=current),
        )
    if tried.saved:
        messages.success(request, _("%(name)s is saved.") % {"name": tried.saved.name})
        return redirect(tried.saved)
    title = _("Edit %(name)s") % {"name": service.name}
    return _page(request, editor, tried, {"title": title, "service": service, "cancel": service.get_absolute_url()})


def _page(request: HttpRequest, editor: _Editor, tried: Attempt, context: dict[str, Any]) -> HttpResponse:
    context |= {"editor": editor, "form": editor.form, **tried.context}
    return render(request, "slo/service_form.html", context, status=tried.status)


@require_POST
def service_confirm_links(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    service = _service(user, slug)
    n = confirm_links(user, service, url=request.POST.get("url", ""), at=timezone.now())
    said = ngettext("%(n)s link of %(name)s is confirmed.", "%(n)s links of %(name)s are confirmed.", n)
    messages.success(request, said % {"n": n, "name": service.name})
    return redirect(f"{service.get_absolute_url()}#links")


@require_POST
def service_retire(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    service = retire_service(user, _service(user, slug), at=timezone.now())
    messages.success(request, _("%(name)s is retired. It can be brought back below.") % {"name": service.name})
    return redirect(service)


@require_POST
def service_restore(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    service = restore_service(user, _service(user, slug), at=timezone.now())
    messages.success(request, _("%(name)s is back in the catalog.") % {"name": service.name})
    return redirect(service)


def _service(user: User, slug: str) -> Service:
    service = Service.objects.visible_to(user).select_related("team").filter(slug=slug).first()
    if service is None:
        require(user, "catalog.view")
        raise Missing(_("There is no service %(slug)s.") % {"slug": slug})
    return service
