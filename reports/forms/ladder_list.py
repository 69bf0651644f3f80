"""What the address of the list of services on the ladder asks for."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict
from django.utils.translation import gettext as _

from relportal.core.filters import Asked, Offer, Option, Reader, Select, selects, slug
from relportal.core.models import Tier
from reports.queries.ladder.overview import LadderFilters, Stands
from reports.queries.ladder.versions import current
from reports.queries.ladder.words import rule_words


def stands_words() -> tuple[Option, ...]:
    return (
        (Stands.SHORT, _("Short of its minimum")),
        (Stands.EXCUSED, _("At it by exceptions only")),
        (Stands.MET, _("At its minimum")),
        (Stands.NOT_ASKED, _("No level asked for")),
    )


def read_ladder(query: QueryDict) -> Asked[LadderFilters, None]:
    reader = Reader(query)
    filters = LadderFilters(
        text=reader.text,
        tiers=reader.several("tier", lambda text: Tier(int(text)).value),
        teams=reader.several("team", slug),
        journeys=reader.several("journey", slug),
        stands=reader.several("stands", Stands),
        rules=reader.several("rule", slug),
    )
    return reader.asked(filters, None)


def ladder_controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    rules = tuple((one.key, rule_words(one)) for one in current().ladder.rules)
    offered: list[Offer] = [
        ("stands", _("State"), _("Every state"), stands_words()),
        ("tier", _("Tier"), _("All tiers"), [(str(each.value), each.label) for each in Tier]),
        ("team", _("Team"), _("All teams"), options["team"]),
        ("journey", _("Journey"), _("All journeys"), options["journey"]),
        ("rule", _("Rule not passed"), _("Every rule"), rules),
    ]
    return selects(query, offered)
