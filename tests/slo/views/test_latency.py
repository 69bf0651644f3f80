"""What pages say of the percentiles of a histogram."""

from __future__ import annotations

import datetime as dt

from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import User
from slo.models import IndicatorKind, IndicatorState, LatencyDay
from tests import make


def test_a_latency_objective_and_its_indicator_tell_percentiles_with_their_buckets_or_why_there_are_none(
    client: Client, bob: User
) -> None:
    client.force_login(bob)
    indicator = make.indicator(kind=IndicatorKind.LATENCY_CLASSIC, histogram="h", latency_s=0.3, slug="fast")
    objective = make.objective(indicator=indicator)
    other = make.series(indicator=indicator, service=make.service(name="Slow one")).service
    state = IndicatorState.objects.create(indicator=indicator)

    assertContains(client.get(objective.get_absolute_url()), "No day is kept yet.")
    assertNotContains(client.get(indicator.get_absolute_url()), "Percentiles")

    day = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=3)
    LatencyDay.objects.create(
        indicator=indicator,
        day=day,
        asked="h",
        layouts=[[0.1, 0.3, 1.0], [2.5]],
        services={str(objective.service_id): [0, [600, 900, 980, 1000]], str(other.pk): [1, [10, 20]]},
    )
    state.days_error = "The source refuses the query."
    state.save()

    # Number 50 of the 80 between 0.3 and 1 s; the 990th of 1,000 is above 1 s.
    page = client.get(objective.get_absolute_url())
    for text in ("738", "300", "above 1", "1 of 28", "The source refuses the query."):
        assertContains(page, text)
    of_indicator = client.get(indicator.get_absolute_url())
    assertContains(of_indicator, "The source refuses the query.")
    # The slowest first.
    assert of_indicator.content.index(b"above 2.5") < of_indicator.content.index(b"738")
    assertNotContains(client.get(make.objective().get_absolute_url()), "Percentiles")
