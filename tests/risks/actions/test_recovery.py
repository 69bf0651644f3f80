"""What services promise is kept row by row; a test is judged by its day, approved by somebody else, and never deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from incidents.models import ActionItem, Incident
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Service, User
from risks.actions.recovery import Held, Proof, approve, change, void
from risks.domain.recovery import Standing
from risks.forms.recovery import RecoveryForm
from risks.models import RecoveryObjective, RecoveryTest
from risks.queries.recovery.standings import standings
from tests import make
from tests.risks.recovering import DAY, MINUTE, drilled, promised, recovered

pytestmark = pytest.mark.django_db


def how(service: Service, at: dt.datetime) -> str:
    service.refresh_from_db()
    [found] = standings([service], at=at)
    return found.standing.value


def test_a_test_is_judged_by_the_objective_of_its_day_and_the_history_stays(
    alice: User, checkout: Service, at: dt.datetime
) -> None:
    first = promised(alice, checkout, at=at - 300 * DAY)
    with pytest.raises(Invalid, match="holds from"):
        promised(alice, checkout, at=at, effective_from=first.effective_from - DAY)
    promised(alice, checkout, at=at - 10 * DAY, rto=20)
    with pytest.raises(DatabaseError), transaction.atomic():
        RecoveryObjective.objects.filter(pk=first.pk).update(rto_s=1)

    test = drilled(alice, checkout, start=at - 100 * DAY, at=at)
    result = test.results.get()
    assert (result.rto_s, result.rto_impact_s, result.rpo_s) == (1800, 2100, 300)
    assert (test.verdict, result.objective, result.tier) == ("met", first, 1)
    # Twenty minutes are asked for since.
    assert how(checkout, at) == "stale"
    again = drilled(alice, checkout, start=at - DAY, at=at)
    assert (again.verdict, how(checkout, at)) == ("breached", "breached")
    assert AuditEvent.objects.filter(action="recovery.promise", object_key="checkout").count() == 2


def test_how_a_service_stands_follows_its_newest_test_as_it_was_known(
    alice: User, lead: User, checkout: Service, at: dt.datetime
) -> None:
    assert how(checkout, at) == "never"
    promised(alice, checkout, at=at - 900 * DAY, plan_version="v1")
    talk = drilled(alice, checkout, start=at - 850 * DAY, kind="tabletop")
    assert (talk.verdict, how(checkout, at - 840 * DAY)) == ("not_measured", "not_measured")
    real = drilled(alice, checkout, start=at - 800 * DAY, plan_version="v1")
    drilled(alice, checkout, start=at - 790 * DAY, kind="tabletop")
    assert how(checkout, at - 780 * DAY) == "met"
    assert how(checkout, at - 400 * DAY) == "stale"
    # Of what was recorded late, nothing was known before.
    late = drilled(alice, checkout, start=at - 500 * DAY, at=at - 300 * DAY, plan_version="v1")
    assert how(checkout, at - 400 * DAY) == "stale"
    assert how(checkout, at - 250 * DAY) == "met"
    void(lead, late, reason="Another service", at=at - 200 * DAY)
    assert (how(checkout, at - 201 * DAY), how(checkout, at)) == ("met", "stale")
    assert real.results.get().verdict == "met"
    Service.objects.filter(pk=checkout.pk).update(tier=2)
    [found] = standings([checkout], at=at - 780 * DAY, tiers={checkout.pk: 2})
    assert (found.standing, found.why) == (Standing.STALE, "the tier changed since")


def test_several_services_have_marks_of_their_own(lead: User, alice: User, checkout: Service, at: dt.datetime) -> None:
    mail, plain = make.service(slug="mail"), make.service(slug="plain")
    start = at - 2 * DAY
    for one in (checkout, mail):
        promised(lead, one, at=at - 90 * DAY)
    results = [recovered(checkout, start), recovered(mail, start, rto=61), recovered(plain, start)]
    with pytest.raises(NotAllowed):
        drilled(alice, start=start, results=results)
    test = drilled(lead, start=start, results=results)
    said = {one.service.slug: one.verdict for one in test.results.select_related("service")}
    assert said == {"checkout": "met", "mail": "breached", "plain": "not_measured"}
    assert test.verdict == "partly"


def test_what_cannot_be_is_refused_at_its_field(alice: User, checkout: Service, at: dt.datetime) -> None:
    start = at - DAY
    good = recovered(checkout, start)
    for fields, names in (
        ({"results": []}, {"services"}),
        ({"results": [good, good]}, {"results.1.service"}),
        ({"results": [replace(good, usable_at=start - MINUTE)]}, {"results.0.usable_at"}),
        ({"results": [replace(good, verified_at=at + MINUTE)]}, {"results.0.verified_at"}),
        ({"declared_at": None}, {"declared_at"}),
        ({"held_at": at + MINUTE}, {"held_at"}),
        ({"held_at": dt.datetime(1, 1, 1, tzinfo=dt.UTC)}, {"held_at"}),
        ({"evidence": [Proof("Log", "no address", "x")]}, {"evidence.0.url", "evidence.0.sha256"}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            drilled(alice, checkout, start=start, at=at, **fields)
        assert set(error.value.errors) == names
    assert not RecoveryTest.objects.exists()


def test_somebody_else_approves_and_then_it_can_only_be_voided(
    alice: User, lead: User, bob: User, checkout: Service, at: dt.datetime
) -> None:
    test = drilled(alice, checkout, start=at - DAY, at=at)
    given = RecoveryForm(user=alice, services=[checkout], test=test)
    assert given["results.0.usable_at"].value() == (at - DAY + 30 * MINUTE).replace(tzinfo=None)
    with pytest.raises(NotAllowed, match="somebody else"):
        approve(alice, test, at=at)
    with pytest.raises(NotAllowed):
        approve(bob, test, at=at)
    approve(lead, test, at=at, version=1)
    with pytest.raises(Conflict, match="approved"):
        approve(lead, test, at=at)
    with pytest.raises(Conflict, match="approved"):
        change(alice, test, held(checkout, at), at=at, version=2)
    with pytest.raises(Invalid):
        void(alice, test, reason=" ", at=at)
    with pytest.raises(Stale):
        void(alice, test, reason="Wrong day", at=at, version=1)
    void(alice, test, reason="Wrong day", at=at, version=2)
    with pytest.raises(Conflict, match="void"):
        void(alice, test, reason="Again", at=at)
    with pytest.raises(DatabaseError), transaction.atomic():
        test.delete()
    assert how(checkout, at + MINUTE) == "never"


def test_whoever_changes_a_test_does_not_unlink_an_action_that_they_do_not_see(
    alice: User, checkout: Service, at: dt.datetime
) -> None:
    private = Incident.objects.create(title="Secret", declared_at=at, is_private=True)
    day = {"due_on": at.date(), "first_due_on": at.date(), "created_at": at}
    hidden, shown = (
        ActionItem.objects.create(title="x", incident=private, **day),
        ActionItem.objects.create(title="y", **day),
    )
    test = drilled(alice, checkout, start=at - DAY, at=at, actions=[hidden, shown])
    change(alice, test, held(checkout, at), at=at, version=1)
    assert list(test.actions.all()) == [hidden]


def held(service: Service, at: dt.datetime) -> Held:
    return Held(
        kind="restore", environment="isolated", scenario="Restored", held_at=at - DAY, results=[recovered(service, at - DAY)],
        failed_at=at - DAY - 5 * MINUTE, declared_at=at - DAY,
    )  # fmt: skip
