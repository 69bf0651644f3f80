"""Linking a risk to incidents, objectives and actions, and taking a link back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core import undo
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import User
from risks.actions import links as acts
from risks.actions.standing import may_change
from risks.forms.treatments import LinkForm
from risks.models import Relation, Risk, RiskLink
from risks.queries.detail import visible
from risks.queries.linkable import named, near
from risks.views.answers import act, answer, reader


def _asked(request: HttpRequest, pk: int) -> tuple[User, Risk]:
    """The reader, who may change the risk."""
    user = reader(request)
    risk = visible(user, pk)
    may_change(user, risk)
    return user, risk


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    user, risk = _asked(request, pk)
    asked = request.GET.get("relation", "")
    relation = asked if asked in Relation.values else Relation.RELATED.value
    form = LinkForm(request.POST or None, initial={"relation": relation})

    def do() -> RiskLink:
        data = form.cleaned_data
        found = named(user, data["what"])
        if not found.is_found:
            raise Invalid({"what": _("There is no such one. Enter an id such as INC-12, SLO-3 or ACT-7.")})
        return _linked(user, risk, data["what"], relation=data["relation"], note=data["note"])

    context = {
        "title": _("Link %(id)s") % {"id": risk.short_id},
        "risk": risk,
        "near": near(user, risk, at=timezone.now()),
    }
    return answer(request, form, do, template="risks/link.html", context=context, to=f"{risk.get_absolute_url()}#links")


@require_POST
def remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    user, risk = _asked(request, pk)
    row = get_object_or_404(risk.links.select_related("incident", "objective", "action"), pk=link)
    of = row.incident or row.objective or row.action
    what = of.short_id if of is not None else ""
    if not named(user, what).is_found:
        # A private incident is not there for those outside, and so neither is its link.
        raise Missing(_("This is not linked any more."))
    acts.unlink(user, row, at=timezone.now())
    state = {"what": what, "relation": row.relation, "note": row.note}
    url = reverse("risks:relink", args=[pk])
    undo.offer(request, _("%(what)s is not linked any more.") % {"what": what}, url=url, state=state)
    return redirect(f"{risk.get_absolute_url()}#links")


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, risk = _asked(request, pk)

    def do() -> RiskLink:
        state = undo.taken(request)
        return _linked(user, risk, state["what"], relation=state["relation"], note=state["note"])

    return act(request, do, to=f"{risk.get_absolute_url()}#links", said=_("It is linked again."))


def _linked(user: User, risk: Risk, what: str, *, relation: str, note: str) -> RiskLink:
    found = named(user, what)
    if not found.is_found:
        raise Missing(_("This is not there any more."))
    return acts.link(
        user,
        risk,
        relation=relation,
        incident=found.incident,
        objective=found.objective,
        action=found.action,
        note=note,
        at=timezone.now(),
    )
