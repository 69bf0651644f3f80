"""Uses of runbooks: by one click on an alert or in the room of an incident, and told by the tools that run them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.actions.incidents import Declaration, declare, merge
from incidents.actions.runbooks import ToldRun, record_run
from incidents.models import Entry, EntryKind, Incident, RunbookRun
from incidents.queries.runbooks import runbooks_of_service
from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, AuditEvent, Service, ServiceLink, User
from tests import make
from tests.incidents.ringing import alert, minutes
from tests.risks.api.asking import get, post, said

pytestmark = pytest.mark.django_db
RUNS = "/api/v1/runbook-runs/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", tier=1, team=rita.memberships.get().team)


@pytest.fixture
def failover(checkout: Service, now: dt.datetime) -> ServiceLink:
    return ServiceLink.objects.create(
        service=checkout, kind="runbook", url="https://wiki.example.com/failover", label="Failover", verified_at=now
    )


def lines(incident: Incident) -> list[str]:
    rows = Entry.objects.filter(incident=incident, kind=EntryKind.RUNBOOK)
    return list(rows.order_by("pk").values_list("text", flat=True))


def page(client: Client, url: str) -> str:
    return client.get(url, headers=HTMX).content.decode()


def test_one_click_on_an_alert_says_that_the_runbook_was_used_and_the_next_whether_it_helped(
    rita: User, watcher: User, client: Client, failover: ServiceLink, now: dt.datetime
) -> None:
    rang = now - minutes(90)
    one = alert(failover.service, rang, name="DiskFull", ended_at=rang + minutes(9))
    firing = alert(failover.service, rang, name="NodeGone")
    url = f"/alerts/{one.pk}/runbook/"
    client.force_login(rita)
    assert "Runbook used" in page(client, "/alerts/")
    cell = client.post(url, {"outcome": "used"}, headers=HTMX).content.decode()
    assert "Did not help" in cell
    sent = client.post(url, {"outcome": "no_help", "back": "/alerts/?q=disk"})
    assert sent["Location"] == "/alerts/?q=disk"
    run = RunbookRun.objects.get()
    # It is over, so it was answered when it rang, as far as anybody knows.
    assert (run.outcome, run.by, run.link, run.started_at) == ("no_help", rita, failover, rang)
    assert AuditEvent.objects.filter(action="runbook.run").count() == 2
    for outcome in ("used", "helped"):
        client.post(f"/alerts/{firing.pk}/runbook/", {"outcome": outcome})
        begun = RunbookRun.objects.get(alert=firing).started_at
        firing.ended_at = timezone.now()
        firing.save()
        assert begun >= now, "what fires is answered now, and saying how it went does not change when"
    client.post(f"/alerts/{firing.pk}/runbook/", {"outcome": ""})
    listed = client.get("/alerts/?format=csv&q=DiskFull")
    assert b"".join(listed).decode().splitlines()[1].endswith(",no_help")
    client.post(url, {"outcome": ""})
    assert not RunbookRun.objects.exists()
    assert client.post(url, {"outcome": "lovely"}, headers=HTMX).content.decode().count("rp-error") == 1
    nameless = client.post(f"/alerts/{alert(None, now).pk}/runbook/", {"outcome": "used"}, follow=True)
    assert "This alert names no service" in nameless.content.decode()
    assert not RunbookRun.objects.exists()
    client.force_login(watcher)
    assert client.post(url, {"outcome": "used"}).status_code == 403


def test_in_the_room_each_runbook_of_the_services_hit_stands_with_its_use_and_the_timeline_tells_of_it(
    rita: User, client: Client, failover: ServiceLink, now: dt.datetime
) -> None:
    mail = make.service(slug="mail", name="Mail")
    incident = declare(rita, Declaration(title="Down", services=(failover.service, mail)), at=now - minutes(30))
    client.force_login(rita)
    panel = f"/incidents/{incident.pk}/runbooks/"
    before = page(client, panel)
    assert "never used" in before
    assert "links no runbook" in before
    assert "Mail" in before
    after = client.post(f"{panel}{failover.pk}/", {"outcome": "used"}, headers=HTMX).content.decode()
    assert 'name="note"' in after
    client.post(f"{panel}{failover.pk}/", {"outcome": "helped", "note": "Step 4 names the old host"})
    client.post(f"{panel}{failover.pk}/", {"outcome": "helped"})
    assert "Step 4 names the old host" in page(client, panel)
    assert lines(incident) == [
        "Runbook “Failover” of Checkout: used",
        "Runbook “Failover” of Checkout: it helped · Step 4 names the old host",
    ]
    client.post(f"{panel}{failover.pk}/", {"outcome": ""})
    assert lines(incident)[-1] == "Runbook “Failover” of Checkout: taken back, it was not used"
    refused = client.post(f"{panel}{failover.pk}/", {"outcome": "x" * 11}, headers=HTMX).content.decode()
    assert "Choose used" in refused
    assert client.post(f"{panel}{10**6}/", {"outcome": "used"}).status_code == 404


def test_a_tool_tells_a_run_with_a_token_that_may_only_push_and_what_it_tells_twice_is_one_run(
    rita: User, failover: ServiceLink, settings: Any, now: dt.datetime
) -> None:
    settings.TOKEN_PEPPERS = {"1": "first"}
    token = issue_token(rita, name="rundeck", scopes={ApiToken.Scope.PUSH}, expires_at=None, at=now).plain
    incident = declare(rita, Declaration(title="Down", services=(failover.service,)), at=now - minutes(30))
    began = now - minutes(20)
    body = {
        "service": "checkout", "source": "Rundeck", "external_id": "4711", "incident": incident.short_id,
        "started_at": began.isoformat(),
    }  # fmt: skip

    def tell(**more: Any) -> Any:
        sent = {"authorization": f"Bearer {token}"}
        return Client().post(RUNS, body | more, content_type="application/json", headers=sent)

    first = tell()
    assert (first.status_code, first.json()["outcome"], first.json()["runbook"]) == (201, "used", failover.url)
    over = tell(outcome="helped", ended_at=(began + minutes(2)).isoformat(), note="Replica promoted")
    assert (over.status_code, over.json()["id"]) == (200, first.json()["id"])
    again = tell(ended_at=(now + minutes(99)).isoformat()).json()
    assert (again["outcome"], again["note"], again["by"]) == ("helped", "Replica promoted", None)
    assert dt.datetime.fromisoformat(again["ended_at"]) <= timezone.now()
    assert lines(incident)[1] == "Runbook “Failover” of Checkout, run by Rundeck: it helped · Replica promoted"
    assert RunbookRun.objects.get().incident == incident
    found = get(rita, "runbook-runs/?service=checkout&outcome=helped&source=Rundeck").json()["results"]
    assert [each["id"] for each in found] == [again["id"]]
    assert get(rita, "runbook-runs/?outcome=not_needed").json()["results"] == []


def test_what_is_told_wrongly_is_refused_at_its_field_and_nothing_is_written(
    rita: User, bob: User, failover: ServiceLink, now: dt.datetime
) -> None:
    other = alert(make.service(slug="mail", name="Mail"), now)

    def refused(**fields: Any) -> dict[str, str]:
        return said(post(rita, "runbook-runs/", **{"service": "checkout", "external_id": "1"} | fields))

    assert "no service" in refused(service="nowhere")["service"]
    assert "links no runbook" in refused(runbook="https://wiki.example.com/else")["runbook"]
    assert "of Mail" in refused(alert=other.pk)["alert"]
    assert "no such alert" in refused(alert=10**6)["alert"]
    assert "no such incident" in refused(incident="INC-999999")["incident"]
    assert "before it starts" in refused(started_at="2026-11-02T12:00:00Z", ended_at="2026-11-02T11:00:00Z")["ended_at"]
    assert "year 2000" in refused(started_at="1969-11-02T12:00:00Z")["started_at"]
    assert set(refused(outcome="lovely", external_id="")) == {"outcome", "external_id"}
    assert post(bob, "runbook-runs/", service="checkout", external_id="1").status_code == 403
    assert not RunbookRun.objects.exists()


def test_a_run_within_a_private_incident_is_there_only_for_whoever_sees_that(
    rita: User, watcher: User, failover: ServiceLink, now: dt.datetime
) -> None:
    given = Declaration(title="Leaked", services=(failover.service,), is_private=True)
    incident = declare(rita, given, at=now - minutes(9))
    one = alert(failover.service, now - minutes(10), incident=incident)
    told = ToldRun(started=now, alert=one, source="Rundeck", external_id="1", outcome="helped")
    run, _made = record_run(rita, failover.service, told, at=now)
    assert run.incident == incident
    assert get(rita, f"runbook-runs/{run.pk}/").status_code == 200
    assert get(watcher, f"runbook-runs/{run.pk}/").status_code == 404
    assert get(watcher, "runbook-runs/").json()["results"] == []
    shown = runbooks_of_service(watcher, failover.service, at=now)
    assert shown is not None
    assert (shown.runs, shown.runbooks[0].last, shown.runbooks[0].n, shown.incidents) == ((), None, 0, 0)


def test_the_page_of_the_service_says_when_each_runbook_was_used_and_how_it_did(
    rita: User, client: Client, failover: ServiceLink, now: dt.datetime
) -> None:
    service = failover.service
    never = ServiceLink.objects.create(service=service, kind="runbook", url="https://wiki.example.com/old")
    first, second = (declare(rita, Declaration(title="Down", services=(service,)), at=now - minutes(60)) for _ in "12")
    day = dt.timedelta(days=1)
    for number, (ago, outcome, incident) in enumerate(
        (
            (100, "helped", None),
            (40, "helped", None),
            (20, "no_help", None),
            (0, "used", first),
            (0, "not_needed", second),
        )
    ):
        told = ToldRun(
            started=now - ago * day, outcome=outcome, incident=incident, link=failover, source="Rundeck",
            external_id=str(number),
        )  # fmt: skip
        record_run(rita, service, told, at=now)
    found = runbooks_of_service(rita, service, at=now)
    assert found is not None
    used, unused = found.runbooks
    assert (used.link, used.confirmed, used.last, used.n) == (failover, True, now, 3)
    assert (unused.link, unused.confirmed, unused.last, unused.n) == (never, False, None, 0)
    assert (found.helped, found.told, found.covered, found.incidents) == (1, 2, 1, 2)
    client.force_login(rita)
    shown = client.get("/services/checkout/").content.decode()
    assert "Used in 1 of 2 incidents of 90 days." in shown
    assert "not confirmed for 180 days" in shown
    merge(rita, first, second, at=now)
    assert RunbookRun.objects.filter(incident=second).count() == 2
    assert get(rita, f"runbook-runs/?incident={second.pk}").json()["results"][0]["incident"] == second.short_id
    sent = post(rita, "runbook-runs/", service="checkout", external_id="later", incident=first.short_id)
    assert sent.json()["incident"] == second.short_id


def test_a_run_outlives_the_link_of_its_runbook(rita: User, failover: ServiceLink, now: dt.datetime) -> None:
    run, _made = record_run(rita, failover.service, ToldRun(started=now, link=failover), at=now)
    failover.delete()
    run.refresh_from_db()
    assert run.link is None
