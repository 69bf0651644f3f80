"""The readiness template: each version is put in force as a whole, and stays readable."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import audit
from relportal.core.exceptions import Invalid, Stale
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from reports.actions.outdated import outdate_levels
from reports.domain.readiness import Template
from reports.domain.readiness_lint import MOST_ITEMS, Flaw, FlawKind, flaws
from reports.domain.readiness_text import as_json
from reports.domain.readiness_v1 import SHIPPED
from reports.facts import MEASURES
from reports.models import ReadinessTemplate

VERDICT_FACT: Final = "readiness"
"""Is made of reviews: no review can rest on it."""
WORDS: Final = {
    FlawKind.NO_ITEM: gettext_lazy("A template has one item at least."),
    FlawKind.MANY: gettext_lazy("A template has at most %(most)d items: nobody answers more."),
    FlawKind.TWICE: gettext_lazy("Two items have the key “%(item)s”. Rename one of them."),
    FlawKind.NO_TEXT: gettext_lazy("“%(item)s” needs an area and a text."),
    FlawKind.NO_WEIGHT: gettext_lazy("“%(item)s” says of no tier how much it matters."),
    FlawKind.WEIGHT_ORDER: gettext_lazy(
        "“%(item)s” matters more to a lower tier than to a higher one. Turn it around."
    ),
    FlawKind.NO_ORIGIN: gettext_lazy("“%(item)s” blocks: say which incident, standard or law it was born from."),
    FlawKind.NO_CHECK: gettext_lazy("“%(item)s” is proved by facts and names none: it could never pass."),
    FlawKind.FACT_UNKNOWN: gettext_lazy("“%(item)s” asks for a fact that the portal does not read. Choose another."),
    FlawKind.CHECK_EMPTY: gettext_lazy(
        "“%(item)s” compares a fact so that it can never fail or never pass. Mend the comparison."
    ),
    FlawKind.NO_DAYS: gettext_lazy("“%(item)s” takes evidence: say for how many days it is worth something."),
}


def ship_readiness(*, at: dt.datetime) -> None:
    """Version 1, where there is none yet."""
    if not ReadinessTemplate.objects.exists():
        ReadinessTemplate.objects.get_or_create(number=1, defaults={"content": as_json(SHIPPED), "created_at": at})


def put_in_force(
    actor: Actor, template: Template, *, note: str, version: int | None, at: dt.datetime
) -> ReadinessTemplate:
    """Open reviews are judged by it from the next look on, which is asked for at once; decided ones stay as they are.

    `version` is the number that its author saw in force. Raises: NotAllowed; Stale; Invalid without a note, or for flaws.
    """
    require(actor, "readiness.template")
    errors = _sentences(flaws(template, {key: one for key, one in MEASURES.items() if key != VERDICT_FACT}))
    if not note.strip():
        errors["note"] = [_("Say what changed and why, for the teams that are asked.")]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        before = ReadinessTemplate.objects.select_for_update().first()
        last = ReadinessTemplate.objects.aggregate(last=Max("number"))["last"] or 0
        if before is not None and version not in (None, last):
            raise Stale(_("Somebody has put another version in force. Read it, then send yours again."), current=before)
        row = ReadinessTemplate(
            number=last + 1,
            note=note.strip(),
            content=as_json(template),
            created_at=at,
            created_by=actor if isinstance(actor, User) else None,
        )
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"version": (last or None, row.number)}
        audit.record(
            actor, "readiness.template", row, at=at, key=str(row.number), reason=row.note[:500], changes=changes
        )
        outdate_levels(ReadinessTemplate, at=at)
    return row


def _sentences(found: tuple[Flaw, ...]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for one in found:
        said.setdefault("items", []).append(str(WORDS[one.kind]) % {"item": one.item, "most": MOST_ITEMS})
    return said
