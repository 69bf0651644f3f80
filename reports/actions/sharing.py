"""Links to a published report for people without an account: made, revoked, opened with their key, and every visit kept."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, tokens
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from reports.domain.report_states import OUT
from reports.models import Report, ShareLink, ShareVisit

LONGEST: Final = dt.timedelta(days=90)
MOST_VISITS: Final = 10_000
"""Of a link that are kept: a link that is read more often is no secret any more, and ends. Of wrong keys as many are kept apart
from these, and nobody who knows no key ends a link by trying."""
TRIES: Final = 20
TRIES_WITHIN: Final = dt.timedelta(minutes=10)
REFUSED: Final = "refused"


def share(actor: Actor, report: Report, *, name: str, until: dt.datetime, at: dt.datetime) -> tuple[ShareLink, str]:
    """The link and its key, which is shown once and never stored.

    Raises: NotAllowed; Conflict for what is not published; Invalid, by field.
    """
    require(actor, "report.share", report)
    if report.life not in OUT:
        raise Conflict(_("Only a published report is shared: until then it may still change."))
    errors = {}
    if not name.strip() or len(name) > 120:
        errors["name"] = _("Say in at most 120 characters for whom it is.")
    if not at < until <= at + LONGEST:
        errors["days"] = _("A link ends within %(n)d days.") % {"n": LONGEST.days}
    if errors:
        raise Invalid(errors)
    made = tokens.new_token()
    with transaction.atomic():
        row = ShareLink.objects.create(
            report=report, name=name.strip(), lookup=made.lookup, digest=made.digest, pepper=made.pepper, created_at=at,
            created_by=actor if isinstance(actor, User) else None, expires_at=until,
        )  # fmt: skip
        audit.record(actor, "report.share", report, at=at, changes={"link": (None, row.name), "ends": (None, until)})
    return row, made.plain.removeprefix(f"rp_{made.lookup}_")


def revoke(actor: Actor, link: ShareLink, *, at: dt.datetime) -> None:
    """Opens nothing from now on, also where it was opened before. Twice changes nothing. Raises: NotAllowed."""
    require(actor, "report.share", link.report)
    with transaction.atomic():
        row = ShareLink.objects.select_for_update().get(pk=link.pk)
        if row.revoked_at is None:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            audit.record(actor, "report.unshare", link.report, at=at, changes={"link": (row.name, None)})


def link_of(lookup: str, *, at: dt.datetime) -> ShareLink:
    """Raises: Missing, in the same words, for one that never was, was revoked, or has ended."""
    found = ShareLink.objects.open(at).filter(lookup=lookup).select_related("report").first()
    if found is None:
        raise Missing(_("This link has ended, was taken back, or was cut off. Ask whoever sent it for a new one."))
    return found


def unlock(link: ShareLink, key: str, *, address: str | None, at: dt.datetime) -> bool:
    """Whether this is its key."""
    fits = tokens.matches(f"rp_{link.lookup}_{key.strip()}", digest=link.digest, pepper=link.pepper)
    if fits:
        visited(link, "opened", address=address, at=at)
    elif link.visits.filter(what=REFUSED).count() < MOST_VISITS:
        ShareVisit.objects.create(link=link, at=at, what=REFUSED, address=address)
    return fits


def is_braked(link: ShareLink, *, address: str | None, at: dt.datetime) -> bool:
    """Whether TRIES wrong keys came from there within TRIES_WITHIN; counted in the log, so that it holds across processes."""
    tried = link.visits.filter(what=REFUSED, address=address, at__gt=at - TRIES_WITHIN)
    return tried.count() >= TRIES


def visited(link: ShareLink, what: str, *, address: str | None, at: dt.datetime) -> None:
    if link.visits.exclude(what=REFUSED).count() >= MOST_VISITS:
        ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at)
        return
    ShareVisit.objects.create(link=link, at=at, what=what, address=address)
