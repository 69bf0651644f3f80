"""Proposals: their list, one with what can be decided, and the rules that find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core import saved, undo
from relportal.core.csvexport import Cell
from relportal.core.editing import attempt
from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage
from risks.actions import proposals as acts
from risks.actions.look import look_now
from risks.forms import proposals as forms
from risks.forms.risks import CreateForm
from risks.models import Proposal, ProposalState, Risk
from risks.queries import detail as risk_queries
from risks.queries import proposals as queries
from risks.queries.scale import current

CSV_HEADER: Final = (
    "id", "rule", "title", "said", "cause", "event", "consequence", "category", "team", "services", "state", "found_at",
    "decided_at", "decided_by", "risk", "reason",
)  # fmt: skip


def _csv_rows(listed: queries.ProposalList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.proposal
        yield (
            str(one.pk),
            one.rule,
            one.title,
            row.sentence,
            one.cause,
            one.event,
            one.consequence,
            one.category.slug if one.category else "",
            one.team.slug if one.team else "",
            " ".join(service.slug for service in row.services),
            one.state,
            one.found_at,
            one.decided_at,
            str(one.decided_by or ""),
            one.risk.short_id if one.risk else "",
            one.reason,
        )


def _claim(listed: queries.ProposalList) -> str:
    if not listed.waiting:
        return _("No proposal waits for a decision")
    words = ngettext("%(n)d risk is proposed", "%(n)d risks are proposed", listed.waiting)
    return words % {"n": listed.waiting}


def _around(user: User) -> dict[str, Any]:
    return {"look": queries.last_look(), "may_look": allowed(user, "risk.settings")}


LIST: Final = ListPage(
    name="proposals",
    template="risks/proposal_list.html",
    page_size=queries.PAGE_SIZE,
    read=forms.read,
    rows=queries.proposal_rows,
    choices={"team": Team, "service": Service},
    controls=forms.controls,
    title=_claim,
    label=gettext_lazy("Proposals"),
    hint=gettext_lazy("Title, cause, service"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=_around,
    bulk=("proposal.decide", "risks:proposals-bulk"),
    ability="risk.view",
)


def _reader(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "risk.view")
    return user


def _decider(request: HttpRequest) -> User:
    user = _reader(request)
    require(user, "proposal.decide")
    return user


def _deciding(request: HttpRequest, pk: int) -> tuple[User, Proposal]:
    user = _decider(request)
    proposal = queries.visible(user, pk)
    require(user, "proposal.decide", proposal)
    return user, proposal


@require_safe
def proposal_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, queries.visible(_reader(request), pk))


def _detail(
    request: HttpRequest,
    proposal: Proposal,
    *,
    merge: forms.MergeForm | None = None,
    dismiss: forms.DismissForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = viewer(request)
    (row,) = queries.rows_of(user, [proposal])
    context = {
        "row": row,
        "proposal": proposal,
        "merge": merge or forms.MergeForm(auto_id="id_merge_%s"),
        "dismiss": dismiss or forms.DismissForm(auto_id="id_dismiss_%s"),
        "may_see_history": allowed(user, "audit.view"),
    }
    return render(request, "risks/proposal_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a new risk, filled with what is proposed."""
    user, proposal = _deciding(request, pk)
    form = CreateForm(request.POST or None, version=current(), optional=True, initial=_initial(user, proposal))
    context: dict[str, Any] = {"title": _("Accept as a risk"), "proposal": proposal}
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: acts.accept(user, proposal, given=form.risk(), at=timezone.now()))
        if tried.saved is not None:
            return _written(request, tried.saved)
        status, context = tried.status, context | tried.context
    context |= {"form": form, "step": queries.spoken_for(proposal), "sentence": queries.sentence_of(proposal)}
    return render(request, "risks/proposal_accept.html", context, status=status)


def _initial(user: User, proposal: Proposal) -> dict[str, Any]:
    given = acts.given_of(user, proposal)
    names = ("title", "cause", "event", "consequence", "category", "owner", "team")
    return {name: getattr(given, name) for name in names} | {"services": [one.pk for one in given.services]}


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Accepts it as it stands."""
    user, proposal = _deciding(request, pk)
    try:
        risk = acts.accept(user, proposal, at=timezone.now())
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
        return _back(request, proposal)
    return _written(request, risk)


def _written(request: HttpRequest, risk: Risk) -> HttpResponse:
    words = _("%(risk)s is written down.") if risk.current_id else _("%(risk)s is written down. Rate it next.")
    messages.success(request, words % {"risk": risk.short_id})
    return redirect(risk)


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    user, proposal = _deciding(request, pk)
    form = forms.MergeForm(request.POST, auto_id="id_merge_%s")

    def do() -> Any:
        try:
            risk = risk_queries.visible(user, form.cleaned_data["risk"])
        except Missing as error:
            raise Invalid({"risk": str(error)}) from error
        return acts.merge(user, proposal, risk, at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, queries.visible(user, pk), merge=form, status=tried.status)
    done: acts.Merged = tried.saved
    words = _("“%(title)s” belongs to %(risk)s now.") % {"title": proposal.title, "risk": done.proposal.risk}
    state = {"separate": proposal.pk, "links": [link.pk for link in done.links]}
    undo.offer(request, words, url=reverse("risks:proposals-undo"), state=state)
    return _back(request, proposal)


@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    user, proposal = _deciding(request, pk)
    form = forms.DismissForm(request.POST, auto_id="id_dismiss_%s")

    def do() -> Any:
        return acts.dismiss(user, [proposal], reason=form.cleaned_data["reason"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, queries.visible(user, pk), dismiss=form, status=tried.status)
    _offer_back(request, _("“%(title)s” is dismissed.") % {"title": proposal.title}, [proposal.pk])
    return _back(request, proposal)


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Dismisses the selected ones, all or none, for one reason."""
    user = _decider(request)
    ids = _numbers(request.POST.getlist("row"))
    rows = list(Proposal.objects.visible_to(user).filter(pk__in=ids))
    try:
        if not rows:
            raise Invalid(_("Choose proposals."))
        acts.dismiss(user, rows, reason=request.POST.get("reason", "")[:2000].replace("\0", ""), at=timezone.now())
    except (Conflict, Invalid, NotAllowed) as error:
        messages.error(request, str(error))
        return _back(request)
    words = ngettext("%(n)d proposal is dismissed.", "%(n)d proposals are dismissed.", len(rows)) % {"n": len(rows)}
    _offer_back(request, words, [row.pk for row in rows])
    return _back(request)


def _offer_back(request: HttpRequest, words: str, ids: list[int]) -> None:
    undo.offer(request, words, url=reverse("risks:proposals-undo"), state={"reconsider": ids})


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """What a message offered: a dismissal or a merge."""
    user = _decider(request)
    state: dict[str, Any] = undo.taken(request)
    seen = Proposal.objects.visible_to(user)
    at = timezone.now()

    def again() -> None:
        if "separate" in state:
            for row in seen.filter(pk=state["separate"]):
                acts.separate(user, row, state["links"], at=at)
        else:
            acts.reconsider(user, list(seen.filter(pk__in=state["reconsider"])), at=at)

    return _tried(request, again, _("It waits for a decision again."))


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    require(user, "risk.settings")
    done = look_now(user, at=timezone.now())
    words = _("Looked: %(new)d new, %(gone)d no longer true.") % {"new": done.new + done.again, "gone": done.gone}
    messages.success(request, words)
    if done.failed:
        failed = ", ".join(queries.rule_words(key).title for key in sorted(done.failed))
        messages.error(request, _("Some rules failed, see the operations page: %(rules)s.") % {"rules": failed})
    return _back(request)


@require_safe
def rule(request: HttpRequest, key: str) -> HttpResponse:
    record = queries.rule_record(_reader(request), key)
    counts = [(state.label, record.counts[state]) for state in ProposalState]
    return render(request, "risks/proposal_rule.html", {"record": record, "counts": counts})


def _tried(request: HttpRequest, act: Callable[[], None], words: str) -> HttpResponse:
    try:
        act()
    except (NotAllowed, Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return _back(request)


def _back(request: HttpRequest, proposal: Proposal | None = None) -> HttpResponse:
    """To the list as it was filtered, or to the page from which was decided."""
    if proposal is not None and "back" not in request.POST:
        return redirect(proposal)
    try:
        query = QueryDict(request.POST.get("back", "")[:2000]).urlencode()
    except ValueError:
        query = ""
    return redirect(saved.address("proposals", query))


def _numbers(texts: Iterable[str]) -> list[int]:
    """Each once; what is no number is left out, because nothing offers it."""
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 16))
