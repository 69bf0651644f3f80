"""Ratings: by the scale in force, worst column first, with a reason, far from the incidents only with another one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import InternalError, transaction

from incidents.models import Incident
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import Notification, Role, User
from relportal.core.permissions import SYSTEM
from risks.actions.links import link
from risks.actions.ratings import Rated, rate
from risks.models import Matrix, RatingKind, RatingTask, Relation, Risk, RiskRating
from risks.queries.scale import current
from risks.queries.suggested import suggested_likelihood
from tests import make

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365.25)


def came_true(by: User, risk: Risk, *, at: dt.datetime, **fields: Any) -> Incident:
    incident = Incident.objects.create(**{"title": "Sessions lost", "declared_at": at, "state": "resolved"} | fields)
    link(by, risk, relation=Relation.MATERIALISED, incident=incident, at=at)
    return incident


def test_the_worst_column_decides_and_is_kept(alice: User, risk: Risk, at: dt.datetime) -> None:
    given = Rated(likelihood="likely", columns={"money": "serious", "data": "severe"}, reason="x", confidence="low")
    row = rate(alice, risk, given, at=at)
    assert (row.level.key, row.impact.key, row.decided_by) == ("critical", "severe", "data")
    assert (row.columns, row.confidence) == ({"money": "serious", "data": "severe"}, "low")


def test_an_impact_as_a_whole_is_taken_without_a_column(alice: User, risk: Risk, at: dt.datetime) -> None:
    row = rate(alice, risk, Rated(likelihood="rare", impact="severe", reason="x"), at=at)
    assert (row.level.key, row.decided_by, row.columns) == ("high", "", {})


@pytest.mark.parametrize(("change", "field"), [
    ({"likelihood": "severe"}, "likelihood"),
    ({"likelihood": ""}, "likelihood"),
    ({"columns": {}}, "columns"),
    ({"columns": {"fame": "severe"}}, "columns"),
    ({"columns": {"money": "likely"}}, "columns"),
    ({"impact": "severe"}, "impact"),
    ({"columns": {}, "impact": "likely"}, "impact"),
    ({"reason": "  "}, "reason"),
    ({"kind": "wished"}, "kind"),
    ({"confidence": "sure"}, "confidence"),
])  # fmt: skip
def test_what_the_scale_does_not_have_is_refused_at_its_field(
    alice: User, risk: Risk, rated: Rated, at: dt.datetime, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rate(alice, risk, replace(rated, **change), at=at)
    assert field in refused.value.errors
    assert RiskRating.objects.count() == 1


def test_each_kind_has_its_newest_and_only_the_current_one_moves_the_review(
    alice: User, risk: Risk, rated: Rated, at: dt.datetime
) -> None:
    later = at + dt.timedelta(days=10)
    target = rate(alice, risk, replace(rated, kind=RatingKind.TARGET, likelihood="rare"), at=later)
    risk.refresh_from_db()
    assert (risk.target, risk.rated_at) == (target, at)
    worse = rate(alice, risk, replace(rated, likelihood="frequent"), at=later)
    risk.refresh_from_db()
    assert (risk.current, risk.target, risk.rated_at) == (worse, target, later)
    assert risk.review_due_on == (later + dt.timedelta(days=90)).date()


def test_a_rating_is_never_edited_and_never_deleted(risk: Risk) -> None:
    row = RiskRating.objects.get()
    Risk.objects.update(current=None)
    for change in (lambda: RiskRating.objects.update(reason="Nothing"), row.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_a_current_rating_ends_the_tasks_to_rate_again(alice: User, risk: Risk, rated: Rated, at: dt.datetime) -> None:
    task = RatingTask.objects.create(risk=risk, matrix=Matrix.objects.get(), created_at=at)
    rate(alice, risk, replace(rated, kind=RatingKind.TARGET), at=at)
    task.refresh_from_db()
    assert task.done_at is None
    rate(alice, risk, rated, at=at)
    task.refresh_from_db()
    assert task.done_at == at


def test_whoever_saw_another_scale_chooses_again(alice: User, risk: Risk, rated: Rated, at: dt.datetime) -> None:
    assert rate(alice, risk, replace(rated, matrix=1), at=at)
    with pytest.raises(Conflict):
        rate(alice, risk, replace(rated, matrix=2), at=at)


def test_a_rating_of_an_older_version_is_refused(alice: User, risk: Risk, rated: Rated, at: dt.datetime) -> None:
    rate(alice, risk, rated, at=at, version=risk.version)
    with pytest.raises(Stale):
        rate(alice, risk, rated, at=at, version=risk.version)


def test_who_reads_rates_nothing(bob: User, risk: Risk, rated: Rated, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        rate(bob, risk, rated, at=at)


def test_the_owner_is_told_when_somebody_else_finds_another_level(
    rita: User, alice: User, risk: Risk, rated: Rated, at: dt.datetime
) -> None:
    rate(rita, risk, rated, at=at)
    assert not Notification.objects.exists()
    rate(rita, risk, replace(rated, likelihood="frequent"), at=at)
    assert Notification.objects.get().user == alice


class TestTheLikelihoodThatIncidentsSuggest:
    def test_is_none_without_any(self, alice: User, risk: Risk, at: dt.datetime) -> None:
        assert suggested_likelihood(alice, risk, current().scale, at=at) is None

    def test_counts_those_in_which_it_came_true_by_the_time_that_is_remembered(
        self, alice: User, risk: Risk, at: dt.datetime
    ) -> None:
        """Three in the last three years: one a year, which is where likely begins."""
        for years in (0.1, 1.5, 3.0, 3.1, 9.0):
            came_true(alice, risk, at=at - years * YEAR)
        link(alice, risk, incident=Incident.objects.create(title="Only related", declared_at=at), at=at)
        came_true(alice, risk, at=at, kind="drill")
        came_true(alice, risk, at=at, state="false_alarm")
        found = suggested_likelihood(alice, risk, current().scale, at=at)
        assert found is not None
        assert found.step is not None
        assert (found.n, found.years, found.rate, found.step.key) == (3, 3.0, 1.0, "likely")

    def test_takes_no_month_for_a_year(self, alice: User, risk: Risk, at: dt.datetime) -> None:
        came_true(alice, risk, at=at - YEAR / 12)
        found = suggested_likelihood(alice, risk, current().scale, at=at)
        assert found is not None
        assert (found.years, found.rate) == (1.0, 1.0)

    def test_tells_nobody_of_a_private_incident(self, alice: User, bob: User, risk: Risk, at: dt.datetime) -> None:
        came_true(alice, risk, at=at, is_private=True, declared_by=alice)
        scale = current().scale
        assert suggested_likelihood(alice, risk, scale, at=at) is not None
        assert suggested_likelihood(SYSTEM, risk, scale, at=at) is not None
        assert suggested_likelihood(bob, risk, scale, at=at) is None

    def test_is_kept_with_the_rating_and_two_steps_away_need_a_word(
        self, alice: User, risk: Risk, rated: Rated, at: dt.datetime
    ) -> None:
        came_true(alice, risk, at=at)
        near = rate(alice, risk, replace(rated, likelihood="possible"), at=at)
        assert near.suggested is not None
        assert near.suggested.key == "likely"
        with pytest.raises(Invalid) as refused:
            rate(alice, risk, replace(rated, likelihood="unlikely"), at=at)
        assert refused.value.errors.keys() == {"despite"}
        far = rate(alice, risk, replace(rated, likelihood="unlikely", despite="Its cause is gone"), at=at)
        assert far.despite == "Its cause is gone"

    def test_does_not_bind_what_is_aimed_at(self, alice: User, risk: Risk, rated: Rated, at: dt.datetime) -> None:
        came_true(alice, risk, at=at)
        row = rate(alice, risk, replace(rated, likelihood="rare", kind=RatingKind.TARGET), at=at)
        assert row.suggested is None


def test_the_portal_itself_rates_in_nobodys_name(risk: Risk, rated: Rated, at: dt.datetime) -> None:
    assert rate(SYSTEM, risk, rated, at=at).by is None


def test_a_risk_without_a_team_is_rated_by_whoever_works_for_some_team(
    alice: User, rated: Rated, at: dt.datetime
) -> None:
    risk = Risk.objects.create(title="x", identified_on=at.date(), created_at=at)
    rita = make.user(role=Role.RESPONDER, team=make.team())
    assert rate(rita, risk, rated, at=at).by == rita
