"""Launches of known facts and answers: verdicts are those that the test works out itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Role, Service, ServiceLink, Team, User
from reports.actions.attestations import Attested, attest
from reports.actions.readiness import again, decide, edit, launch, withdraw
from reports.actions.readiness_judging import judge_all
from reports.actions.readiness_templates import put_in_force, ship_readiness
from reports.domain.readiness import Result, Template
from reports.models import ReadinessReview, ReadinessTemplate
from reports.queries.ladder.versions import gathered
from reports.queries.readiness.gate import gate_of, gate_of_service
from reports.queries.readiness.results import kept
from tests import make
from tests.reports.reviewed import DAY, TEMPLATE, opened, passed, said, small, waived

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def shop(payments: Team) -> Service:
    small(at=AT - DAY)
    return make.service(slug="shop", name="Shop", tier=1, team=payments)


@pytest.fixture
def review(shop: Service, alice: User) -> ReadinessReview:
    return opened(alice, shop, at=AT)


def runbook(service: Service) -> ServiceLink:
    return ServiceLink.objects.create(service=service, kind="runbook", url="https://wiki.example/shop")


def results(one: ReadinessReview) -> dict[str, str]:
    return {line.key: line.result.value for line in kept(one.results)}


def test_a_launch_becomes_ready_as_its_blockers_are_proved(
    review: ReadinessReview, shop: Service, alice: User, lead: User
) -> None:
    assert results(review) == {"runbook": "fail", "capacity": "unknown", "rollout": "unknown", "support": "unknown"}
    assert (review.verdict, review.blocking) == ("not_ready", 3)
    runbook(shop)
    one = said(alice, review, "capacity", seen_on=(AT - 100 * DAY).date(), reason="2x", at=AT)
    assert results(one)["runbook"] == "pass"
    one = said(alice, review, "rollout", result=Result.NOT_APPLICABLE, reason="Static files", at=AT)
    # What only should be so does not block.
    assert (one.verdict, one.blocking, results(one)["support"]) == ("ready", 0, "unknown")
    one = decide(lead, one, verdict="ready", because="", version=one.version, at=AT + DAY)
    assert (one.state, one.tier) == ("decided", 1)
    frozen = one.results
    # What changes later changes nothing of it.
    ServiceLink.objects.all().delete()
    Service.objects.update(tier=2)
    judge_all(at=AT + 400 * DAY)
    one.refresh_from_db()
    assert (one.verdict, one.results, one.tier) == ("ready", frozen, 1)
    with pytest.raises(Conflict):
        said(alice, one, "rollout", at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadinessReview.objects.update(verdict="not_ready")


def test_evidence_grows_old_and_what_is_read_changes_at_the_look_of_the_worker(
    review: ReadinessReview, shop: Service, alice: User
) -> None:
    link = runbook(shop)
    passed(alice, review, at=AT)
    assert judge_all(at=AT + DAY) == 0
    assert judge_all(at=AT + 181 * DAY) == 1
    review.refresh_from_db()
    assert (review.verdict, results(review)["capacity"]) == ("not_ready", "unknown")
    link.delete()
    judge_all(at=AT + 182 * DAY)
    review.refresh_from_db()
    assert results(review)["runbook"] == "fail"


def test_an_exception_makes_conditions_until_it_ends(
    review: ReadinessReview, shop: Service, alice: User, lead: User
) -> None:
    passed(alice, review, at=AT)
    waived(shop, lead, at=AT, until=AT + 30 * DAY, item="rollout")
    judge_all(at=AT + DAY)
    review.refresh_from_db()
    assert (review.verdict, review.blocking) == ("not_ready", 1)
    row = waived(shop, lead, at=AT, until=AT + 10 * DAY, item="runbook")
    with pytest.raises(Invalid, match="conditions suffice"):
        decide(lead, review, verdict="conditions", because=" ", version=None, at=AT + 2 * DAY)
    one = decide(lead, review, verdict="conditions", because="Ten days", version=None, at=AT + 2 * DAY)
    assert (one.verdict, one.blocking, one.covered, one.covered_until) == ("conditions", 0, 1, AT + 10 * DAY)
    told = gate_of(one, at=AT + 9 * DAY)
    assert (told.allow, [each.exception for each in told.conditions], told.blocking) == (True, [row.short_id], ())
    # It ends by its own instant, whether or not somebody looks.
    told = gate_of(one, at=AT + 10 * DAY)
    assert (told.allow, told.verdict, [each.key for each in told.blocking]) == (False, "not_ready", ["runbook"])
    # What is signed in its place holds on, and what is ended early does not.
    longer = waived(shop, lead, at=AT + 5 * DAY, until=AT + 20 * DAY)
    assert judge_all(at=AT + 6 * DAY) == 1
    one.refresh_from_db()
    assert gate_of(one, at=AT + 12 * DAY).allow
    longer.ended_at, longer.state = AT + 11 * DAY, "ended"
    longer.save()
    judge_all(at=AT + 12 * DAY)
    judge_all(at=AT + 13 * DAY)
    one.refresh_from_db()
    assert one.covered_until == AT + 12 * DAY
    assert one.shown_at(AT + 13 * DAY) == "not_ready"
    late = launch(alice, one, because="The fair opens", version=None, at=AT + 14 * DAY)
    assert late.against
    # What is launched keeps the verdict of its decision in lists; a release tool is told what holds now.
    assert (late.shown_at(AT + 20 * DAY), gate_of(late, at=AT + 20 * DAY).allow) == ("conditions", False)


def test_nobody_decides_on_their_own_launch_or_on_what_they_did_not_see(
    review: ReadinessReview, shop: Service, alice: User, bob: User, lead: User, payments: Team
) -> None:
    director = make.user(role=Role.DIRECTOR, team=payments)
    for person in (alice, bob):
        with pytest.raises(NotAllowed):
            decide(person, review, verdict="not_ready", because="x", version=None, at=AT)
    own = opened(director, shop, at=AT)
    with pytest.raises(NotAllowed, match="wrote the review"):
        decide(director, own, verdict="not_ready", because="x", version=None, at=AT)
    seen = review.version
    passed(alice, review, at=AT)
    with pytest.raises(Stale):
        decide(lead, review, verdict="not_ready", because="x", version=seen, at=AT)
    runbook(shop)
    with pytest.raises(Conflict, match="by now: Ready"):
        decide(lead, review, verdict="not_ready", because="x", version=None, at=AT)
    # The look stays, so that the page shows it.
    review.refresh_from_db()
    assert review.verdict == "ready"
    assert decide(director, review, verdict="ready", because="", version=None, at=AT).decided_by == director


def test_an_answer_is_refused_where_it_says_nothing(review: ReadinessReview, alice: User) -> None:
    for item, given, field in (
        ("moon", {}, "item"),
        ("runbook", {}, "result"),
        ("rollout", {"result": Result.EXEMPT}, "result"),
        ("rollout", {"result": Result.NOT_APPLICABLE}, "reason"),
        ("capacity", {}, "seen_on"),
        ("capacity", {"seen_on": (AT + DAY).date()}, "seen_on"),
        ("capacity", {"seen_on": (AT - 181 * DAY).date()}, "seen_on"),
    ):
        with pytest.raises(Invalid) as error:
            said(alice, review, item, at=AT, **given)
        assert list(error.value.errors) == [field]
    said(alice, review, "rollout", at=AT, version=0)
    with pytest.raises(Stale):
        said(alice, review, "rollout", at=AT, version=0)
    before = AuditEvent.objects.count()
    said(alice, review, "rollout", at=AT)
    assert AuditEvent.objects.count() == before
    one = said(alice, review, "rollout", result=Result.UNKNOWN, at=AT)
    assert results(one)["rollout"] == "unknown"
    assert said(alice, review, "rollout", result=Result.UNKNOWN, at=AT).version == one.version


def test_what_is_launched_without_a_decision_or_against_it_says_why(
    review: ReadinessReview, shop: Service, alice: User, lead: User
) -> None:
    with pytest.raises(Invalid, match="the report names it"):
        launch(alice, review, version=None, at=AT)
    with pytest.raises(Invalid, match="once it has happened"):
        launch(alice, review, launched_at=AT + DAY, version=None, at=AT)
    assert launch(alice, review, because="Marketing went live", version=None, at=AT).against
    with pytest.raises(Conflict):
        launch(alice, review, because="x", version=None, at=AT)
    other = opened(alice, shop, at=AT)
    decide(lead, other, verdict="not_ready", because="Close three", version=None, at=AT + DAY)
    with pytest.raises(Invalid, match="decided later"):
        launch(alice, other, because="x", launched_at=AT, version=None, at=AT + 2 * DAY)
    newer = again(alice, other, planned_on=(AT + 30 * DAY).date(), at=AT + 2 * DAY)
    with pytest.raises(Conflict, match=newer.short_id):
        again(alice, other, planned_on=(AT + 30 * DAY).date(), at=AT + 2 * DAY)
    with pytest.raises(Conflict, match="Only what is decided"):
        again(alice, newer, planned_on=(AT + 30 * DAY).date(), at=AT + 2 * DAY)
    runbook(shop)
    passed(alice, newer, at=AT + 3 * DAY)
    decide(lead, newer, verdict="ready", because="", version=None, at=AT + 3 * DAY)
    assert gate_of_service(shop, at=AT + 3 * DAY).allow
    moved = edit(alice, newer, title="x", kind="change", planned_on=AT.date(), version=None, at=AT + 4 * DAY)
    assert (moved.title, moved.kind, moved.planned_on) == ("Seat maps", "launch", AT.date())
    assert not launch(alice, newer, version=None, at=AT + 5 * DAY).against


def test_a_copy_has_the_answers_and_a_withdrawn_launch_says_nothing(
    review: ReadinessReview, shop: Service, alice: User, lead: User
) -> None:
    passed(alice, review, at=AT)
    decide(lead, review, verdict="not_ready", because="A runbook", version=None, at=AT)
    newer = again(alice, review, planned_on=(AT + 30 * DAY).date(), at=AT + DAY)
    assert results(newer) == {"runbook": "fail", "capacity": "pass", "rollout": "pass", "support": "pass"}
    with pytest.raises(Invalid):
        withdraw(alice, newer, because=" ", version=None, at=AT)
    withdraw(alice, newer, because="Not this year", version=None, at=AT + DAY)
    told = gate_of_service(shop, at=AT + 2 * DAY)
    assert (told.review, told.allow) == (ReadinessReview.objects.get(pk=review.pk), False)
    with pytest.raises(Invalid, match="retired"):
        opened(lead, make.service(lifecycle="retired"), at=AT)
    assert gate_of_service(make.service(), at=AT).verdict is None


def test_the_ladder_reads_the_newest_decision_of_a_year_and_an_attestation_fills_in(
    review: ReadinessReview, shop: Service, alice: User, lead: User
) -> None:
    def read(at: dt.datetime) -> float | None:
        return gathered(at=at).readings[shop.pk].get("readiness")

    attest(lead, Attested(service=shop, fact="readiness", on=(AT - 300 * DAY).date(), note="Held elsewhere"), at=AT)
    assert read(AT) == 1
    decide(lead, review, verdict="not_ready", because="x", version=None, at=AT)
    assert read(AT) == 0
    assert read(AT - DAY) == 1
    newer = again(alice, review, planned_on=AT.date(), at=AT + DAY)
    runbook(shop)
    passed(alice, newer, at=AT + DAY)
    decide(lead, newer, verdict="ready", because="", version=None, at=AT + DAY)
    assert read(AT + 2 * DAY) == 1
    assert read(AT + 367 * DAY) is None


def test_a_template_is_put_in_force_as_a_whole_and_judges_what_is_open(
    review: ReadinessReview, shop: Service, lead: User, alice: User
) -> None:
    ship_readiness(at=AT)
    number = ReadinessTemplate.objects.count()
    less = Template(TEMPLATE.items[2:])
    with pytest.raises(NotAllowed):
        put_in_force(alice, less, note="x", version=None, at=AT)
    with pytest.raises(Invalid) as error:
        put_in_force(lead, Template(()), note=" ", version=None, at=AT)
    assert sorted(error.value.errors) == ["items", "note"]
    with pytest.raises(Stale):
        put_in_force(lead, less, note="Less", version=number + 7, at=AT)
    row = put_in_force(lead, less, note="Less", version=number, at=AT)
    judge_all(at=AT + DAY)
    review.refresh_from_db()
    assert (review.template, list(results(review))) == (row, ["rollout", "support"])
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadinessTemplate.objects.update(note="x")
