"""Eight published reports of the demo company and the draft of the quarter that goes on, made as its people would make them.

They are made once the history is read and its figures are computed: each at the instant at which it could have been made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from incidents.models import ActionItem
from relportal.core import company, work
from relportal.core.models import Team, User, WorkItem, WorkState
from relportal.demo import people, seed_slo
from relportal.demo.report_words import HEADLINE, INSTEAD, INVESTMENTS, WHY
from reports.actions import approvals, narratives
from reports.actions import investments as investing
from reports.actions import reports as actions
from reports.actions.comments import comment
from reports.domain.periods import Cut, Period
from reports.domain.report_states import Lack
from reports.domain.scopes import COMPANY
from reports.models import Investment, KpiComment, KpiValue, Report
from reports.pages import in_order
from reports.payloads import shown
from reports.queries.calendar import calendar
from reports.queries.discussed import answered
from slo.models import Backfill

WORK: Final = "demo.reports"
AGAIN: Final = dt.timedelta(seconds=20)
PUBLISHED: Final = 8
MENDS: Final = 12
DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cast:
    leader: User
    first: User
    second: User

    @classmethod
    def read(cls) -> Cast:
        """The leader writes; two executives approve."""
        by_name = {each.name: each.email for each in people.PEOPLE}
        leader = next(each.email for each in people.PEOPLE if each.login == "leader")
        found = [leader, by_name["Charlotte Brandt"], by_name["Daniel Ortiz"]]
        return cls(*(User.objects.get(email=email) for email in found))


def wait(*, at: dt.datetime) -> None:
    """Makes them due; a second call with all of them there does nothing."""
    if not Report.objects.exists():
        work.enqueue(WORK, "all", at=at)


def ready(*, at: dt.datetime) -> bool:
    """Whether the history of the demo is read, and figures were computed after that."""
    older = WorkItem.objects.filter(kind=seed_slo.OLDER_HISTORY, state=WorkState.PENDING)
    if older.exists() or Backfill.objects.filter(state=Backfill.State.RUNNING).exists():
        return False
    finished = Backfill.objects.filter(finished_at__isnull=False).order_by("-finished_at")
    newest = finished.values_list("finished_at", flat=True).first()
    computed = KpiValue.objects.filter(first=_quarters(at)[0].first).order_by("-computed_at")
    at_last = computed.values_list("computed_at", flat=True).first()
    return at_last is not None and (newest is None or at_last >= newest)


def next_report(*, at: dt.datetime) -> bool:
    """Makes the oldest that is missing. Whether there was one: the lease of a worker is short, so it makes one at a time."""
    cast = Cast.read()
    if not Investment.objects.exists():
        _invest(cast, at=at)
    for number, quarter in enumerate(_quarters(at)):
        if not Report.objects.filter(first=quarter.first).exists():
            with transaction.atomic():
                _published(quarter, number, cast)
            return True
    going = calendar().period(Cut.QUARTER, company.day(at))
    if Report.objects.filter(first=going.first).exists():
        return False
    actions.create(cast.leader, COMPANY, going, sections=_sections(), at=at)
    return True


def _quarters(at: dt.datetime) -> tuple[Period, ...]:
    newest = calendar().closed(Cut.QUARTER, company.day(at))
    return tuple(reversed([calendar().before(newest, n) for n in range(PUBLISHED)]))


def _sections() -> list[str]:
    return [page.key for page in in_order()]


def _published(quarter: Period, number: int, cast: Cast) -> None:
    closing = dt.datetime.combine(quarter.closes_on, dt.time(9), tzinfo=company.zone())
    row = actions.create(cast.leader, COMPANY, quarter, sections=_sections(), at=closing - 5 * DAY)
    actions.draft(row.pk, at=closing)
    row = actions.freeze(cast.leader, row, at=closing + dt.timedelta(hours=1), version=None)
    _explained(row, quarter, cast, at=closing + dt.timedelta(hours=2))
    _written(row, number, cast, at=closing + dt.timedelta(hours=4))
    for days, person in ((1, cast.first), (2, cast.second)):
        row = approvals.approve(person, row, sha256=shown(row).sha256, at=closing + days * DAY)
    out = closing + 2 * DAY + dt.timedelta(hours=3)
    row = actions.publish(cast.leader, row, at=out, version=None)
    if number < PUBLISHED - 1:
        actions.discuss(cast.leader, row, agreed=_agreed(row, at=out), at=out + 7 * DAY, version=None)


def _agreed(row: Report, *, at: dt.datetime) -> str:
    """Of what nobody has decided to this day."""
    payload = shown(row).payload
    waits = payload is not None and any(one.ask.is_open for one in answered(payload, at=at))
    return "What is not decided yet stays with whoever decides it, and is asked again next quarter." if waits else ""


def _explained(row: Report, quarter: Period, cast: Cast, *, at: dt.datetime) -> None:
    """Whatever is off its target gets the words of its owner, and the action that mends it."""
    shown_to_all = ActionItem.objects.filter(created_at__lt=at).exclude(incident__is_private=True)
    mends = list(shown_to_all.order_by("-created_at", "-pk")[:MENDS]) or list(ActionItem.objects.order_by("pk")[:1])
    for number, one in enumerate(actions.hindrances_of(row)):
        if one.hindrance.lack is Lack.MESSAGE:
            continue
        kpi = one.hindrance.key
        there = KpiComment.objects.filter(
            kpi=kpi, cut=quarter.cut, first=quarter.first, scope=COMPANY.kind, number=COMPANY.number
        ).first()
        comment(
            cast.leader,
            kpi,
            (COMPANY, quarter),
            text=there.text if there is not None else WHY.get(kpi, INSTEAD),
            action=mends[number % len(mends)] if mends else None,
            version=there.version if there is not None else None,
            at=at,
        )


def _written(row: Report, number: int, cast: Cast, *, at: dt.datetime) -> None:
    """Messages are taken as the numbers propose them; the headline says in words what shaped the quarter."""
    for page in in_order():
        if not page.needed:
            continue
        taken = narratives.take(cast.leader, row, page.key, at=at, version=None)
        if page.key == "headline":
            words = narratives.Words(taken.title, taken.so_what, HEADLINE[number])
            narratives.write(cast.leader, row, page.key, words, at=at, version=taken.version)


def _invest(cast: Cast, *, at: dt.datetime) -> None:
    teams = {row.slug: row for row in Team.objects.all()}
    today = company.day(at)
    for one in INVESTMENTS:
        low, high = one.benefit or (None, None)
        fields = {
            "title": one.title, "team": teams.get(one.team), "kpi": one.kpi, "promised": one.promised, "observed": one.observed,
            "state": one.state, "starts_on": today - one.began * DAY,
            "ends_on": today - one.ended * DAY if one.ended is not None else None, "spent": one.spent,
            "benefit_low": low, "benefit_high": high,
        }  # fmt: skip
        investing.enter(cast.leader, fields, at=at - one.began * DAY)
