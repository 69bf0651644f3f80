"""What is due goes out once to each reader, with what this reader may see, and a mail server that is down loses nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from incidents.models import ActionItem, Incident
from relportal.core import work
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Membership, Role, Team, User, WorkItem
from reports.actions import deliveries, schedules
from reports.actions.deliveries import MAILS, Prepared
from reports.actions.schedules import SCHEDULE, ScheduleGiven
from reports.domain.payload import Payload, read
from reports.domain.periods import Cut
from reports.domain.schedules import GIVEN_UP_AFTER, Cadence
from reports.kpis import KPIS
from reports.models import KpiValue, Mailing, MailingState, Schedule
from reports.queries.asked import scope_of
from reports.queries.calendar import calendar
from reports.queries.digest import digest
from tests import make
from tests.reports.smtp import Server, mail_server

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture
def post(settings: Any) -> Iterator[Server]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


def made(actor: User, at: dt.datetime, **fields: Any) -> Schedule:
    given: dict[str, Any] = {
        "name": "Payments, Monday",
        "cadence": Cadence.WEEKLY,
        "zone": "Europe/Berlin",
        "hour": 8,
    } | fields
    return schedules.create(actor, ScheduleGiven(**given), at=at)


def late(team: Team, at: dt.datetime, title: str, **fields: Any) -> ActionItem:
    due = at.date() - dt.timedelta(days=3)
    return ActionItem.objects.create(
        title=title, team=team, due_on=due, first_due_on=due, created_at=at - WEEK, **fields
    )


def test_a_digest_goes_out_at_its_hour_once_to_each_with_what_they_may_see(
    alice: User, bob: User, payments: Team, post: Server, at: dt.datetime
) -> None:
    private = Incident.objects.create(title="Leak", is_private=True, declared_at=at - WEEK, team=payments)
    late(payments, at, "Page earlier")
    late(payments, at, "Rotate the leaked key", incident=private, owner=alice)
    make.status(objective=make.objective(service=make.service(team=payments)), band="breached", remaining=-0.5)
    one = made(alice, at, team=payments, teams=[payments], people=[bob])
    item = WorkItem.objects.get(kind=SCHEDULE, key=str(one.pk))
    assert item.due_at == dt.datetime(2026, 11, 9, 7, tzinfo=dt.UTC)

    assert deliveries.run_schedule(one.pk, at=item.due_at) == Prepared(2, item.due_at + WEEK)
    assert deliveries.run_schedule(one.pk, at=item.due_at + dt.timedelta(minutes=1)).made == 0
    done = deliveries.send_due(at=item.due_at)
    assert (done.sent, done.again_at, done.problem) == (2, None, "")
    assert deliveries.send_due(at=item.due_at).sent == 0

    mine, his = (next(mail for mail in post.mails if mail["To"] == each.email) for each in (alice, bob))
    assert mine["Subject"].strip().startswith("Payments: 1 objective is out of budget, 2 actions are overdue")
    assert "1 action is overdue" in his["Subject"]
    assert "leaked key" not in str(his)
    content = read(bytes(Mailing.objects.get(user=alice).content or b""))
    assert [figure.text for figure in content.pages[0].figures] == ["1 of 1", "2", "0", "0 of 0"]


def test_a_digest_names_what_clearly_moved_and_leads_to_the_figures_of_its_team(
    alice: User, payments: Team, settings: Any, at: dt.datetime
) -> None:
    settings.COMPANY_NAME = "Perronova"
    now = calendar().period(Cut.DAYS_28, at.date() - dt.timedelta(days=1))
    for period, value in ((calendar().before(now), 10.0), (now, 20.0)):
        for kpi, change in (("incidents", "up"), ("customer_minutes", "no_clear")):
            KpiValue.objects.create(
                kpi=kpi, definition=KPIS[kpi].definition, cut=period.cut, first=period.first, last=period.last, scope="team",
                number=payments.pk, value=value, change=change, rag="red", maturity="3", computed_at=at,
            )  # fmt: skip
    found = digest(alice, scope_of(payments, None), Cadence.WEEKLY, at=at)
    assert found.company == "Perronova"
    assert found.pages[0].title == "Payments: 2 KPIs are missed"
    figure = found.pages[0].figures[-1]
    asked = f"?period={now.key}&of=team:payments"
    assert (figure.text, figure.word, figure.path) == ("2 of 2", "Missed", f"/scorecards/{asked}")
    (table,) = (each for each in found.pages[0].tables if each.key == "kpis")
    assert [row[0].path for row in table.rows] == [f"/scorecards/kpis/incidents/{asked}"]


def test_the_mail_has_text_a_picture_a_pdf_and_a_way_to_stop_it_with_one_click(
    alice: User, payments: Team, post: Server, client: Client, at: dt.datetime
) -> None:
    one = made(alice, at, team=payments, people=[alice])
    deliveries.run_schedule(one.pk, at=at)
    deliveries.send_due(at=at)
    [mail] = post.mails
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf"]
    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    assert "Payments: nothing needs you" in parts["text/plain"]
    assert 'src="cid:headline@relportal"' in parts["text/html"]
    assert parts["application/pdf"].startswith(b"%PDF")
    assert parts["image/png"].startswith(b"\x89PNG")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row = Mailing.objects.get()
    assert mail["Message-ID"].startswith(f"<delivery-{row.pk}@")

    address = mail["List-Unsubscribe"].strip("<>")
    path = "/" + address.split("/", 3)[3]
    asked = client.get(path)
    assert "a…@example.com" in asked.content.decode()
    assert asked["Referrer-Policy"] == "no-referrer"
    assert schedules.recipients(one) == [alice]
    stopped = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    assert schedules.recipients(one) == []
    assert AuditEvent.objects.filter(action="schedule.unsubscribe", actor=alice).count() == 1
    assert client.get(path[:-3] + "xx/").status_code == 404

    assert client.get(f"/reports/deliveries/{row.pk}/open/").status_code == 302
    client.force_login(alice)
    client.post(f"/reports/schedules/{one.pk}/wanted/", {"wanted": "1"})
    assert schedules.recipients(one) == [alice]
    led = client.get(f"/reports/deliveries/{row.pk}/open/")
    assert led["Location"] == "/scorecards/?of=team:payments"
    row.refresh_from_db()
    assert row.opened_at is not None


def test_a_server_that_is_down_loses_nothing_and_is_asked_later_and_later(
    alice: User, bob: User, settings: Any, at: dt.datetime, deaf_port: int
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", deaf_port
    one = made(make.user(role=Role.RELIABILITY_LEAD), at, people=[alice, bob])
    deliveries.run_schedule(one.pk, at=at)
    done = deliveries.send_due(at=at)
    assert done.sent == 0
    assert "ConnectionRefusedError" in done.problem
    assert done.again_at == at + dt.timedelta(minutes=1)
    assert deliveries.send_due(at=at).problem == ""
    later = deliveries.send_due(at=at + dt.timedelta(minutes=1))
    assert later.again_at == at + dt.timedelta(minutes=6)
    assert {(row.attempts, row.state) for row in Mailing.objects.all()} == {(2, MailingState.WAITING)}

    end = at + GIVEN_UP_AFTER
    assert deliveries.send_due(at=end).again_at is None
    assert set(Mailing.objects.values_list("state", flat=True)) == {MailingState.FAILED}
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        lead = make.user(role=Role.RELIABILITY_LEAD)
        for row in Mailing.objects.all():
            deliveries.send_again(lead, row, at=end)
        assert deliveries.send_due(at=end).sent == 2
        assert len(server.mails) == 2
    with pytest.raises(Conflict, match="This e-mail is Sent"):
        deliveries.send_again(lead, row, at=end)


def test_one_that_is_refused_or_cannot_be_made_holds_up_nobody_else(
    alice: User, lead: User, post: Server, at: dt.datetime
) -> None:
    names = ("refused", "unwanted", "broken")
    gone, unwanted, broken = (make.user(f"{n}@example.com", role=Role.VIEWER, display_name=f"A {n}") for n in names)
    one = made(lead, at, people=[gone, unwanted, broken, alice])
    deliveries.run_schedule(one.pk, at=at)
    Mailing.objects.filter(user=broken).update(content=b"{}")
    done = deliveries.send_due(at=at)
    assert (done.sent, [mail["To"] for mail in post.mails]) == (1, [alice.email])
    assert done.again_at == at + dt.timedelta(minutes=1)
    assert "no such person" in Mailing.objects.get(user=gone).error
    assert "no such content" in done.problem
    assert Mailing.objects.get(user=unwanted).error == done.problem
    row = Mailing.objects.get(user=broken)
    assert (row.state, row.attempts) == (MailingState.WAITING, 1)
    assert row.error.startswith("ValidationError: ")


def test_a_digest_that_cannot_be_made_for_one_is_told_and_the_others_have_theirs(
    alice: User, bob: User, lead: User, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(lead, at, people=[alice, bob])

    def not_for_alice(user: User, *args: Any, **fields: Any) -> Payload:
        if user == alice:
            raise ValueError("no digest of this")
        return digest(user, *args, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "digest", not_for_alice)
        item = WorkItem.objects.get(kind=SCHEDULE, key=str(one.pk))
        done = work.handler_of(SCHEDULE)(item, at)
    assert done.result == {"prepared": 1}
    assert done.problem == f"{alice}: ValueError: no digest of this"
    assert done.again_at is not None
    assert WorkItem.objects.filter(kind=MAILS).exists()
    assert deliveries.run_schedule(one.pk, at=at).made == 1
    assert set(Mailing.objects.values_list("user", flat=True)) == {alice.pk, bob.pk}


def test_who_may_not_read_reports_any_more_or_has_stopped_them_gets_nothing_that_waits(
    alice: User, bob: User, lead: User, post: Server, at: dt.datetime
) -> None:
    one = made(lead, at, people=[alice, bob])
    deliveries.run_schedule(one.pk, at=at)
    Membership.objects.filter(user=bob).delete()
    schedules.unsubscribe(schedules.unsubscribe_token(one, alice), at=at)
    assert deliveries.send_due(at=at).sent == 0
    assert set(Mailing.objects.values_list("state", flat=True)) == {MailingState.SKIPPED}
    assert "stopped" in Mailing.objects.get(user=alice).error
    assert schedules.recipients(one) == []
    assert post.mails == []


def test_an_auditor_stops_the_e_mails_to_themselves(lead: User, at: dt.datetime) -> None:
    auditor = make.user(role=Role.AUDITOR)
    one = made(lead, at, people=[auditor])
    schedules.subscribe(auditor, one, wanted=False, at=at)
    assert schedules.recipients(one) == []
    schedules.subscribe(auditor, one, wanted=True, at=at)
    assert schedules.recipients(one) == [auditor]
    with pytest.raises(NotAllowed):
        schedules.subscribe(make.user(), one, wanted=False, at=at)


def test_a_schedule_is_checked_and_made_only_by_those_who_may(
    alice: User, bob: User, payments: Team, at: dt.datetime
) -> None:
    with pytest.raises(NotAllowed):
        made(bob, at, team=payments, people=[bob])
    with pytest.raises(NotAllowed):
        made(alice, at, people=[bob])
    for zone in ("Mars/Olympus", "America", "../etc"):
        with pytest.raises(Invalid, match="no time zone"):
            made(alice, at, team=payments, people=[bob], zone=zone)
    with pytest.raises(Invalid, match="at least one person, team or role"):
        made(alice, at, team=payments)
    with pytest.raises(Invalid, match="may not read reports"):
        made(alice, at, team=payments, people=[make.user("out@example.com")])
    one = made(alice, at, team=payments, people=[bob])
    schedules.set_active(alice, one, active=False, at=at)
    assert deliveries.run_schedule(one.pk, at=at) == Prepared()


def test_a_schedule_is_written_changed_and_read_on_its_pages(
    lead: User, bob: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(lead)
    form = {
        "name": "Company",
        "cadence": "monthly",
        "day": "3",
        "hour": "7",
        "zone": "UTC",
        "people": "nobody@example.com",
    }
    wrong = client.post("/reports/schedules/new/", form)
    assert wrong.status_code == 422
    assert "Nobody who may read reports has the address nobody@example.com" in wrong.content.decode()
    client.post("/reports/schedules/new/", form | {"people": "Bob@example.com, lead@example.com"})
    one = Schedule.objects.get()
    assert set(one.people.all()) == {bob, lead}
    old = {**form, "people": "bob@example.com", "version": "1"}
    client.post(f"/reports/schedules/{one.pk}/edit/", old)
    assert client.post(f"/reports/schedules/{one.pk}/edit/", old | {"name": "Mine"}).status_code == 409
    deliveries.run_schedule(one.pk, at=dt.datetime(2026, 11, 3, 7, tzinfo=dt.UTC))
    page = client.get(one.get_absolute_url()).content.decode()
    assert "bob@example.com" in page
    client.get("/reports/schedules/")
    with django_assert_max_num_queries(14):
        assert "1 e-mail waits to be sent" in client.get("/reports/schedules/").content.decode()
    client.post(f"/reports/schedules/{one.pk}/pause/", {"active": "0"})
    assert "Paused" in client.get(one.get_absolute_url()).content.decode()
    client.force_login(make.user("carla@example.com", role=Role.VIEWER))
    assert "bob@example.com" not in client.get("/reports/schedules/").content.decode()
