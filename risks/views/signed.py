"""The register of what executives have signed or refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from relportal.core.csvexport import Cell
from relportal.core.views.lists import ListPage
from risks.forms.exception_lists import read_signed, signed_controls
from risks.queries.exceptions.signed import PAGE_SIZE, SignedList, signed_rows

CSV_HEADER: Final = (
    "exception", "kind", "title", "verdict", "by", "on_behalf_of", "at", "comment", "tier", "level", "team", "service",
    "requester", "state", "expires_at", "seen_sha256",
)  # fmt: skip


def _csv_rows(listed: SignedList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one, signature = row.one, row.signature
        yield (
            one.short_id,
            one.kind,
            one.title,
            signature.verdict,
            str(signature.by),
            str(signature.on_behalf_of or ""),
            signature.at,
            signature.comment,
            one.tier,
            one.level,
            one.team.slug if one.team else "",
            one.service.slug if one.service else "",
            str(one.requester),
            row.standing.value,
            one.expires_at,
            signature.sha256,
        )


def _claim(listed: SignedList) -> str:
    if not listed.total:
        return _("No executive has signed an exception")
    words = ngettext("%(n)d decision of an executive", "%(n)d decisions of executives", listed.total)
    return words % {"n": listed.total}


LIST: Final = ListPage(
    name="signed",
    template="risks/signed_list.html",
    page_size=PAGE_SIZE,
    read=read_signed,
    rows=signed_rows,
    choices={},
    controls=signed_controls,
    title=_claim,
    label=gettext_lazy("Signed by executives"),
    hint=gettext_lazy("Exception, person, EXC-12"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda _user: {},
    ability="risk.view",
)


@require_safe
def signed_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)
