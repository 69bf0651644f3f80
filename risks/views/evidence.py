"""The files of a risk or an exception: listed, attached, given out so that a browser runs nothing of them, and taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core import undo
from relportal.core.downloads import stored_file
from relportal.core.editing import attempt
from relportal.core.exceptions import Conflict, NotAllowed
from relportal.core.files import FileForm
from relportal.core.models import User
from risks.actions.evidence import MOST_FILES, attach, may_attach, remove_evidence, restore_evidence
from risks.models import Evidence
from risks.queries import detail as risks
from risks.queries.evidence import Holder, found, listed
from risks.queries.exceptions import detail as exceptions
from risks.views.exceptions import reader

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Pages:
    """The addresses of one kind of holder."""

    files: View
    file: View
    remove: View
    restore: View


def pages(visible: Callable[[User, int], Holder], *, url: str) -> Pages:
    """`visible` finds the holder for a viewer, `url` names the page that lists its files."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def files(request: HttpRequest, pk: int) -> HttpResponseBase:
        user = reader(request)
        holder = visible(user, pk)
        form, status = FileForm(), 200
        if request.method == "POST":
            may_attach(user, holder)
            form = FileForm(request.POST, request.FILES)
            tried = attempt(form, lambda: _attached(user, holder, form))
            if tried.saved is not None:
                messages.success(request, _("%(name)s is attached.") % {"name": tried.saved.name})
                return redirect(url, pk)
            status = tried.status
        return _page(request, user, holder, form=form, status=status)

    @require_safe
    def file(request: HttpRequest, pk: int, evidence: int) -> HttpResponseBase:
        row = found(visible(reader(request), pk), evidence)
        return stored_file(
            request,
            lambda: bytes(row.content),
            name=row.name,
            media_type=row.media_type,
            sha256=row.sha256,
            inline=row.is_picture,
        )

    @require_POST
    def remove(request: HttpRequest, pk: int, evidence: int) -> HttpResponseBase:
        user = reader(request)
        holder = visible(user, pk)
        may_attach(user, holder)
        row = found(holder, evidence)
        try:
            remove_evidence(user, holder, row, at=timezone.now())
        except Conflict as error:
            messages.error(request, str(error))
            return redirect(url, pk)
        undo.offer(
            request,
            _("%(name)s is removed.") % {"name": row.name},
            url=f"{row.get_absolute_url()}restore/",
            state=row.pk,
        )
        return redirect(url, pk)

    @require_POST
    def restore(request: HttpRequest, pk: int, evidence: int) -> HttpResponseBase:
        user = reader(request)
        holder = visible(user, pk)
        may_attach(user, holder)
        undo.taken(request)
        row = restore_evidence(user, holder, evidence, at=timezone.now())
        messages.success(request, _("%(name)s is back.") % {"name": row.name})
        return redirect(url, pk)

    return Pages(files, file, remove, restore)


def _attached(user: User, holder: Holder, form: FileForm) -> Evidence:
    file = form.cleaned_data["file"]
    return attach(user, holder, name=str(file.name), content=file.read(), at=timezone.now())


def _page(request: HttpRequest, user: User, holder: Holder, *, form: FileForm, status: int) -> HttpResponse:
    rows = list(listed(holder))
    try:
        may_attach(user, holder)
    except NotAllowed:
        may = False
    else:
        may = True
    context = {"holder": holder, "rows": rows, "form": form, "may_attach": may, "full": len(rows) >= MOST_FILES}
    return render(request, "risks/evidence.html", context, status=status)


OF_RISK: Final = pages(risks.visible, url="risks:risk-evidence-list")
OF_EXCEPTION: Final = pages(exceptions.visible, url="risks:exception-evidence-list")
