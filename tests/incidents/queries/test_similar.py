"""Similar incidents, as the room shows them: with reasons, by ratings, and without what is private."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions.correlation import attach
from incidents.actions.incidents import Declaration, declare, merge
from incidents.actions.similar import rate
from incidents.actions.timeline import write_line
from incidents.domain.similarity import Part
from incidents.models import FailureMode, Incident, Kind, Postmortem, PostmortemState, SimilarRating
from incidents.queries.similar import SHOWN, SimilarRow, similar
from relportal.core.exceptions import Invalid, NotAllowed
from relportal.core.models import AuditEvent, Role, User
from slo.models import BurnAlert, Objective
from tests import make
from tests.incidents.ringing import AT, Company, alert, minutes

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def company(rita: User) -> Company:
    return Company.found(rita.memberships.get().team)


def room(user: User, title: str, days: float = 0, **fields: Any) -> Incident:
    """Declared so many days ago."""
    return declare(user, Declaration(title=title, **fields), at=AT - days * DAY)


def found(user: User, row: Incident) -> tuple[SimilarRow, ...]:
    return similar(user, row, at=AT + minutes(5))


def order(user: User, row: Incident) -> list[Incident]:
    return [each.incident for each in found(user, row)]


def test_words_of_title_summary_and_pinned_lines_are_compared_and_named(rita: User) -> None:
    certificate = room(rita, "Payments refused", 9, summary="The certificate of the acquirer expired")
    room(rita, "Search is slow", 5, summary="Index rebuild")
    now = room(rita, "Card payments fail")
    assert order(rita, now) == [certificate]
    write_line(rita, now, "! certificate expired at the acquirer", zone=dt.UTC, at=AT)
    (row,) = found(rita, now)
    assert row.because[0].startswith("the words ")
    assert {"certificate", "expired", "acquirer"} <= set(row.reasons[0].shared)


def test_every_part_gives_its_reason_in_words(rita: User, company: Company) -> None:
    mode = FailureMode.objects.create(slug="failover-x", name="Failover")
    objective = make.objective(service=company.checkout, name="Orders")
    past = room(rita, "Alpha", 30, services=[company.checkout, company.payments], objectives=[objective])
    now = room(rita, "Beta", services=[company.checkout], objectives=[objective])
    for one in (past, now):
        one.failure_modes.add(mode)
        attach(rita, one, [alert(name="HighErrors", started=one.declared_at).pk], at=AT)
        burned(objective, one.declared_at, 14.0)
    (row,) = found(rita, now)
    assert row.because == (
        "the same service: Checkout",
        "the same alerts: HighErrors",
        "burned, too: Checkout: Orders",
        "failed in the same way: Failover",
    )
    assert [reason.score for reason in row.reasons if reason.part is Part.OBJECTIVES] == [1.0]
    neighbour = room(rita, "Gamma", services=[company.ledger])
    assert "one hop from Payments" in {text for each in found(rita, neighbour) for text in each.because}


def burned(objective: Objective, at: dt.datetime, peak: float) -> None:
    BurnAlert.objects.create(
        objective=objective, long_s=3600, short_s=300, factor=14.4, severity="page", fired_at=at - minutes(5),
        resolved_at=at + minutes(1), burn_long=peak, burn_short=peak, peak_burn=peak,
    )  # fmt: skip


def test_an_objective_that_burned_as_high_comes_first(rita: User, company: Company) -> None:
    objective = make.objective(service=company.checkout)
    rows = {}
    for days, peak in ((20, 20.0), (10, 500.0), (0, 25.0)):
        rows[peak] = room(rita, f"Word{days}", days, objectives=[objective], services=[company.checkout])
        burned(objective, rows[peak].declared_at, peak)
        rows[peak].times.create(
            moment="resolved", at=rows[peak].declared_at + minutes(4), source="person", recorded_at=AT + DAY
        )
    assert order(rita, rows[25.0]) == [rows[20.0], rows[500.0]]


def test_at_most_five_are_shown_and_never_tests_merged_ones_or_itself(rita: User) -> None:
    now = room(rita, "Certificate expired")
    for days in range(1, 8):
        room(rita, "Certificate expired", days)
    room(rita, "Certificate expired", 1, kind=Kind.TEST.value)
    merge(rita, room(rita, "Certificate expired", 1), now, at=AT)
    shown = found(rita, now)
    assert len(shown) == SHOWN
    assert all(row.score == pytest.approx(1, abs=0.2) for row in shown)
    assert now not in order(rita, now)


def test_a_private_incident_shapes_nothing_for_those_outside(rita: User, watcher: User) -> None:
    past = room(rita, "Certificate of the bank expired", 9)
    now = room(rita, "Certificate expired")
    before = [(row.incident, row.score) for row in found(watcher, now)]
    secret = room(rita, "Certificate of the bank expired again", 2, is_private=True)
    rate(rita, secret, past, useful=False, at=AT)
    assert [(row.incident, row.score) for row in found(watcher, now)] == before
    inside = found(rita, now)
    assert secret in [row.incident for row in inside]
    assert next(row.ratings for row in inside if row.incident == past).useless_elsewhere == 1


def test_a_rating_moves_the_order_here_and_less_so_elsewhere(rita: User) -> None:
    first, second = room(rita, "Certificate expired", 9), room(rita, "Certificate expired", 8)
    now, later = room(rita, "Certificate expired today"), room(rita, "Certificate expired too")
    assert order(rita, now)[-2:] == [second, first]
    rate(rita, now, first, useful=True, at=AT)
    rate(rita, now, second, useful=False, at=AT)
    rows = {row.incident: row for row in found(rita, now)}
    elsewhere = {row.incident: row for row in found(rita, later)}
    assert order(rita, now).index(first) < order(rita, now).index(second)
    assert order(rita, later).index(first) < order(rita, later).index(second)
    assert rows[first].score >= rows[first].alike
    assert rows[second].score == pytest.approx(rows[second].alike * 0.8)
    assert elsewhere[second].score == pytest.approx(elsewhere[second].alike * 0.9)
    assert (rows[first].mine, rows[second].mine, elsewhere[first].mine) == (True, False, None)


def test_one_person_rates_once_changes_it_and_takes_it_back(rita: User) -> None:
    past, now = room(rita, "Certificate", 9), room(rita, "Certificate")
    for useful in (True, True, False):
        rate(rita, now, past, useful=useful, at=AT)
    assert SimilarRating.objects.get().useful is False
    rate(rita, now, past, useful=None, at=AT)
    rate(rita, now, past, useful=None, at=AT)
    assert not SimilarRating.objects.exists()
    assert AuditEvent.objects.filter(action="incident.similar").count() == 3
    with pytest.raises(Invalid):
        rate(rita, now, now, useful=True, at=AT)


def test_only_who_runs_incidents_rates(watcher: User, rita: User) -> None:
    with pytest.raises(NotAllowed):
        rate(watcher, room(rita, "One"), room(rita, "Two"), useful=True, at=AT)


def test_many_incidents_take_as_many_statements_as_two(
    rita: User, company: Company, django_assert_max_num_queries: Any
) -> None:
    objective = make.objective(service=company.checkout)
    for days in range(25):
        room(rita, "Certificate expired", days, services=[company.checkout], objectives=[objective])
    now = room(rita, "Certificate expired", services=[company.checkout], objectives=[objective])
    with django_assert_max_num_queries(18):
        assert len(found(rita, now)) == SHOWN


def test_the_panel_shows_reasons_lessons_and_buttons_and_is_a_page_without_scripts(rita: User, watcher: User) -> None:
    past, now = room(rita, "Certificate expired", 9, severity=2), room(rita, "Certificate expired")
    Postmortem.objects.create(incident=past, state=PostmortemState.PUBLISHED, created_at=AT)
    panel, button = (
        reverse("incidents:similar", args=[now.pk]),
        reverse("incidents:similar-rate", args=[now.pk, past.pk]),
    )
    client, reader = Client(), Client()
    client.force_login(rita)
    reader.force_login(watcher)
    page = client.get(panel).content.decode()
    fragment = client.get(panel, headers={"hx-request": "true"}).content.decode()
    assert ("<html" in page, "<html" in fragment) == (True, False)
    for words in (past.short_id, "The words ", "what was learnt", "How is this computed?", 'value="yes"'):
        assert words in fragment, words
    assert 'name="useful"' not in reader.get(panel).content.decode()
    drawn = client.post(button, {"useful": "no"}, headers={"hx-request": "true"}).content.decode()
    assert "not useful to 1" in drawn
    assert "Take back" in drawn
    assert client.post(button, {"useful": ""}).status_code == 302
    assert not SimilarRating.objects.exists()
    assert "Choose useful" in client.post(button, {"useful": "maybe"}, follow=True).content.decode()
    assert reader.post(button, {"useful": "yes"}).status_code == 403


def test_a_private_incident_is_neither_compared_nor_rated_from_outside(rita: User) -> None:
    ann = make.user("ann@example.com", role=Role.RESPONDER, team=make.team())
    secret, now = room(rita, "Certificate", 9, is_private=True), room(rita, "Certificate")
    client = Client()
    client.force_login(ann)
    assert client.get(reverse("incidents:similar", args=[secret.pk])).status_code == 404
    for pair in ([now.pk, secret.pk], [secret.pk, now.pk]):
        assert client.post(reverse("incidents:similar-rate", args=pair), {"useful": "yes"}).status_code == 404
    assert secret.short_id not in client.get(reverse("incidents:similar", args=[now.pk])).content.decode()
