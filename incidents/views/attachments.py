"""The files of an incident: listed, attached, given out so that a browser runs nothing of them, removed and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from incidents.actions.attachments import MOST_FILES, attach, remove_attachment, restore_attachment
from incidents.models import Attachment
from incidents.queries.attachments import found, listed
from incidents.queries.room import visible
from relportal.core import undo
from relportal.core.downloads import stored_file
from relportal.core.editing import attempt
from relportal.core.files import FileForm
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer


@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.view")
    incident = visible(user, pk)
    form, status = FileForm(), 200
    if request.method == "POST":
        require(user, "incident.run")
        form = FileForm(request.POST, request.FILES)

        def do() -> Attachment:
            file = form.cleaned_data["file"]
            return attach(user, incident, name=str(file.name), content=file.read(), at=timezone.now())

        tried = attempt(form, do)
        if tried.saved is not None:
            messages.success(request, _("%(name)s is attached.") % {"name": tried.saved.name})
            return redirect("incidents:attachments", pk)
        status = tried.status
    rows = list(listed(pk))
    context = {
        "incident": incident,
        "rows": rows,
        "form": form,
        "may_run": allowed(user, "incident.run"),
        "full": len(rows) >= MOST_FILES,
    }
    return render(request, "incidents/attachments.html", context, status=status)


@require_safe
def attachment(request: HttpRequest, pk: int, attachment: int) -> HttpResponseBase:
    user = viewer(request)
    require(user, "incident.view")
    row = found(visible(user, pk).pk, attachment)
    return stored_file(
        request,
        lambda: bytes(row.content),
        name=row.name,
        media_type=row.media_type,
        sha256=row.sha256,
        inline=row.is_picture,
    )


@require_POST
def remove(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.run")
    row = found(visible(user, pk).pk, attachment)
    remove_attachment(user, row, at=timezone.now())
    url = reverse("incidents:attachment-restore", args=[pk, row.pk])
    undo.offer(request, _("%(name)s is removed.") % {"name": row.name}, url=url, state=row.pk)
    return redirect("incidents:attachments", pk)


@require_POST
def restore(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.run")
    incident = visible(user, pk)
    undo.taken(request)
    row = restore_attachment(user, incident, attachment, at=timezone.now())
    messages.success(request, _("%(name)s is back.") % {"name": row.name})
    return redirect("incidents:attachments", pk)
