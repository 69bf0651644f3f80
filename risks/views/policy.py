"""The policy of signatures: read by everybody, changed by who keeps the settings of risks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.editing import attempt
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from risks.actions.policy import edit_policy, never
from risks.forms.policy import PolicyForm, PolicyRowForm, PolicyRows, initial, kept
from risks.models import Approver, PolicyRow
from risks.queries.exceptions.policy import Policy, as_row, level_words, lint, policy
from risks.views.exceptions import reader


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """`flaw`: why it can never decide, empty where it can."""

    row: PolicyRow
    levels: tuple[str, ...]
    approvers: tuple[Approver, ...]
    flaw: str


@require_safe
def policy_page(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    found = policy()
    context = {
        "policy": found,
        "lines": _lines(found),
        "may_edit": allowed(user, "risk.settings"),
        "may_audit": allowed(user, "audit.view"),
    }
    return render(request, "risks/policy.html", context)


def _lines(found: Policy) -> list[PolicyLine]:
    words = level_words()
    dead = lint(tuple(as_row(row) for row in found.rows)).dead
    return [
        PolicyLine(
            row,
            tuple(words[key].name if key in words else key for key in row.levels),
            tuple(Approver(each) for each in row.approvers),
            never(dead[number]) if number in dead else "",
        )
        for number, row in enumerate(found.rows)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def policy_edit(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    require(user, "risk.settings")
    found, words = policy(), level_words()
    options: dict[str, Any] = {"form_kwargs": {"levels": words}, "prefix": "rows"}
    form = PolicyForm(request.POST or None, initial={"version": found.version})
    rows = PolicyRows(request.POST or None, initial=initial(found), **options)
    status, context = 200, {}
    if request.method == "POST":
        tried = attempt(form, lambda: _saved(user, form, rows))
        if tried.saved is not None:
            messages.success(request, _("The policy is saved. Requests that wait keep their path."))
            return redirect("risks:policy")
        status, context = tried.status, tried.context
    context |= {"form": form, "rows": rows, "lines": _lines(found) if "stale" in context else ()}
    return render(request, "risks/policy_form.html", context, status=status)


def _saved(user: User, form: PolicyForm, rows: BaseFormSet[PolicyRowForm]) -> PolicyRow:
    if not rows.is_valid():
        raise Invalid(_("Nothing was saved: see the marked rows."))
    chosen, given = kept(rows), form.cleaned_data
    lines = [row.line() for row in chosen]
    try:
        return edit_policy(user, lines, version=given["version"], reason=given["reason"], at=timezone.now())
    except Invalid as error:
        raise Invalid(_sorted_out(error, chosen)) from error


def _sorted_out(error: Invalid, rows: Sequence[PolicyRowForm]) -> dict[str, list[str]]:
    """Puts what is said of a row ("2", "2.approvers") to its form; the rest stands above all."""
    whole: dict[str, list[str]] = {}
    for key, texts in error.errors.items():
        number, _dot, field = key.partition(".")
        if number.isdigit():
            rows[int(number) - 1].refuse(field, texts)
        else:
            whole.setdefault(key, []).extend(texts)
    return whole or {"": [_("Nothing was saved: see the marked rows.")]}
