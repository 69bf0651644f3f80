"""A published report: its files, its e-mail, and the links that show it to people without an account."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from incidents.models import ActionItem, Incident
from relportal.core.exceptions import Missing
from relportal.core.models import AuditEvent, Role, Service, User, WorkItem
from reports.actions import deliveries, schedules, sharing
from reports.actions.report_files import FILES, make_files
from reports.actions.schedules import ScheduleGiven
from reports.domain.payload import read, written
from reports.domain.schedules import Cadence
from reports.exports import FORMATS
from reports.models import Mailing, MailingState, Report, ReportFile, ShareLink, ShareVisit
from reports.signals import report_published
from tests import make
from tests.reports.exports.sample import PAYLOAD

pytestmark = pytest.mark.django_db


def published(at: dt.datetime, **fields: Any) -> Report:
    content = written(PAYLOAD)
    return Report.objects.create(
        **{
            "cut": "quarter", "first": dt.date(2026, 6, 1), "last": dt.date(2026, 8, 31), "sections": ["headline"],
            "state": "published", "payload": content, "sha256": hashlib.sha256(content).hexdigest(), "created_at": at,
            "frozen_at": at, "published_at": at,
        }
        | fields
    )  # fmt: skip


def test_the_files_are_made_once_after_publication_and_given_to_its_readers(
    bob: User, charlie: User, client: Client
) -> None:
    at = timezone.now()
    report = published(at)
    report_published.send(Report, pk=report.pk, at=at)
    assert WorkItem.objects.filter(kind=FILES, key=str(report.pk)).exists()
    client.force_login(bob)
    assert "Its files are being made" in client.get(report.get_absolute_url()).content.decode()
    assert make_files(report.pk, at=at) == {}
    assert make_files(report.pk, at=at) == {}
    assert set(ReportFile.objects.values_list("key", flat=True)) == set(FORMATS)

    page = client.get(report.get_absolute_url()).content.decode()
    assert f"/reports/{report.pk}/files/pdf/" in page
    assert "/share/" not in page
    given = client.get(f"/reports/{report.pk}/files/json/")
    assert given.content == bytes(report.payload or b"")
    assert hashlib.sha256(given.content).hexdigest() == report.sha256
    assert client.get(f"/reports/{report.pk}/files/pdf/")["Content-Type"] == "application/pdf"
    assert client.get(f"/reports/{report.pk}/files/docx/").status_code == 404
    client.force_login(charlie)
    assert client.get(f"/reports/{report.pk}/files/pdf/").status_code == 403


def test_a_report_is_mailed_at_the_next_hour_and_not_once_a_revision_is_out(lead: User, bob: User) -> None:
    at = dt.datetime(2026, 9, 8, 10, tzinfo=dt.UTC)
    report = published(at)
    make_files(report.pk, at=at)
    given = ScheduleGiven(name="Board", cadence=Cadence.QUARTERLY, zone="UTC", hour=8, people=[bob, lead])
    schedules.create(lead, given, at=at)
    assert deliveries.prepare_report(report.pk, at=at) == 2
    assert deliveries.prepare_report(report.pk, at=at) == 0
    assert deliveries.send_due(at=at).sent == 0
    due = Mailing.objects.values_list("due_at", flat=True).first()
    assert due == dt.datetime(2026, 9, 9, 8, tzinfo=dt.UTC)
    Mailing.objects.filter(user=lead).update(due_at=due + dt.timedelta(hours=1))
    assert deliveries.send_due(at=due).sent == 1
    [sent] = mail.outbox
    assert sent.subject.startswith("Customers lost 41 % fewer minutes")
    names = [str(part[0]) for part in sent.attachments if isinstance(part, tuple)]
    assert names == ["reliability-jun-aug-2026.pdf"]
    Report.objects.filter(pk=report.pk).update(state="superseded")
    assert deliveries.send_due(at=due + dt.timedelta(hours=1)).sent == 0
    assert Mailing.objects.get(user=lead).state == MailingState.SKIPPED


def test_a_link_opens_one_report_with_its_key_until_it_is_taken_back(lead: User, bob: User) -> None:
    at = timezone.now()
    report = published(at)
    make_files(report.pk, at=at)
    keeper = Client()
    keeper.force_login(lead)
    assert keeper.post(f"/reports/{report.pk}/share/", {"name": "Board", "days": "500"}).status_code == 422
    page = keeper.post(f"/reports/{report.pk}/share/", {"name": "Board", "days": "14"}).content.decode()
    link = ShareLink.objects.get()
    key = page.partition(f"/share/{link.lookup}/#")[2].partition("<")[0]
    assert len(key) == 43
    assert key not in keeper.get(f"/reports/{report.pk}/share/").content.decode()
    assert key.encode() not in bytes(link.digest)

    guest = Client()
    address = f"/share/{link.lookup}/"
    first = guest.get(address)
    assert (first["X-Robots-Tag"], first["Referrer-Policy"]) == ("noindex, nofollow, noarchive", "same-origin")
    assert "Customers lost" not in first.content.decode()
    assert guest.get(f"{address}report/")["Location"] == address
    assert guest.get(f"{address}files/pdf/").status_code == 302
    assert guest.post(address, {"key": "x" * 43}).status_code == 422
    opened = guest.post(address, {"key": key}, follow=True).content.decode()
    assert "Customers lost 41 % fewer minutes" in opened
    assert guest.get(f"{address}files/pdf/").content.startswith(b"%PDF")
    assert guest.get(f"{address}files/json/").status_code == 404
    assert guest.get(report.get_absolute_url()).status_code == 302
    cookie = guest.cookies[f"share-{link.lookup}"]
    assert (cookie["httponly"], cookie["path"]) == (True, address)
    visits = list(ShareVisit.objects.order_by("pk").values_list("what", flat=True))
    assert visits == ["refused", "opened", "page", "pdf"]

    Report.objects.filter(pk=report.pk).update(state="superseded")
    assert "A newer revision took the place" in guest.get(f"{address}report/").content.decode()
    assert keeper.post(f"/reports/{report.pk}/share/", {"name": "Board", "days": "14"}).status_code == 409

    keeper.post(f"/reports/{report.pk}/share/{link.pk}/revoke/")
    assert guest.get(f"{address}report/").status_code == 404
    assert guest.get(address).status_code == 404
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"report.share", "report.unshare"}
    reading = Client()
    reading.force_login(bob)
    assert reading.get(f"/reports/{report.pk}/share/").status_code == 403


def test_guesses_at_a_key_are_braked_and_a_link_that_ended_opens_nothing(
    lead: User, client: Client, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    at = timezone.now()
    link, key = sharing.share(lead, published(at), name="Board", until=at + dt.timedelta(days=1), at=at)

    def answer(key: str, address: str) -> int:
        return client.post(
            f"/share/{link.lookup}/", {"key": key}, headers={"x-forwarded-for": f"9.9.9.9, {address}"}
        ).status_code

    assert [answer(key, "1.1.1.1") for _try in range(21)] == [302] * 21
    assert [answer("no", "1.1.1.1") for _try in range(22)] == [422] * 20 + [429] * 2
    assert ShareVisit.objects.filter(what="refused", address="1.1.1.1").count() == 20
    assert (answer("no", "2.2.2.2"), answer(key, "2.2.2.2"), answer(key, "1.1.1.1")) == (422, 302, 429)
    ShareVisit.objects.filter(what="refused").update(at=at - sharing.TRIES_WITHIN)
    assert answer(key, "1.1.1.1") == 302
    ShareLink.objects.update(created_at=at - dt.timedelta(days=2), expires_at=at - dt.timedelta(minutes=1))
    assert client.get(f"/share/{link.lookup}/").status_code == 404


def test_a_link_ends_when_it_is_read_too_often_and_not_by_wrong_keys(
    lead: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST_VISITS", 3)
    at = timezone.now()
    link, key = sharing.share(lead, published(at), name="Board", until=at + dt.timedelta(days=1), at=at)
    for number in range(5):
        assert not sharing.unlock(link, "no", address=f"1.1.1.{number}", at=at)
    for _visit in range(3):
        assert sharing.unlock(link, key, address=None, at=at)
    assert sharing.link_of(link.lookup, at=at) == link
    sharing.visited(link, "page", address=None, at=at)
    assert (link.visits.filter(what="refused").count(), link.visits.exclude(what="refused").count()) == (3, 3)
    with pytest.raises(Missing):
        sharing.link_of(link.lookup, at=at)


def test_a_report_that_is_not_published_is_not_shared(client: Client) -> None:
    boss = make.user("cto@example.com", role=Role.EXECUTIVE)
    client.force_login(boss)
    report = published(timezone.now(), state="draft", payload=None, sha256="", published_at=None)
    assert client.post(f"/reports/{report.pk}/share/", {"name": "Board", "days": "14"}).status_code == 409


def test_a_report_of_a_tier_or_team_goes_to_those_who_are_sent_it_and_may_read(
    lead: User, alice: User, bob: User, charlie: User, payments: Any, client: Client
) -> None:
    at = dt.datetime(2026, 9, 8, 10, tzinfo=dt.UTC)
    client.force_login(lead)
    fields = {"cadence": "quarterly", "hour": "8", "zone": "UTC", "people": f"{bob.email}\n{alice.email}"}
    for name, of in (("Tier 1", "tier:1"), ("Tier 2", "tier:2"), ("Payments", "team:payments"), ("Company", "")):
        assert client.post("/reports/schedules/new/", fields | {"name": name, "of": of}).status_code == 302
    both = {"name": "Both", "cadence": "weekly", "team": "payments", "tier": 1, "hour": 8, "zone": "UTC"}
    answer = client.post("/api/v1/schedules/", both | {"people": [bob.email]}, content_type="application/json")
    assert (answer.status_code, "a team or about a tier" in answer.content.decode()) == (422, True)
    assert client.post("/reports/schedules/new/", fields | {"name": "x", "of": "tier:9"}).status_code == 422
    # Since it was made one of its readers has lost every role, and with them the reports.
    bob.memberships.all().delete()

    report = published(at, scope="tier", number=1, scope_name="Tier 1")
    ours = published(at, scope="team", number=payments.pk, scope_name="Payments")
    assert make_files(report.pk, at=at) == {}
    assert [deliveries.prepare_report(each.pk, at=at) for each in (report, ours)] == [1, 1]
    told = set(Mailing.objects.values_list("schedule__name", "user__email", "report"))
    assert told == {("Tier 1", alice.email, report.pk), ("Payments", alice.email, ours.pk)}
    assert deliveries.send_due(at=dt.datetime(2026, 9, 9, 8, tzinfo=dt.UTC)).sent == 2
    kinds = [part.get_content_type() for part in mail.outbox[0].message().walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf"]
    # An owner makes schedules of their team, and none of a tier.
    client.force_login(alice)
    own = fields | {"name": "y", "people": alice.email}
    assert client.post("/reports/schedules/new/", own | {"of": "tier:1"}).status_code == 403
    assert client.post("/reports/schedules/new/", own | {"of": "team:payments"}).status_code == 302
    page = client.get("/reports/schedules/").content.decode()
    assert '<td class="rp-wide">Tier 2</td>' in page


def test_a_digest_of_a_tier_counts_what_is_of_its_services(
    lead: User, alice: User, payments: Any, client: Client
) -> None:
    at = timezone.now()
    due = at.date() - dt.timedelta(days=3)
    for tier, title in ((1, "Page earlier"), (2, "Tidy up")):
        service = make.service(team=payments, tier=tier)
        make.status(objective=make.objective(service=service), band="breached", remaining=-0.5)
        ActionItem.objects.create(title=title, service=service, due_on=due, first_due_on=due, created_at=at)
    hit = Incident.objects.create(title="Down", declared_at=at)
    hit.services.add(Service.objects.get(tier=1))
    ActionItem.objects.create(title="Drill", incident=hit, due_on=due, first_due_on=due, created_at=at)
    given = ScheduleGiven(name="Tier 1", cadence=Cadence.WEEKLY, zone="UTC", hour=8, tier=1, people=[alice])
    row = schedules.create(lead, given, at=at)
    assert deliveries.run_schedule(row.pk, at=at).made == 1
    mailing = Mailing.objects.get()
    assert mailing.subject.startswith("Tier 1: 1 objective is out of budget, 2 actions are overdue")
    [page] = read(bytes(mailing.content or b"")).pages
    assert [figure.path for figure in page.figures[:2]] == ["/slos/?tier=1", "/actions/?state=overdue&tier=1"]
    client.force_login(alice)
    listed = client.get(page.figures[1].path).content.decode()
    assert [title in listed for title in ("Page earlier", "Drill", "Tidy up")] == [True, True, False]
    assert client.get(f"/reports/deliveries/{mailing.pk}/open/").headers["Location"] == "/scorecards/?of=tier:1"
