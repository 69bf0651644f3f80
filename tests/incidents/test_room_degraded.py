"""The room while the portal's surroundings are down: what people do is written, and old numbers are marked as old."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains
from rest_framework.test import APIClient

from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Delivery, Entry, ImpactFigures, Incident, RoleHolder, State, Update
from incidents.queries.room import room as read_room
from incidents.tasks import deliveries
from relportal.core.models import Heartbeat, Service, User, WorkItem
from relportal.core.permissions import SYSTEM
from relportal.core.tasks import tick
from slo.models import Objective
from tests import make
from tests.incidents.webhooks import payloads

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def dead_broker(deaf_port: int) -> Iterator[None]:
    """The broker's address answers nobody, and a connection to anywhere but PostgreSQL is a mistake of the page."""
    pool: Any = current_app.pool
    before = current_app.conf.broker_url
    current_app.conf.update(broker_url=f"redis://127.0.0.1:{deaf_port}/0", broker_connection_retry=False)
    pool.force_close_all()
    yield
    current_app.conf.update(broker_url=before, broker_connection_retry=True)
    pool.force_close_all()


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """No source, no broker, no mail server: whoever asks one while a person waits is found here."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple):
            raise ConnectionRefusedError(f"{address} is down")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def page(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


@pytest.fixture
def service(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", team=rita.memberships.get().team)


@pytest.fixture
def objective(service: Service) -> Objective:
    return make.objective(service=service, name="Availability")


def now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def seen(ago: dt.timedelta) -> None:
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": now() - ago})


def address(incident: Incident, name: str = "detail") -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


@pytest.mark.usefixtures("dead_broker", "no_way_out")
def test_an_incident_is_declared_run_and_resolved_with_everything_else_down(
    page: Client, service: Service, objective: Objective, lead: User
) -> None:
    page.post(reverse("incidents:declare"), {"title": "Card payments fail", "services": [service.pk]})
    incident = Incident.objects.get()
    posts: list[tuple[str, dict[str, Any]]] = [
        ("role", {"do": "take", "role": "commander"}),
        ("role", {"do": "offer", "role": "scribe", "user": lead.pk}),
        ("line", {"text": "rolled back"}),
        ("line", {"text": "TODO call the bank"}),
        ("state", {"to": "identified"}),
        ("update", {"audience": "internal", "condition": "Cards fail", "next_min": 20}),
        ("segment-add", {"segment-service": service.pk, "segment-level": "full",
                         "segment-start": f"{now() - 10 * MINUTE:%Y-%m-%dT%H:%M:%S}"}),
        ("attachments", {"file": SimpleUploadedFile("log.txt", b"errors")}),
        ("segment-end", {}),
        ("state", {"to": "resolved"}),
    ]  # fmt: skip
    for name, given in posts:
        assert page.post(address(incident, name), given).status_code == 302, name
        assert page.get(address(incident)).status_code == 200

    incident.refresh_from_db()
    assert incident.state == State.RESOLVED
    assert RoleHolder.objects.filter(since__isnull=False).count() == 1
    assert Update.objects.count() == incident.segments.count() == incident.attachments.count() == 1
    assert {"rolled back", "Attached: log.txt"} <= set(Entry.objects.values_list("text", flat=True))
    figures = ImpactFigures.objects.get()
    assert figures.impact_minutes == pytest.approx(10, abs=0.2)
    assert (figures.failed_requests, figures.budget_spent) == (None, None)


@pytest.mark.usefixtures("dead_broker", "no_way_out")
def test_the_api_declares_and_writes_with_everything_else_down(rita: User) -> None:
    api = APIClient()
    api.force_authenticate(rita)
    made = api.post("/api/v1/incidents/", {"title": "Cards fail"}, format="json")
    path = f"/api/v1/incidents/{made.json()['id'].removeprefix('INC-')}/"

    assert api.post(f"{path}timeline/", {"text": "rolled back"}, format="json").status_code == 201
    assert api.post(f"{path}state/", {"state": "resolved"}, format="json").json()["state"] == "resolved"


@pytest.mark.usefixtures("dead_broker")
def test_an_alert_is_kept_while_the_broker_is_away_and_read_when_it_is_back(service: Service) -> None:
    fields = IntegrationFields(name="Main")
    create_integration(SYSTEM, slug="main", kind="alertmanager", fields=fields, secret=payloads.SECRET, at=now())
    body = payloads.raw(payloads.alertmanager())
    path = reverse("incidents:hook", args=["main"])
    assert Client().post(path, body, content_type="application/json", headers=payloads.bearer()).status_code == 202

    assert tick() == 0
    item = WorkItem.objects.get(kind="incidents.delivery")
    assert (item.lease_token, item.state) == (None, "pending")
    assert Delivery.objects.get().result == Delivery.Result.WAITING

    deliveries(item, now())
    assert Alert.objects.get().service == service


def test_ten_minutes_without_a_tick_are_told_above_the_room_and_in_its_moving_part(
    page: Client, incident: Incident
) -> None:
    seen(MINUTE)
    shown = page.get(address(incident))
    assertNotContains(shown, "Data is stale")
    live = {"stamp": shown.context["stamp"]}
    assert page.get(address(incident, "live"), live, headers={"HX-Request": "true"}).status_code == 204

    seen(10 * MINUTE)
    answer = page.get(address(incident, "live"), live, headers={"HX-Request": "true"})
    assertContains(answer, "Data is stale: the worker was last seen 10 minutes ago.")
    assertContains(page.get(address(incident)), "Data is stale: the worker was last seen 10 minutes ago.", count=1)

    live = {"stamp": answer.context["stamp"]}
    assert page.get(address(incident, "live"), live, headers={"HX-Request": "true"}).status_code == 204
    seen(MINUTE)
    again = page.get(address(incident, "live"), live, headers={"HX-Request": "true"})
    assertNotContains(again, "Data is stale")


@pytest.mark.parametrize(("age", "marks"), [(5, 0), (14, 0), (16, 2), (600, 2)])
def test_a_budget_of_a_source_that_does_not_answer_is_marked_stale_in_the_strip_and_in_the_list(
    page: Client, rita: User, objective: Objective, age: int, marks: int
) -> None:
    make.status(objective=objective, at=now() - age * MINUTE, remaining=0.42)
    incident = declare(rita, Declaration(title="Cards fail", objectives=[objective]), at=now())

    shown = page.get(address(incident))
    assertContains(shown, "Budget left")
    assertContains(shown, '<span class="rp-tag">stale</span>', count=marks)


def test_an_objective_that_was_never_measured_says_that_there_is_no_data(
    page: Client, rita: User, objective: Objective
) -> None:
    incident = declare(rita, Declaration(title="Cards fail", objectives=[objective]), at=now())

    shown = page.get(address(incident))
    assertContains(shown, "no data")
    assertNotContains(shown, "Budget left")


def test_the_least_budget_stands_first_also_where_nothing_is_left_at_all(
    rita: User, service: Service, at: dt.datetime
) -> None:
    left = {"spent": 0.0, "more than spent": -0.5, "half": 0.5, "unknown": None}
    made = []
    for name, remaining in left.items():
        made.append(make.objective(service=service, name=name))
        make.status(objective=made[-1], at=at, remaining=remaining)
    incident = declare(rita, Declaration(title="Cards fail", objectives=made), at=at)

    shown = read_room(rita, incident, at=at)
    assert [one.objective.name for one in shown.budgets] == ["more than spent", "spent", "half", "unknown"]
    assert shown.least is shown.budgets[0]


def test_figures_that_nobody_computed_anew_say_from_when_they_are(
    page: Client, rita: User, incident: Incident, service: Service
) -> None:
    add_segment(rita, incident, SegmentFields(service=service, start=now() - 60 * MINUTE), at=now() - 20 * MINUTE)
    assertContains(page.get(address(incident)), '<span class="rp-tag">stale</span> <span class="rp-muted">as of')

    ImpactFigures.objects.update(computed_at=now() - 6 * MINUTE)
    assertNotContains(page.get(address(incident)), '<span class="rp-tag">stale</span>')
    ImpactFigures.objects.update(computed_at=now() - 60 * MINUTE)
    incident.segments.update(end=now() - 30 * MINUTE)
    assertNotContains(page.get(address(incident)), '<span class="rp-tag">stale</span>')
