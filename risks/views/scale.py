"""The scale in force and its versions, the draft of the next one, and the risks that are to be rated by it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from risks.queries.rerating import to_rate as waiting
from risks.queries.scale import current
from risks.views.risks import reader


@require_safe
def to_rate(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    return render(request, "risks/to_rate.html", {"rows": waiting(user, current().scale)})
