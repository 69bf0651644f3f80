"""The command page and everything that is done on it. Each act is a form that works without scripts; with them the page is
renewed in place, and what was typed is kept as a draft until it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from incidents.actions import incidents as acts
from incidents.actions.checklist import tick_step
from incidents.actions.impact import add_segment, end_segments, remove_segment
from incidents.actions.roles import accept_role, leave_role, offer_role, take_role
from incidents.actions.timeline import finish_task, write_line
from incidents.actions.updates import post_update
from incidents.forms.incidents import SegmentForm, SeverityForm, UpdateForm
from incidents.models import ChecklistStep, ImpactSegment, Incident, IncidentRole, RoleHolder, State, Task
from incidents.queries.room import Room, require_visible, room, visible
from incidents.queries.stamps import Stamp, stamp
from incidents.queries.timeline import lines, pinned
from relportal.core import panels
from relportal.core.exceptions import Conflict, Invalid, RelportalError
from relportal.core.health import shown_staleness
from relportal.core.models import User
from relportal.core.permissions import able, allowed, require
from relportal.core.views.base import viewer

Act = Callable[[User, Incident], object]


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.view")
    incident = visible(user, pk)
    if incident.merged_into_id is not None and "stay" not in request.GET:
        target = incident.merged_into
        messages.info(request, _("%(one)s was merged into this.") % {"one": incident.short_id})
        return redirect(target)  # type: ignore[arg-type]
    return render(request, "incidents/room.html", _page(request, incident))


@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What has changed since `stamp`: nothing (204), the timeline alone, or the whole moving part of the page."""
    user = viewer(request)
    require(user, "incident.view")
    require_visible(user, pk)
    taken = _stamp(request, pk)
    if request.GET.get("stamp", "").replace(_REFUSED, "") == str(taken):
        return HttpResponse(status=204)
    return _changed(request, pk, taken)


# Marks the stamp of a page that shows a refusal: the next change takes that away, and so is never the timeline alone.
_REFUSED = "!"


def _stamp(request: HttpRequest, pk: int) -> Stamp:
    """Also that the worker is away, and for how long: numbers become old without anything being written."""
    return stamp(pk, told=shown_staleness(request) or "")


def _changed(request: HttpRequest, pk: int, taken: Stamp) -> HttpResponse:
    """For whom nothing but lines is new, the lines; a line every second must not draw everything for everyone."""
    rest, _dot, _lines = (request.POST or request.GET).get("stamp", "").partition(".")
    if rest != taken.rest:
        return _whole(request, pk, taken)
    shown = lines(pk)
    context = {
        "lines": shown,
        "pinned": pinned(shown),
        "incident_pk": pk,
        "stamp": str(taken),
        "may_run": allowed(viewer(request), "incident.run"),
    }
    answer = render(request, "incidents/room_lines.html", context)
    return retarget(answer, "#room-lines")


def _whole(request: HttpRequest, pk: int, taken: Stamp, *, refused: str = "") -> HttpResponse:
    context = _context(request, visible(viewer(request), pk), taken)
    if refused:
        context |= {"refused": refused, "stamp": f"{taken.rest}{_REFUSED}.{taken.lines}"}
    return render(request, "incidents/room.html#live", context)


def _context(request: HttpRequest, incident: Incident, taken: Stamp) -> dict[str, Any]:
    """What the moving part shows."""
    user, at = viewer(request), timezone.now()
    shown = room(user, incident, at=at)
    may_run = allowed(user, "incident.run")
    return {
        "room": shown,
        "incident": incident,
        "stamp": str(taken),
        "may_run": may_run,
        "me": user,
        "now": at,
        "severity": SeverityForm(
            initial={
                "severity": incident.severity_id,
                "impact": incident.impact,
                "condition": incident.condition,
                "version": incident.version,
            }
        ),
        "responders": _responders() if may_run else "",
    }


def _page(request: HttpRequest, incident: Incident) -> dict[str, Any]:
    # Before the room is read, see `incidents.queries.stamps`.
    taken = _stamp(request, incident.pk)
    context = _context(request, incident, taken)
    shown: Room = context["room"]
    return context | {
        "panels": panels.shown(panels.Page.INCIDENT, viewer(request), incident, at=context["now"]),
        "may_audit": allowed(viewer(request), "audit.view"),
        "update": UpdateForm(initial=_update_initial(shown)),
        "segment": SegmentForm(initial={"start": shown.began, "service": _only_service(incident)}, prefix="segment"),
    }


def _update_initial(shown: Room) -> dict[str, Any]:
    minutes = shown.incident.severity.update_every_min if shown.incident.severity else 20
    drafts = {name.removeprefix("update."): text for name, text in shown.drafts.items() if name.startswith("update.")}
    return {"next_min": minutes} | drafts


def _only_service(incident: Incident) -> int | None:
    pks = list(incident.services.values_list("pk", flat=True)[:2])
    return pks[0] if len(pks) == 1 else None


def _responders() -> SafeString:
    """Who can be asked to take a role, drawn once for all roles."""
    rows = able("incident.run").values_list("pk", "display_name", "email")
    return format_html_join("", '<option value="{}">{}</option>', ((pk, name or email) for pk, name, email in rows))


def act(request: HttpRequest, pk: int, do: Act, *, keep: tuple[str, ...] = (), prefix: str = "") -> HttpResponse:
    """Runs `do`, and shows the page again. What is refused is said, and what was typed (`keep`) stays as a draft."""
    user = viewer(request)
    require(user, "incident.run")
    incident = visible(user, pk)
    try:
        do(user, incident)
    except (Invalid, Conflict) as error:
        for name in keep:
            if text := _text(request, name):
                acts.keep_draft(user, incident, field=f"{prefix}{name}", text=text[:10_000], at=timezone.now())
        return _refused(request, pk, error)
    if request.headers.get("HX-Request"):
        require_visible(user, pk)
        return _changed(request, pk, _stamp(request, pk))
    return redirect("incidents:detail", pk)


def _refused(request: HttpRequest, pk: int, error: RelportalError) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # htmx shows only what succeeded; the sentence stands in the page.
        return _whole(request, pk, _stamp(request, pk), refused=str(error))
    messages.error(request, str(error))
    return redirect("incidents:detail", pk)


@require_POST
def line(request: HttpRequest, pk: int) -> HttpResponse:
    def do(user: User, incident: Incident) -> None:
        zone = timezone.get_current_timezone()
        write_line(user, incident, _text(request, "text"), zone=zone, at=timezone.now())
        acts.keep_draft(user, incident, field="line.text", text="", at=timezone.now())

    return act(request, pk, do, keep=("text",), prefix="line.")


@require_POST
def state(request: HttpRequest, pk: int) -> HttpResponse:
    to = request.POST.get("to", "")

    def do(user: User, incident: Incident) -> None:
        if to not in State.values:
            raise Invalid(_("Choose a state."))
        despite = bool(request.POST.get("despite"))
        acts.move(user, incident, to, at=timezone.now(), reason=_text(request, "reason"), despite=despite)
        if to in (State.RESOLVED, State.MONITORING) and request.POST.get("end_impact"):
            end_segments(user, incident, end=timezone.now(), at=timezone.now())

    return act(request, pk, do)


@require_POST
def severity(request: HttpRequest, pk: int) -> HttpResponse:
    form = SeverityForm(request.POST)

    def do(user: User, incident: Incident) -> None:
        _valid(form)
        given = form.cleaned_data
        acts.set_severity(
            user,
            incident,
            given["severity"],
            impact=given["impact"],
            condition=given["condition"],
            version=given["version"],
            at=timezone.now(),
        )

    return act(request, pk, do)


@require_POST
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """`do` is take, offer (to `user`), accept, or leave."""
    wish, name = request.POST.get("do", ""), request.POST.get("role", "")

    def do(user: User, incident: Incident) -> None:
        at = timezone.now()
        if wish in ("accept", "leave"):
            holder = get_object_or_404(RoleHolder, pk=_number(request, "holder") or 0, incident=incident)
            if wish == "accept":
                accept_role(user, holder, at=at)
            else:
                leave_role(user, holder, at=at)
            return
        if name not in IncidentRole.values:
            raise Invalid(_("Choose a role."))
        if wish == "offer":
            to = User.objects.filter(pk=_number(request, "user") or 0, is_active=True).first()
            if to is None:
                raise Invalid(_("Choose a person."))
            offer_role(user, incident, IncidentRole(name), to, at=at)
        else:
            take_role(user, incident, IncidentRole(name), at=at)

    return act(request, pk, do)


@require_POST
def update(request: HttpRequest, pk: int) -> HttpResponse:
    form = UpdateForm(request.POST)

    def do(user: User, incident: Incident) -> None:
        _valid(form)
        given, at = form.cleaned_data, timezone.now()
        post_update(
            user,
            incident,
            audience=given["audience"],
            condition=given["condition"],
            actions=given["actions"],
            needs=given["needs"],
            next_at=form.next_at(at=at),
            at=at,
        )

    return act(request, pk, do, keep=("condition", "actions", "needs"), prefix="update.")


@require_POST
def task(request: HttpRequest, pk: int, task: int) -> HttpResponse:
    def do(user: User, incident: Incident) -> None:
        row = get_object_or_404(Task, pk=task, incident=incident)
        finish_task(user, row, done=request.POST.get("done") != "0", at=timezone.now())

    return act(request, pk, do)


@require_POST
def tick(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    def do(user: User, incident: Incident) -> None:
        row = get_object_or_404(ChecklistStep, pk=step)
        tick_step(user, incident, row, done=request.POST.get("done") != "0", at=timezone.now())

    return act(request, pk, do)


@require_POST
def segment_add(request: HttpRequest, pk: int) -> HttpResponse:
    form = SegmentForm(request.POST, prefix="segment")

    def do(user: User, incident: Incident) -> None:
        _valid(form)
        add_segment(user, incident, form.segment_fields(), at=timezone.now())

    return act(request, pk, do)


@require_POST
def segment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is still affected ends now."""
    return act(request, pk, lambda user, one: end_segments(user, one, end=timezone.now(), at=timezone.now()))


@require_POST
def segment_remove(request: HttpRequest, pk: int, segment: int) -> HttpResponse:
    def do(user: User, incident: Incident) -> None:
        remove_segment(user, get_object_or_404(ImpactSegment, pk=segment, incident=incident), at=timezone.now())

    return act(request, pk, do)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """What is being typed, kept for a reload; answers with nothing."""
    user = viewer(request)
    require(user, "incident.run")
    incident = visible(user, pk)
    field, text = _text(request, "field"), _text(request, "text")
    acts.keep_draft(user, incident, field=field, text=text, at=timezone.now())
    return HttpResponse(status=204)


def _valid(form: Any) -> None:
    """Raises: Invalid with what the form says, for the page has no place for each field's own sentence."""
    if not form.is_valid():
        raise Invalid(
            {
                name: [f"{form.fields[name].label}: {text}" if name in form.fields else str(text) for text in texts]
                for name, texts in form.errors.items()
            }
        )


def _text(request: HttpRequest, name: str) -> str:
    """Without what no text of PostgreSQL holds."""
    return request.POST.get(name, "").replace("\0", "")


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
