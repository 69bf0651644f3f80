"""The scale in force and its versions, the draft of the next one, and the risks that are to be rated by it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core import undo
from relportal.core.exceptions import Conflict, Invalid, Stale
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from risks.actions import scale as acts
from risks.domain.matrix import Axis, Scale, by_sum, faults
from risks.domain.matrix_edits import added, removed
from risks.forms.scale import ForceForm, Sent, read, sums
from risks.models import Matrix, MatrixState, Symbol
from risks.queries.grid import grid
from risks.queries.rerating import consequences
from risks.queries.rerating import to_rate as waiting
from risks.queries.scale import Version, current, scale_of
from risks.queries.scale import version as version_of
from risks.queries.scale_draft import as_json, differences, draft_page, from_json
from risks.queries.scale_draft import draft as the_draft
from risks.queries.scale_words import sentences
from risks.views.answers import act, reader


@require_safe
def scale(request: HttpRequest) -> HttpResponse:
    return _shown(request, current())


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    reader(request)
    return _shown(request, version_of(number))


def _shown(request: HttpRequest, found: Version) -> HttpResponse:
    user = reader(request)
    context = {
        "version": found,
        "scale": found.scale,
        "grid": grid(found.scale),
        "versions": Matrix.objects.exclude(state=MatrixState.DRAFT).select_related("created_by"),
        "draft": the_draft(),
        "waiting": len(waiting(user, found.scale)),
        "may_edit": allowed(user, "risk.settings"),
    }
    return render(request, "risks/scale.html", context)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    acts.begin_draft(_steward(request), at=timezone.now())
    return redirect("risks:scale-draft")


def _steward(request: HttpRequest) -> User:
    user = reader(request)
    require(user, "risk.settings")
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Every button of the page sends the whole of it: what was typed is kept, whatever else happens."""
    user = _steward(request)
    row = the_draft()
    if row is None:
        messages.info(request, _("There is no draft: begin a new version here."))
        return redirect("risks:scale")
    if request.method != "POST":
        return _page(request, user, row, scale_of(row), name=row.name)
    sent = read(request.POST)
    try:
        changed = _changed(sent, request)
        if sent.errors:
            raise Invalid(sent.errors)
        given = request.POST.get("version", "")
        seen = int(given) if given.isdecimal() and len(given) < 10 else None
        acts.edit_draft(user, row, name=sent.name, scale=changed, version=seen, at=timezone.now())
    except Invalid as error:
        return _page(request, user, row, sent.scale, name=sent.name, errors=error.errors, status=422)
    except Stale as error:
        row = error.current
        found = differences(scale_of(row), sent.scale)
        return _page(request, user, row, sent.scale, name=sent.name, status=409, stale=str(error), differences=found)
    return redirect("risks:scale-draft")


def _changed(sent: Sent, request: HttpRequest) -> Scale:
    """What the button asks for, which is pressed in the same form. Raises: Invalid."""
    word, _dot, rest = request.POST.get("do", "save").partition(".")
    axis, _dot, key = rest.partition(".")
    if word == "fill":
        bounds, floors = sums(request.POST, sent.scale)
        keys = [[one.key for one in steps] for steps in (sent.scale.likelihoods, sent.scale.impacts)]
        try:
            cells = by_sum(*keys, bounds=bounds, floors=floors)
        except ValueError as error:
            raise Invalid({"sums": _("Each level begins at a higher sum than the one before it.")}) from error
        return Scale(sent.scale.likelihoods, sent.scale.impacts, sent.scale.columns, sent.scale.levels, cells)
    if axis not in {Axis.LIKELIHOOD, Axis.IMPACT, Axis.COLUMN, Axis.LEVEL}:
        return sent.scale
    try:
        return added(sent.scale, Axis(axis), key) if word == "add" else removed(sent.scale, Axis(axis), key)
    except KeyError as error:
        raise Invalid(_("This step is not there any more.")) from error


def _page(
    request: HttpRequest,
    user: User,
    row: Matrix,
    shown: Scale,
    *,
    name: str,
    status: int = 200,
    errors: dict[str, list[str]] | None = None,
    force: ForceForm | None = None,
    **context: Any,
) -> HttpResponse:
    found = faults(shown)
    context |= {
        "draft": row,
        "name": name,
        "page": draft_page(shown),
        "errors": errors or {},
        "faults": [text for texts in sentences(found).values() for text in texts],
        "wrong": {one.field for one in found} | (errors or {}).keys(),
        "symbols": Symbol.choices,
        "consequences": None if found else consequences(user, shown),
        "force": force or ForceForm(initial={"version": row.version}),
    }
    return render(request, "risks/scale_draft.html", context, status=status)


@require_POST
def force(request: HttpRequest) -> HttpResponse:
    user = _steward(request)
    row = the_draft()
    if row is None:
        return redirect("risks:scale")
    form = ForceForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            data = form.cleaned_data
            acts.put_in_force(user, row, note=data["note"], version=data["version"], at=timezone.now())
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            form.add_error(None, str(error))
            status = 409
        else:
            messages.success(request, _("Version %(n)s is in force.") % {"n": row.number})
            return redirect("risks:scale")
    return _page(request, user, row, scale_of(row), name=row.name, force=form, status=status)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    user = _steward(request)
    row = the_draft()
    if row is None:
        return redirect("risks:scale")
    state = {"name": row.name, "scale": as_json(scale_of(row))}
    acts.discard_draft(user, row, at=timezone.now())
    words = _("The draft is gone; version %(n)s stays in force.") % {"n": current().matrix.number}
    undo.offer(request, words, url=reverse("risks:scale-restore"), state=state)
    return redirect("risks:scale")


@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    user, at = _steward(request), timezone.now()

    def do() -> None:
        state = undo.taken(request)
        if the_draft() is not None:
            raise Conflict(_("Somebody has begun another draft by now."))
        row = acts.begin_draft(user, at=at)
        acts.edit_draft(user, row, name=state["name"], scale=from_json(state["scale"]), version=None, at=at)

    return act(request, do, to="risks:scale-draft", said=_("The draft is back."))


@require_safe
def to_rate(request: HttpRequest) -> HttpResponse:
    """The risks that are to be rated again."""
    user = reader(request)
    found = current()
    rows = waiting(user, found.scale)
    mine = request.GET.get("mine") == "1"
    if mine:
        rows = tuple(one for one in rows if one.task.risk.owner_id == user.pk)
    return render(request, "risks/to_rate.html", {"rows": rows, "version": found, "mine": mine})
