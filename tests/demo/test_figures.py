from __future__ import annotations

import datetime as dt

import pytest

from relportal.core import company
from relportal.core.models import WorkItem
from relportal.demo import seed, seed_figures, seed_slo
from reports.actions.figures import compute
from reports.domain.periods import Cut
from reports.domain.scopes import COMPANY
from reports.kpis import KPIS
from reports.kpis._entered import EnteredKpi
from reports.models import KpiInput, KpiValue
from reports.queries.calendar import calendar
from reports.queries.scorecard import scorecard
from slo.actions.schedule import LATENCY_DAYS
from slo.models import Backfill
from tests.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db


def test_every_kpi_that_is_entered_has_a_value_in_each_of_the_closed_quarters() -> None:
    seed.company(url="http://127.0.0.1:9090", at=ANCHOR)
    written = KpiInput.objects.count()
    seed.company(url="http://127.0.0.1:9090", at=ANCHOR)
    assert KpiInput.objects.count() == written
    assert not KpiInput.objects.filter(last__gte=company.day(ANCHOR)).exists()
    last = calendar().closed(Cut.QUARTER, company.day(ANCHOR) - dt.timedelta(days=30))
    done = compute([last], at=ANCHOR)
    assert not done.failed
    entered = [key for key, kpi in KPIS.items() if isinstance(kpi, EnteredKpi)]
    found = KpiValue.objects.filter(kpi__in=entered, scope="company", cut=last.cut, first=last.first, edition="live")
    assert {row.kpi for row in found if row.value is not None and not row.lacking} == set(entered)
    toil = found.get(kpi="toil")
    hours = [row.numbers for row in KpiInput.objects.filter(kpi="toil", last__range=(last.first, last.last))]
    assert toil.value == pytest.approx(sum(each["toil_h"] for each in hours) / sum(each["work_h"] for each in hours))


def test_the_past_is_closed_and_one_figure_is_restated_once_the_history_is_read() -> None:
    seed.company(url="http://127.0.0.1:9090", at=ANCHOR)
    Backfill.objects.all().delete()
    WorkItem.objects.filter(kind=seed_slo.OLDER_HISTORY).delete()
    assert not seed_figures.ready()
    last = calendar().closed(Cut.QUARTER, company.day(ANCHOR))
    compute([last], at=ANCHOR)
    assert not seed_figures.ready()
    # The histograms are read, and due again tomorrow.
    WorkItem.objects.filter(kind=LATENCY_DAYS).update(last_run_at=ANCHOR, due_at=ANCHOR + dt.timedelta(days=1))
    assert seed_figures.ready()
    seed_figures.closed_and_corrected(at=ANCHOR)
    compute([last], at=ANCHOR)
    line = next(one for one in scorecard(COMPANY, last, earlier=[]).lines if one.kpi.key == "stakeholders")
    assert line.value is not None
    assert line.restated is not None
    assert line.restated.denominator == (line.value.denominator or 0) + 7
