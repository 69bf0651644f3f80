from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest

from relportal.core.models import User
from slo.actions.backfill import request_backfill, run_backfill
from slo.actions.collect import collect_source
from slo.models import AlertSeverity, BurnAlert, BurnRule, Objective
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

AT = dt.datetime(2026, 11, 2, 12, 5, tzinfo=dt.UTC)
SETTLED = dt.timedelta(seconds=100)
STEP = dt.timedelta(minutes=5)
# Half of all requests fail for half an hour yesterday, and did five days ago, of which hours are all that is read.
INCIDENT = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
LENGTH = dt.timedelta(minutes=30)
OLDER = INCIDENT - dt.timedelta(days=4)
pytestmark = [needs_prometheus, pytest.mark.django_db]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("prometheus") / "data"
    at = grid(AT - dt.timedelta(days=8), AT + dt.timedelta(hours=1), offset_s=0)
    failing = np.zeros(len(at))
    for begin in (INCIDENT, OLDER):
        failing[(at > begin.timestamp()) & (at <= (begin + LENGTH).timestamp())] = 30
    load(
        [
            Counter("http_requests_total", {"service": "checkout", "code": "200"}, at, np.cumsum(60 - failing)),
            Counter("http_requests_total", {"service": "checkout", "code": "500"}, at, np.cumsum(failing)),
        ],
        data,
    )
    with serving(data) as server:
        yield server


@pytest.fixture
def objective(prometheus: Server) -> Objective:
    """99 % over a week, with a page for ten times too fast in an hour and a ticket for twice in a day."""
    source = make.source(url=prometheus.url)
    indicator = make.indicator(source=source, good='http_requests_total{code!~"5.."}', total="http_requests_total")
    made = make.objective(
        service=make.service(slug="checkout"), indicator=indicator, target=Decimal("0.99"), window_days=7
    )
    for long_s, short_s, factor, severity in (
        (3600, 300, 10.0, AlertSeverity.PAGE),
        (86400, 7200, 1.0, AlertSeverity.TICKET),
    ):
        BurnRule.objects.create(objective=made, long_s=long_s, short_s=short_s, factor=factor, severity=severity)
    return made


def filled(objective: Objective, user: User, *, at: dt.datetime, days: int = 6, slice_s: float = 50.0) -> None:
    backfill = request_backfill(user, objective.indicator, days=days, at=at + SETTLED)
    while run_backfill(backfill.pk, at=at + SETTLED, slice_s=slice_s).again_in is not None:
        continue
    backfill.refresh_from_db()
    assert (backfill.state, backfill.error) == ("done", "")


def alerts() -> list[tuple[str, dt.datetime, dt.datetime | None]]:
    return list(BurnAlert.objects.order_by("fired_at", "pk").values_list("severity", "fired_at", "resolved_at"))


@pytest.mark.parametrize("slice_s", [50.0, 0.0], ids=["at once", "a chunk at a time"])
def test_an_incident_of_the_last_days_has_its_alerts_once_its_history_is_read(
    objective: Objective, lead: User, slice_s: float
) -> None:
    collect_source(objective.indicator.source_id, at=AT + SETTLED)
    assert not alerts()

    filled(objective, lead, at=AT, slice_s=slice_s)

    # An hour has 3,600 requests: after fifteen minutes 450 of them failed, 12.5 %. Five minutes are clean after five.
    page = (INCIDENT + 3 * STEP, INCIDENT + LENGTH + STEP)
    # A day has 86,400: 1 % of them failed after 28.8 minutes. Two hours are clean after two.
    ticket = (INCIDENT + 6 * STEP, INCIDENT + LENGTH + dt.timedelta(hours=2))
    rows = alerts()
    assert [row[0] for row in rows] == ["page", "ticket"]
    assert [row[1:] for row in rows] == [page, ticket]
    first = BurnAlert.objects.get(severity="page")
    assert [first.burn_long, first.burn_short] == pytest.approx([12.5, 50.0])
    # 900 of the older incident and 450 of this one, of as many requests as there are in the four days since.
    assert first.remaining_at_fire is not None


def test_reading_the_same_days_again_changes_no_alert(objective: Objective, lead: User) -> None:
    collect_source(objective.indicator.source_id, at=AT + SETTLED)
    filled(objective, lead, at=AT, days=3)
    rows = list(BurnAlert.objects.values_list())

    later = AT + dt.timedelta(minutes=30)
    collect_source(objective.indicator.source_id, at=later + SETTLED)
    filled(objective, lead, at=later)

    assert list(BurnAlert.objects.values_list()) == rows
    assert len(rows) == 2
