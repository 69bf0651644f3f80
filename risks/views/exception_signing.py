"""The page on which a step is decided: everything that is signed for, in one column that fits a phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from relportal.core.editing import attempt
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions.signatures import refuse, sign
from risks.forms.exceptions import DecideForm
from risks.models import ExceptionState, GovernanceException, Verdict
from risks.queries.evidence import listed
from risks.queries.exceptions import detail as queries
from risks.queries.exceptions.policy import level_words
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.signers import Turn, turn
from risks.queries.exceptions.standing import Standing, standing
from risks.views.exceptions import reader


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever cannot decide it is told why on its page; what is over already is shown there."""
    user = reader(request)
    require(user, "exception.sign")
    one = queries.visible(user, pk)
    if request.method != "POST":
        return _page(request, user, one)
    form = DecideForm(request.POST, turn=_turn(user, one))
    act = refuse if request.POST.get("verdict") == Verdict.REFUSED else sign
    tried = attempt(form, lambda: act(user, one, form.decision(), at=timezone.now()))
    if tried.saved is None:
        return _page(request, user, queries.visible(user, pk), form=form, status=tried.status)
    words = {
        ExceptionState.REFUSED.value: _("%(id)s is refused."),
        ExceptionState.IN_FORCE.value: _("Signed. %(id)s is in force."),
    }.get(tried.saved.state, _("Signed. %(id)s goes on to the next signature."))
    messages.success(request, words % {"id": one.short_id})
    return redirect(tried.saved)


def _turn(user: User, one: GovernanceException) -> Turn:
    return turn(user, one, list(one.signatures.order_by("position")), at=timezone.now())


def _page(
    request: HttpRequest, user: User, one: GovernanceException, *, form: DecideForm | None = None, status: int = 200
) -> HttpResponse:
    """Shows what stands there now, also after somebody was faster; where nothing is left to decide, its own page says so."""
    found = _turn(user, one)
    if standing(one, at=timezone.now()) is not Standing.WAITING or not found.may:
        said = [str(text) for text in form.non_field_errors()] if form is not None else [found.why_not]
        messages.error(request, " ".join(said) or _("There is nothing to sign any more."))
        return redirect(one)
    before_them = shown(one)
    context = {
        "one": one,
        "turn": found,
        "seen": before_them,
        "sha256": sha256(before_them),
        "form": form or DecideForm(turn=found),
        "level": level_words().get(one.level),
        "evidence": listed(one),
        "steps": one.signatures.select_related("by", "on_behalf_of").order_by("position"),
    }
    return render(request, "risks/exception_sign.html", context, status=status)
