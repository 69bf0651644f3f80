"""A report from its making to its publication, as people walk it."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import InternalError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from incidents.actions.incidents import set_privacy
from incidents.models import Incident
from relportal.core.exceptions import Conflict, Stale
from relportal.core.models import AuditEvent, Role, User
from reports.actions import approvals, narratives
from reports.actions import reports as actions
from reports.actions.figures import compute
from reports.domain.payload import read
from reports.domain.periods import Cut
from reports.models import KpiValue, Report
from reports.payloads import shown
from reports.queries.calendar import calendar
from reports.queries.reports import authors
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident
from tests.reports import reporting


@pytest.fixture
def told(lead: User) -> dt.datetime:
    """A closed quarter with two incidents, one of them confidential, and the one before it computed."""
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    began = dt.datetime.combine(quarter.first, dt.time(9), dt.UTC) + dt.timedelta(days=10)
    shop = make.service(slug="shop", name="Shop", tier=1)
    hit = incident(lead, shop, began=began)
    hit.title, hit.severity_id = "متجر 🚆 fails", 1
    hit.save()
    secret = incident(lead, shop, began=began + dt.timedelta(hours=5), private=True)
    secret.title, secret.severity_id = "Stolen laptop of the board", 1
    secret.save()
    compute([quarter, calendar().before(quarter)], at=at)
    return at


def test_a_report_goes_from_draft_to_published_by_four_eyes_and_then_nothing_moves(
    told: dt.datetime, lead: User, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client.force_login(lead)
    quarter = reporting.closed_quarter(told)
    made = client.post(
        "/reports/new/", {"period": quarter.key, "scope": "", "sections": ["headline", "scorecard", "incidents"]}
    )
    row = Report.objects.get()
    assert made.headers["Location"] == row.get_absolute_url()
    assert "It is being drafted" in client.get(row.get_absolute_url()).content.decode()
    actions.draft(row.pk, at=told)

    page = client.get(row.get_absolute_url()).content.decode()
    assert "Closing: late data is waited for" in page
    assert "has no message" in page
    row.refresh_from_db()
    client.post(f"/reports/{row.pk}/freeze/", {"version": row.version})
    row.refresh_from_db()
    assert row.state == "frozen"
    first, second = reporting.executives()
    client.force_login(first)
    refused = client.post(f"/reports/{row.pk}/approve/", {"sha256": shown(row).sha256}, follow=True).content.decode()
    assert "has no message" in refused
    assert row.approvals.count() == 0

    reporting.unhindered(lead, row, at=told)
    narratives.write(
        lead, row, "incidents", narratives.Words(title="Two incidents, and both were ours", text="See INC-1."), at=told,
        version=None,
    )  # fmt: skip
    for person in (first, second):
        client.force_login(person)
        client.post(f"/reports/{row.pk}/approve/", {"sha256": shown(row).sha256})
    row.refresh_from_db()
    assert row.state == "approved"

    client.force_login(lead)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/reports/{row.pk}/publish/", {"version": row.version})
    row.refresh_from_db()
    assert row.state == "published"
    assert hashlib.sha256(bytes(row.payload or b"")).hexdigest() == row.sha256
    payload = read(bytes(row.payload or b""))
    assert payload.pages[2].title == "Two incidents, and both were ours"
    assert "2 incidents in" in payload.pages[2].claims[0].text
    (chart,) = payload.pages[2].charts
    assert (chart.unit, chart.series[0].texts) == ("incidents", ("2",))

    # A correction later changes nothing of it, and stands beside it.
    before = bytes(row.payload or b"")
    KpiValue.objects.filter(kpi="incidents", edition="live", scope="company", first=quarter.first).update(
        value=3, numerator=3
    )
    page = client.get(row.get_absolute_url()).content.decode()
    assert "Corrected since it was published." in page
    assert '<span class="rp-restated">r 3</span>' in page
    for change in ({"payload": b"{}"}, {"state": "draft"}, {"sha256": "0" * 64}):
        with pytest.raises(InternalError, match=r"does not change|is that of its payload"), transaction.atomic():
            Report.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(InternalError, match="not deleted"), transaction.atomic():
        Report.objects.filter(pk=row.pk).delete()
    row.refresh_from_db()
    assert bytes(row.payload or b"") == before
    assert set(AuditEvent.objects.filter(action__startswith="report.").values_list("action", flat=True)) == {
        "report.create", "report.freeze", "report.write", "report.approve", "report.publish",
    }  # fmt: skip


def test_a_confidential_incident_counts_and_is_named_nowhere(told: dt.datetime, lead: User) -> None:
    content = bytes(reporting.drafted(lead, at=told).facts or b"").decode()
    assert "Stolen laptop" not in content
    assert '"text":"Confidential"' in content
    assert "متجر 🚆 fails" in content


def test_those_who_wrote_it_do_not_approve_it_whatever_code_they_use(
    told: dt.datetime, lead: User, admin: User
) -> None:
    row = reporting.drafted(lead, at=told)
    reporting.unhindered(lead, row, at=told)
    row = actions.freeze(lead, row, at=told, version=None)
    with pytest.raises(Conflict, match="two others approve it"):
        approvals.approve(lead, row, sha256=shown(row).sha256, at=told)
    with pytest.raises(InternalError, match="not approved by those who wrote it"), transaction.atomic():
        row.approvals.create(by=lead, sha256="a" * 64, at=told)
    first, _second = reporting.executives()
    read_ = shown(row).sha256
    narratives.write(lead, row, "scorecard", narratives.Words(title="Something else"), at=told, version=1)
    with pytest.raises(Conflict, match="something else now"):
        approvals.approve(first, row, sha256=read_, at=told)


def test_who_wrote_words_that_another_saved_last_does_not_approve_them_nor_their_revision(
    told: dt.datetime, lead: User, admin: User
) -> None:
    row = reporting.drafted(lead, at=told)
    writer = make.user("writer@example.com", role=Role.RELIABILITY_LEAD)
    words = narratives.Words(text="Both were ours")
    wrote = narratives.write(writer, row, "incidents", words, at=told, version=None)
    same = narratives.write(admin, row, "incidents", words, at=told, version=wrote.version)
    assert (same.by, same.version) == (writer, wrote.version)
    taken = narratives.take(lead, row, "incidents", at=told, version=same.version)
    assert (taken.by, taken.text) == (lead, "Both were ours")
    reporting.unhindered(lead, row, at=told)
    row = actions.freeze(lead, row, at=told, version=None)
    with pytest.raises(Conflict, match="two others approve it"):
        approvals.approve(writer, row, sha256=shown(row).sha256, at=told)
    with pytest.raises(InternalError, match="not approved by those who wrote it"), transaction.atomic():
        row.approvals.create(by=writer, sha256="a" * 64, at=told)
    for person in reporting.executives():
        row = approvals.approve(person, row, sha256=shown(row).sha256, at=told)
    row = actions.publish(lead, row, at=told, version=None)
    new = actions.revise(lead, row, reason="An incident was missing", at=told)
    assert authors(new) == {lead.pk, writer.pk}
    with pytest.raises(InternalError, match="not approved by those who wrote it"), transaction.atomic():
        new.approvals.create(by=writer, sha256="a" * 64, at=told)


def test_what_has_become_confidential_is_taken_out_of_frozen_numbers_before_they_go_out(
    told: dt.datetime, lead: User, client: Client
) -> None:
    row = reporting.drafted(lead, at=told)
    reporting.unhindered(lead, row, at=told)
    row = actions.freeze(lead, row, at=told, version=None)
    people = reporting.executives()
    for person in people:
        row = approvals.approve(person, row, sha256=shown(row).sha256, at=told)
    hit = Incident.objects.get(title="متجر 🚆 fails")
    set_privacy(lead, hit, is_private=True, people=[], at=told)
    with pytest.raises(Conflict, match=f"{hit.short_id} is confidential now"):
        actions.publish(lead, row, at=told, version=None)
    row = actions.reopen(lead, row, reason="Confidential", at=told, version=None)
    with pytest.raises(Conflict, match=f"{hit.short_id} is confidential now"):
        approvals.approve(make.user(role=Role.EXECUTIVE), row, sha256=shown(row).sha256, at=told)
    client.force_login(lead)
    assert f"{hit.short_id} is confidential now" in client.get(row.get_absolute_url()).content.decode()
    address = f"{row.get_absolute_url()}recompute/"
    assert client.post(address, {"reason": ""}).status_code == 422
    assert "It is being drafted" in client.post(address, {"reason": "Confidential"}, follow=True).content.decode()
    assert client.post(address, {"reason": "Confidential"}).status_code == 409
    with pytest.raises(Conflict, match="Late data is waited for"):
        actions.freeze(lead, row, at=told, version=None)
    actions.draft(row.pk, at=told)
    row.refresh_from_db()
    assert row.state == "closing"
    assert hit.title not in bytes(row.facts or b"").decode()
    row = actions.freeze(lead, row, at=told, version=None)
    mention = narratives.Words(title="One shaped the quarter", text=f"See {hit.short_id}.")
    wrote = narratives.write(lead, row, "incidents", mention, at=told, version=None)
    with pytest.raises(Conflict, match=f"{hit.short_id} is confidential now"):
        approvals.approve(people[0], row, sha256=shown(row).sha256, at=told)
    narratives.write(lead, row, "incidents", narratives.Words(title=mention.title), at=told, version=wrote.version)
    for person in people:
        row = approvals.approve(person, row, sha256=shown(row).sha256, at=told)
    assert actions.publish(lead, row, at=told, version=None).state == "published"


def test_who_writes_second_sees_both_texts(told: dt.datetime, lead: User, client: Client) -> None:
    row = reporting.drafted(lead, at=told)
    narratives.write(lead, row, "headline", narratives.Words(title="First"), at=told, version=None)
    with pytest.raises(Stale):
        narratives.write(lead, row, "headline", narratives.Words(title="Second"), at=told, version=None)
    client.force_login(lead)
    again = client.post(
        f"/reports/{row.pk}/write/headline/", {"title": "Second", "so_what": "", "text": "", "version": "7"}
    )
    assert again.status_code == 409
    page = again.content.decode()
    assert "First" in page
    assert "Second" in page


def test_a_revision_prints_what_it_changes_and_supersedes_what_was_told(told: dt.datetime, lead: User) -> None:
    row = reporting.published(lead, at=told)
    KpiValue.objects.filter(kpi="incidents", scope="company", first=row.first).update(value=3, numerator=3)
    new = actions.revise(lead, row, reason="An incident was missing", at=told)
    with pytest.raises(Conflict):
        actions.revise(lead, row, reason="And again", at=told)
    actions.draft(new.pk, at=told)
    new.refresh_from_db()
    found = shown(new).payload
    assert found is not None
    assert found.revision == 2
    assert any("2" in change and "3" in change and "Incidents" in change for change in found.changes)
    reporting.unhindered(lead, new, at=told)
    new = actions.freeze(lead, new, at=told, version=None)
    for person in User.objects.filter(email__in=["first@example.com", "second@example.com"]):
        new = approvals.approve(person, new, sha256=shown(new).sha256, at=told)
    actions.publish(lead, new, at=told, version=None)
    row.refresh_from_db()
    assert row.state == "superseded"


def test_a_report_of_a_quarter_that_goes_on_is_no_more_than_a_draft(
    told: dt.datetime, lead: User, client: Client
) -> None:
    going = calendar().period(Cut.QUARTER, told.date())
    row = reporting.drafted(lead, at=told, period=going)
    with pytest.raises(Conflict, match="Late data is waited for"):
        actions.freeze(lead, row, at=told, version=None)
    row.refresh_from_db()
    assert row.state == "draft"


def test_a_long_text_with_scripts_and_pictures_from_elsewhere_is_neutralised_and_its_author_told(
    told: dt.datetime, lead: User, client: Client
) -> None:
    row = reporting.drafted(lead, at=told)
    nasty = (
        "<script>alert(1)</script>\n\n![x](https://elsewhere.example/x.png)\n\n[y](javascript:alert(1)) **kept**\n\n"
    )
    client.force_login(lead)
    text = nasty * (100_000 // len(nasty))
    preview = client.post(
        f"/reports/{row.pk}/write/headline/", {"title": "T", "text": text, "preview": "1"}
    ).content.decode()
    assert "neutralised" in preview
    long = {"title": "T", "text": "x" * 150_001, "preview": "1"}
    refused = client.post(f"/reports/{row.pk}/write/headline/", long)
    assert refused.status_code == 422
    assert "at most 150000 characters" in refused.content.decode()
    assert long["text"] in refused.content.decode()
    saved = client.post(f"/reports/{row.pk}/write/headline/", {"title": "T", "so_what": "", "text": text})
    assert saved.status_code == 302
    page = client.get(row.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert 'src="https://elsewhere' not in page
    assert 'href="javascript' not in page
    assert "<strong>kept</strong>" in page
    assert "Pictures are left out" in page
    longer = client.post(f"/reports/{row.pk}/write/headline/", {"title": "T", "so_what": "", "text": "x" * 150_001})
    assert longer.status_code == 422


def test_the_pages_are_read_in_few_statements(
    told: dt.datetime, lead: User, bob: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = reporting.published(lead, at=told)
    client.force_login(bob)
    for path, most in (("/reports/", 8), (row.get_absolute_url(), 14), (f"{row.get_absolute_url()}board/", 8)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
