"""What the portal has told the viewer, newest first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from relportal.core.actions.notifications import mark_seen
from relportal.core.models import Notification
from relportal.core.permissions import require
from relportal.core.views.base import viewer

PAGE_SIZE = 50


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    page = Paginator(Notification.objects.filter(user=user), PAGE_SIZE).get_page(request.GET.get("page"))
    unseen = user.unseen
    title = ngettext("%(n)d new notification", "%(n)d new notifications", unseen) % {"n": unseen}
    context = {"page": page, "title": title if unseen else _("Nothing new"), "unseen": unseen}
    return render(request, "core/notification_list.html", context)


@require_safe
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to what it tells of, and counts it as seen."""
    user = viewer(request)
    require(user, "catalog.view")
    row = get_object_or_404(Notification, user=user, pk=pk)
    mark_seen(user, notification=row, at=timezone.now())
    return redirect(row.url)


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    mark_seen(user, at=timezone.now())
    return redirect("core:notification-list")
