"""The portal's own work: what is late, what is in quarantine, who is alive, and whether the audit chain holds."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from relportal.core.actions.operations import retry_work
from relportal.core.exceptions import Missing
from relportal.core.health import staleness
from relportal.core.models import WorkItem
from relportal.core.permissions import allowed, require
from relportal.core.queries.operations import STATES, Operations, operations, work_items
from relportal.core.views.base import viewer

PAGE_SIZE = 50


@require_safe
def operations_page(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "work.view")
    at = timezone.now()
    found = operations(at=at)
    state = request.GET.get("state") or ("troubled" if found.troubled else "")
    words = {
        "troubled": _("Needs help"),
        "late": _("Late"),
        "running": _("Running"),
        "waiting": _("Waiting"),
        "done": _("Done"),
    }
    tabs = [{"label": _("All"), "url": "?state=all", "active": state not in STATES, "count": None}]
    counts = {"troubled": found.troubled, "late": found.late, "running": found.running}
    tabs += [
        {"label": words[one], "url": f"?state={one}", "active": state == one, "count": counts.get(one)}
        for one in STATES
    ]
    context = {
        "found": found,
        "page": Paginator(work_items(state, at=at), PAGE_SIZE).get_page(request.GET.get("page")),
        "tabs": tabs,
        "title": _claim(found, stale=staleness(at=at)),
        "may_retry": allowed(user, "work.retry"),
    }
    return render(request, "core/operations.html", context)


@require_POST
def work_retry(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "work.retry")
    item = WorkItem.objects.filter(pk=pk).first()
    if item is None:
        raise Missing(_("This piece of work is not there any more."))
    retry_work(user, item, at=timezone.now())
    messages.success(request, _("%(item)s is due now.") % {"item": item})
    return redirect("core:operations")


def _claim(found: Operations, *, stale: str | None) -> str:
    if found.chain_broken:
        return _("The audit chain is broken at %(day)s") % {"day": found.chain_broken}
    if stale:
        return stale
    if found.troubled:
        return ngettext("%(n)s piece of work needs help", "%(n)s pieces of work need help", found.troubled) % {
            "n": found.troubled
        }
    if found.late:
        return ngettext("%(n)s piece of work is late", "%(n)s pieces of work are late", found.late) % {"n": found.late}
    return _("All work runs on time")
