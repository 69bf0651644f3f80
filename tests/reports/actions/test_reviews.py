"""A review from its plan to its minutes, and the one after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.db import InternalError, transaction
from django.test import Client

from incidents.actions.action_items import Promised
from incidents.models import ActionItem, Alert, Incident, Integration, Postmortem
from relportal.core.actions.notifications import send_mails
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Notification, Role, Team, User
from reports.actions import reviews as acts
from reports.actions import rituals
from reports.actions.decisions import DecisionGiven
from reports.actions.reviews_due import look_after
from reports.domain.periods import Cut
from reports.domain.reviews import Agenda
from reports.models import Decision, KpiValue, Review, ReviewState
from reports.queries.calendar import calendar
from reports.queries.confidential import Hidden
from reports.queries.pack import lines_of
from reports.queries.packs import ITEMS
from reports.queries.packs._base import Look
from tests import make
from tests.reports.asked import asked
from tests.reports.meeting import item, planned, ritual
from tests.reports.reviewed import opened, small

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_the_pack_comes_the_evening_before_and_names_who_is_drawn(lead: User, alice: User, payments: Team) -> None:
    service = make.service(slug="checkout", team=payments)
    one = ritual(lead, at=AT, participants=[lead, alice])
    review = planned(one)
    assert review.meets_at == dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)
    assert review.drawn == service
    look_after(at=AT + dt.timedelta(hours=4))
    review.refresh_from_db()
    assert review.built_at is None
    assert look_after(at=AT + dt.timedelta(hours=6)) == {}
    review.refresh_from_db()
    assert review.built_at == AT + dt.timedelta(hours=6)
    assert set(review.pack) == {key for key, _minutes in rituals_items("reliability")}
    (told,) = Notification.objects.filter(user=alice)
    assert told.text.endswith("is ready; the deep dive is " + service.name)
    look_after(at=AT + dt.timedelta(hours=8))
    assert Notification.objects.filter(user=alice).count() == 1


def rituals_items(key: str) -> list[tuple[str, int]]:
    return [(each.key, each.minutes) for each in rituals.from_template(key)]


def test_from_its_start_on_a_pack_never_changes(lead: User) -> None:
    review = planned(ritual(lead, at=AT))
    acts.build(lead, review, at=AT)
    first = Review.objects.get(pk=review.pk).pack
    Incident.objects.create(title="Checkout fails", declared_at=AT - DAY)
    acts.build(lead, review, at=AT + dt.timedelta(hours=1))
    acts.start(lead, review, at=AT + DAY)
    review.refresh_from_db()
    assert first["incidents"]["claim"] == "No incident since the last review"
    assert review.pack["incidents"]["facts"][0]["label"].endswith("Checkout fails")
    with pytest.raises(Conflict):
        acts.build(lead, review, at=AT + DAY)
    changes: tuple[dict[str, Any], ...] = ({"pack": {}}, {"sha256": "x"}, {"built_at": AT})
    for change in changes:
        with pytest.raises(InternalError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**change)


def test_what_becomes_confidential_after_the_start_has_no_name_in_the_pack_for_outsiders(
    lead: User, bob: User, admin: User, client: Client
) -> None:
    row = Incident.objects.create(title="Checkout fails", declared_at=AT - DAY)
    due = (AT - 5 * DAY).date()
    ActionItem.objects.create(title="Patch it", incident=row, due_on=due, first_due_on=due, created_at=AT - 9 * DAY)
    review = planned(ritual(lead, at=AT))
    acts.build(lead, review, at=AT)
    acts.start(lead, review, at=AT + DAY)
    address = f"/api/v1/reviews/{review.pk}/"
    client.force_login(bob)
    for page in (review.get_absolute_url(), f"{review.get_absolute_url()}present/", address):
        assert "Confidential" not in client.get(page).content.decode()
    assert "Checkout fails" in client.get(address).content.decode()
    Incident.objects.update(is_private=True)
    for page in (review.get_absolute_url(), address):
        told = client.get(page).content.decode()
        assert "Confidential" in told
        assert "Checkout fails" not in told
        assert "Patch it" not in told
    client.force_login(admin)
    assert "Checkout fails" in client.get(address).content.decode()


def test_what_is_said_decided_and_promised_is_mailed_and_what_is_left_comes_first_the_next_time(
    lead: User, alice: User, payments: Team
) -> None:
    one = ritual(lead, at=AT, participants=[lead, alice])
    review = planned(one)
    with pytest.raises(Conflict):
        acts.note(lead, item(review, "risks"), text="Too early", at=AT)
    acts.start(lead, review, at=AT + DAY)
    risks, asks = item(review, "risks"), item(review, "asks")
    acts.note(lead, risks, text="The bank is slow", at=AT + DAY)
    made = acts.decide(lead, risks, DecisionGiven(title="Freeze checkout", reason="Budget is gone"), at=AT + DAY)
    given = Promised(title="Write the runbook", owner=alice, team=payments, due_on=dt.date(2026, 11, 5))
    action = acts.promised(lead, asks, given, at=AT + DAY)
    acts.add_topic(lead, review, title="Christmas freeze", minutes=5, at=AT + DAY)
    acts.attend(lead, review, [lead, alice], at=AT + DAY)
    for key in ("carry_over", "risks", "asks"):
        acts.tick(lead, item(review, key), state="done", spent_s=90, at=AT + DAY)
    acts.finish(lead, review, at=AT + DAY)
    with pytest.raises(Conflict):
        acts.note(lead, risks, text="Too late", at=AT + DAY)
    told = Notification.objects.get(user=alice, key=f"review:{review.pk}:minutes")
    assert told.text.endswith(": 1 decision, 1 action")
    send_mails(at=AT + DAY)
    (sent,) = [each for each in mail.outbox if each.to == ["alice@example.com"]]
    assert f"- Freeze checkout (Lead, {made.short_id})" in sent.body
    assert f"- Alice: Write the runbook, 5 Nov 2026 ({action.short_id})" in sent.body
    following = planned(one)
    assert following.meets_at == dt.datetime(2026, 11, 10, 9, 0, tzinfo=dt.UTC)
    keys = [(row.key, row.carried_from_id) for row in following.items.order_by("position")]
    assert keys[:2] == [("carry_over", None), ("slo_health", review.pk)]
    assert ("topic", review.pk) in keys
    assert keys[-2:] == [("risks", None), ("asks", None)]
    acts.build(lead, following, at=AT + 7 * DAY)
    block = Review.objects.get(pk=following.pk).pack["carry_over"]
    assert block["claim"] == "11 items not reached, 1 action open, 1 of them late"
    written = set(AuditEvent.objects.filter(action__startswith="review.").values_list("action", flat=True))
    assert written >= {"review.start", "review.note", "review.decide", "review.promise", "review.finish"}
    assert Decision.objects.get().in_review.item.review == review


def test_a_review_is_of_its_team_and_nobody_else_leads_it(lead: User, alice: User, payments: Team) -> None:
    review = planned(ritual(lead, at=AT, team=payments))
    search = make.team()
    other = make.user(role=Role.SERVICE_OWNER, team=search)
    with pytest.raises(NotAllowed):
        acts.start(other, review, at=AT)
    acts.start(alice, review, at=AT)
    with pytest.raises(NotAllowed):
        ritual(alice, at=AT)
    given = DecisionGiven(title="Freeze", reason="Burnt", decided_by=other, team=payments)
    with pytest.raises(Invalid):
        acts.decide(alice, item(review, "risks"), given, at=AT)
    acts.attend(alice, review, [alice, other], at=AT)
    assert acts.decide(alice, item(review, "risks"), given, at=AT).decided_by == other
    company = planned(ritual(lead, at=AT, name="Company"))
    acts.start(other, company, at=AT)
    assert list(company.attended.all()) == [other]


def test_what_nobody_starts_did_not_take_place_and_the_next_one_is_planned(lead: User) -> None:
    one = ritual(lead, at=AT)
    review = planned(one)
    assert look_after(at=AT + 3 * DAY) == {}
    review.refresh_from_db()
    assert (review.state, review.skipped_because) == (ReviewState.SKIPPED, "Nobody started it.")
    assert planned(one).meets_at == review.meets_at + 7 * DAY
    with pytest.raises(Invalid):
        acts.skip(lead, planned(one), reason=" ", at=AT)


def test_a_changed_ritual_moves_what_is_planned_and_an_ended_one_meets_no_more(lead: User) -> None:
    one = ritual(lead, at=AT)
    given = rituals.RitualGiven(
        kind="reliability", name="On Fridays", cadence="weekly", weekday=4, starts=dt.time(9, 0),
        items=(Agenda(key="risks", minutes=10), Agenda(key="topic", minutes=5, title="Holidays")),
    )  # fmt: skip
    rituals.edit(lead, one, given, version=1, at=AT)
    review = planned(one)
    assert review.meets_at.weekday() == 4
    assert [line.title for line in lines_of(review, Hidden(lead))] == ["Top risks", "Holidays"]
    for wrong in (Agenda(key="weather", minutes=5), Agenda(key="risks", minutes=500)):
        with pytest.raises(Invalid) as caught:
            rituals.edit(lead, one, replace(given, items=(wrong,)), version=None, at=AT)
        assert set(caught.value.errors) == {"items"}
    acts.start(lead, review, at=AT)
    with pytest.raises(Conflict):
        rituals.retire(lead, one, at=AT)
    acts.finish(lead, review, at=AT)
    rituals.retire(lead, one, at=AT)
    assert look_after(at=AT + 30 * DAY) == {}
    assert one.reviews.count() == 1


def test_every_item_tells_of_what_happened_and_nothing_private(lead: User, alice: User, payments: Team) -> None:
    executive = make.user("cto@example.com", role=Role.EXECUTIVE)
    service = make.service(slug="checkout", name="Checkout", team=payments)
    make.status(objective=make.objective(service=service), remaining=0.5)
    public = Incident.objects.create(title="Checkout fails", declared_at=AT - DAY, team=payments)
    secret = Incident.objects.create(title="Secret breach", declared_at=AT - DAY, is_private=True)
    for one in (public, secret):
        Postmortem.objects.create(incident=one, created_at=AT - DAY, due_at=AT - DAY)
        ActionItem.objects.create(
            title=f"After {one.title}", incident=one, owner=alice, due_on=AT.date() - 3 * DAY,
            first_due_on=AT.date() - 9 * DAY, created_at=AT - 10 * DAY, priority=1,
        )  # fmt: skip
    tool = Integration.objects.create(slug="am", name="Alertmanager", kind="alertmanager", created_at=AT)
    for number in range(4):
        Alert.objects.create(
            integration=tool, fingerprint=str(number), name="DiskFull", started_at=AT - DAY, first_received_at=AT,
            last_received_at=AT, verdict="noise" if number else "", service=service,
        )  # fmt: skip
    asked(lead, executive, at=AT - 20 * DAY, wanted_by=AT.date() - 2 * DAY)
    small(at=AT - DAY)
    opened(alice, service, at=AT - DAY)
    items = tuple(Agenda(key=key, minutes=2) for key in ITEMS)
    review = planned(ritual(lead, at=AT, items=items))
    acts.build(lead, review, at=AT)
    review.refresh_from_db()
    claims = {key: block["claim"] for key, block in review.pack.items()}
    assert not [claim for claim in claims.values() if "could not be built" in claim]
    assert claims["incidents"] == "1 incident, 0 of SEV-0 or SEV-1"
    assert claims["overdue"] == "1 postmortem and 1 action late"
    assert claims["noisy_alerts"] == "1 rule fired 4 times: 3 judged noise, 1 unjudged"
    assert claims["unjudged"] == "1 alert is not judged"
    assert claims["delete_candidates"] == "1 rule was never of use in 90 days"
    assert claims["asks"] == "1 decision is wanted, 1 overdue"
    assert claims["launches"] == "1 of 1 launch of the next 30 days is not ready"
    assert claims["deep_dive"].startswith("Checkout, tier 1")
    assert claims["blockers"] == "2 things are blocked"
    assert claims["postmortem_queue"] == "1 postmortem waits, 1 of them late"
    assert "Secret" not in str(review.pack)
    assert secret.short_id not in str(review.pack)


def test_movers_of_a_team_lead_to_the_figures_of_that_team(payments: Team) -> None:
    month = calendar().period(Cut.MONTH, AT.date())
    KpiValue.objects.create(
        kpi="incidents", definition=1, cut=month.cut, first=month.first, last=month.last, scope="team", number=payments.pk,
        value=9, before=1, change="up", rag="red", maturity="3", computed_at=AT,
    )  # fmt: skip
    block = ITEMS["kpi_movers"].build(Look(at=AT, since=AT - 7 * DAY, team=payments.pk))
    query = "?of=team%3Apayments&period=month%3A2026-11-01"
    assert (block.url, block.facts[0].url) == (f"/scorecards/{query}", f"/scorecards/kpis/incidents/{query}")


def test_an_item_that_cannot_be_built_stops_none_of_the_others(lead: User, monkeypatch: Any) -> None:
    def broken(_look: Any) -> Any:
        raise RuntimeError("no")

    monkeypatch.setattr(ITEMS["risks"], "build", broken)
    review = planned(ritual(lead, at=AT))
    acts.build(lead, review, at=AT)
    review.refresh_from_db()
    assert review.pack["risks"]["claim"] == "This part could not be built: RuntimeError"
    assert review.pack["exceptions"]["claim"].startswith("0 end")
