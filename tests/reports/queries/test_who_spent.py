"""Who spent a budget: parts that are disjoint and add up to all that was spent, by arithmetic of what was counted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from incidents.models import ImpactSegment, Incident
from relportal.core.models import Service, User
from reports.domain.scopes import COMPANY
from reports.pages.budgets import PLUGIN
from reports.queries.facts import gather
from slo.models import Measurement
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import caused, deploy, incident
from tests.reports import reporting

pytestmark = pytest.mark.django_db
approx: Any = pytest.approx
HOUR = dt.timedelta(hours=1)


def hit(user: User, service: Service, start: dt.datetime, hours: float) -> Incident:
    row = incident(user, service, began=start)
    ImpactSegment.objects.filter(incident=row).delete()
    ImpactSegment.objects.create(incident=row, service=service, start=start, end=start + hours * HOUR)
    return row


def test_who_spent_a_budget(lead: User) -> None:
    """From the quarter's tenth noon: a deploy breaks it for 2 hours; an incident lasts from the 10th hour to the 13th, and
    maintenance from the 12th to the 15th; one that was cancelled would have been at the 20th."""
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    service = make.service(slug="pay", name="Pay")
    objective = make.objective(service=service, target=Decimal("0.99"))
    start, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (quarter.first, quarter.last))
    end += dt.timedelta(days=1)
    noon = start + dt.timedelta(days=9, hours=12)
    caused(hit(lead, service, noon, 2), deploy(service, noon))
    hit(lead, service, noon + 10 * HOUR, 3)
    make.maintenance(service=service, start=noon + 12 * HOUR, end=noon + 15 * HOUR)
    make.maintenance(service=service, start=noon + 20 * HOUR, cancelled_at=start)
    counted = [(start, 0, 0), (noon, 10, 40_000)]
    # What fails in each of these hours; 100 more until the end.
    for hour, bad in ((2, 300), (10, 5), (12, 150), (13, 70), (15, 90), (20, 3), (22, 40)):
        counted.append((noon + hour * HOUR, counted[-1][1] + bad, counted[-1][2] + 100))
    counted.append((end, counted[-1][1] + 100, 100_000))
    Measurement.objects.bulk_create(
        Measurement(
            series=objective.series, instant=instant, bad=bad, total=total, covered_s=(instant - start).total_seconds()
        )
        for instant, bad, total in counted
    )
    facts = gather(COMPANY, quarter, scope_name="Company", at=at)
    [one] = facts.objectives.promises
    assert one.spent is not None
    # Of 1,000 that may fail: what the deploy broke; both hours of the incident, also while work went on; the rest of the work.
    assert (one.spent.deploys, one.spent.incidents, one.spent.maintenance) == approx((0.3, 0.22, 0.09))
    assert (one.spent.background, one.spent.total) == approx((0.158, 0.768))
    page = PLUGIN.build(facts)
    assert [cell.text.replace("\u202f", " ") for cell in page.tables[0].rows[0]] == [
        "Pay: " + objective.name,
        "77 %",
        "30 %",
        "22 %",
        "9 %",
        "16 %",
    ]
