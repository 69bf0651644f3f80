from __future__ import annotations

import datetime as dt

import pytest

from relportal.core import company
from relportal.demo import seed
from reports.actions.figures import compute
from reports.domain.periods import Cut
from reports.kpis import KPIS
from reports.kpis._entered import EnteredKpi
from reports.models import KpiInput, KpiValue
from reports.queries.calendar import calendar
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
