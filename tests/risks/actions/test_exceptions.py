"""Asking for an exception: what is refused, the path that is frozen, and asking again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.actions.action_items import Promised, promise
from incidents.actions.incidents import Declaration, declare
from incidents.models import ActionItem, ActionState
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Role, Service, Team, User
from risks.actions import exception_ends
from risks.actions import risks as registers
from risks.actions.exceptions import Asked, renew, request
from risks.actions.policy import Line, edit_policy
from risks.actions.ratings import Rated, rate
from risks.models import ExceptionKind, ExceptionState, GovernanceException, PolicyRow, Risk, Treatment
from risks.queries.exceptions.path import end_of_day
from risks.queries.exceptions.subject import Subject
from tests import make
from tests.risks.excepted import DAY, accepted, asked, director, executive, in_force, refused, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def dora(payments: Team) -> User:
    return director(payments)


def rated(risk: Risk, level: str) -> None:
    """As a rating of that level would leave it."""
    steps = {"low": ("rare", "minor"), "high": ("likely", "serious"), "critical": ("frequent", "severe")}
    likelihood, impact = steps[level]
    rate(
        risk.owner or User.objects.get(email="alice@example.com"),
        risk,
        Rated(likelihood=likelihood, impact=impact, reason="x"),
        at=AT,
    )
    risk.refresh_from_db()


AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def test_a_request_is_written_with_its_path_and_its_first_signers_are_told(
    rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime
) -> None:
    one = accepted(rita, risk, at)

    assert (one.state, one.tier, one.level, one.team, one.requester) == (
        ExceptionState.REQUESTED, 1, "medium", risk.team, rita,
    )  # fmt: skip
    assert one.title == f"{risk.short_id} {risk.title}"
    assert list(one.signatures.values_list("position", "approver", "verdict")) == [
        (1, "reliability_lead", ""),
        (2, "executive", ""),
    ]
    assert told(lead) == [f"{one} waits for your signature"]
    assert told(vera) == []
    assert Risk.objects.get(pk=risk.pk).state == "open"
    event = AuditEvent.objects.get(action="exception.request")
    assert event.changes["path"] == [None, "Head of Reliability, VP or CTO"]


@pytest.mark.parametrize(
    ("tier", "level", "path"),
    [
        (1, "low", ["reliability_lead", "executive"]),
        (3, "low", ["service_owner"]),
        (3, "high", ["director", "reliability_lead", "executive"]),
        (1, "critical", ["service_owner", "director", "reliability_lead", "executive"]),
    ],
)
def test_tier_and_level_decide_the_path(
    rita: User, risk: Risk, checkout: Service, at: dt.datetime, tier: int, level: str, path: list[str]
) -> None:
    Service.objects.filter(pk=checkout.pk).update(tier=tier)
    rated(risk, level)
    Treatment.objects.create(risk=risk, title="Add a second node", created_at=at)

    assert list(accepted(rita, risk, at).signatures.values_list("approver", flat=True)) == path


def test_the_most_critical_of_several_services_counts(rita: User, risk: Risk, payments: Team, at: dt.datetime) -> None:
    risk.services.set([make.service(tier=3, team=payments), make.service(tier=2, team=payments)])
    assert accepted(rita, risk, at).tier == 2


def test_the_team_that_signs_is_that_of_the_subject_and_not_to_be_chosen(
    rita: User, risk: Risk, at: dt.datetime
) -> None:
    friends = make.team(slug="friends")
    one = asked(rita, at, kind="risk", subject=Subject(risk=risk, team=friends))
    assert one.team == risk.team


def test_a_changed_policy_leaves_the_path_of_what_waits(rita: User, lead: User, risk: Risk, at: dt.datetime) -> None:
    one = accepted(rita, risk, at)
    edit_policy(lead, [Line(approvers=("service_owner",), max_days=365)], version=None, at=at)

    assert list(one.signatures.values_list("approver", flat=True)) == ["reliability_lead", "executive"]


@pytest.mark.parametrize(
    ("ends_at", "sentence"),
    [
        (AT - DAY, "ends in the future"),
        (AT, "ends in the future"),
        (end_of_day(AT.date() + 180 * DAY) + dt.timedelta(seconds=1), "At most 180 days"),
        (dt.datetime(9999, 12, 31, tzinfo=dt.UTC), "At most 180 days"),
    ],
)
def test_an_end_in_the_past_or_beyond_the_longest_is_refused(
    rita: User, risk: Risk, at: dt.datetime, ends_at: dt.datetime, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        accepted(rita, risk, at, expires_at=ends_at)
    assert sentence in refusal.value.errors["expires_at"][0]
    assert not GovernanceException.objects.exists()


def test_the_longest_end_itself_is_taken(rita: User, risk: Risk, at: dt.datetime) -> None:
    assert accepted(rita, risk, at, days=180).expires_at == end_of_day(at.date() + 180 * DAY)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "risk"}, "risk"),
        ({"kind": "slo"}, "objective"),
        ({"kind": "action"}, "action"),
        ({"kind": "readiness"}, "service"),
        ({"kind": "dr"}, "service"),
        ({"kind": "unheard of"}, "kind"),
        ({"title": " "}, "title"),
        ({"reason": " \n"}, "reason"),
        ({"title": "x" * 300}, None),
    ],
)
def test_what_a_request_needs_is_asked_for_at_its_field(
    rita: User, payments: Team, at: dt.datetime, given: dict[str, Any], field: str | None
) -> None:
    if field is None:
        assert len(asked(rita, at, team=payments, **given).title) == 200
        return
    with pytest.raises(Invalid) as refusal:
        asked(rita, at, team=payments, **given)
    assert field in refusal.value.errors


def test_what_belongs_to_no_team_names_one_where_somebody_of_a_team_signs(rita: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(rita, at)
    assert "team" in refusal.value.errors


def test_a_risk_that_is_not_rated_or_closed_is_not_accepted(
    rita: User, alice: User, risk: Risk, at: dt.datetime
) -> None:
    bare = Risk.objects.create(title="Bare", team=risk.team, identified_on=at.date(), created_at=at)
    with pytest.raises(Invalid, match="not rated yet"):
        accepted(rita, bare, at)

    registers.close(alice, risk, because="Switched off", at=at)
    risk.refresh_from_db()
    with pytest.raises(Invalid, match="is closed"):
        accepted(rita, risk, at)


def test_above_appetite_a_plan_comes_first(rita: User, risk: Risk, at: dt.datetime) -> None:
    rated(risk, "high")
    with pytest.raises(Invalid, match="above appetite"):
        accepted(rita, risk, at)

    Treatment.objects.create(risk=risk, title="Given up", state="dropped", created_at=at)
    with pytest.raises(Invalid, match="above appetite"):
        accepted(rita, risk, at)

    Treatment.objects.create(risk=risk, title="Add a second node", created_at=at)
    assert accepted(rita, risk, at).level == "high"


def test_a_finished_action_and_a_retired_objective_have_nothing_to_be_excepted(
    rita: User, payments: Team, at: dt.datetime
) -> None:
    action = promise(rita, Promised(title="Page earlier", team=payments), at=at)
    ActionItem.objects.update(state=ActionState.DONE)
    action.refresh_from_db()
    with pytest.raises(Invalid, match="finished"):
        asked(rita, at, kind="action", subject=Subject(action=action))

    objective = make.objective(service=make.service(team=payments), retired_at=at)
    with pytest.raises(Invalid, match="retired"):
        asked(rita, at, kind="slo", subject=Subject(objective=objective))


def test_one_request_waits_at_a_time_and_what_is_in_force_is_renewed(
    rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime
) -> None:
    one = accepted(rita, risk, at)
    with pytest.raises(Conflict, match=f"{one.short_id} for the same waits"):
        accepted(rita, risk, at)

    in_force(one, at)
    with pytest.raises(Conflict, match=f"{one.short_id} is in force until .*: renew it"):
        accepted(rita, risk, at)


def test_who_works_for_no_team_asks_for_nothing(
    bob: User, admin: User, charlie: User, risk: Risk, at: dt.datetime
) -> None:
    for nobody in (bob, charlie, make.user(role=Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            accepted(nobody, risk, at)
    assert accepted(admin, risk, at).requester == admin


class TestRenewing:
    """A new request that names the old one."""

    @pytest.fixture
    def one(self, rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
        return in_force(accepted(rita, risk, at), at)

    def again(self, actor: User, old: GovernanceException, at: dt.datetime, days: int = 60) -> GovernanceException:
        terms = Asked(kind="", reason="The vendor is late", expires_at=end_of_day(at.date() + days * DAY))
        return renew(actor, old, terms, at=at)

    def test_before_it_ends_both_hold_and_the_count_rises(
        self, rita: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        new = self.again(rita, one, at + 20 * DAY)
        assert (new.kind, new.risk, new.renews, new.renewal, new.state) == ("risk", one.risk, one, 1, "requested")
        in_force(new, at + 21 * DAY)

        holding = GovernanceException.objects.in_force(at + 22 * DAY)
        assert set(holding) == {one, new}
        assert self.again(rita, new, at + 40 * DAY).renewal == 2

    def test_after_it_ended_and_before_any_job_has_seen_that(
        self, rita: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        assert self.again(rita, one, at + 31 * DAY).renews == one

    def test_the_end_that_was_signed_stays(self, rita: User, one: GovernanceException, at: dt.datetime) -> None:
        before = one.expires_at
        in_force(self.again(rita, one, at + 20 * DAY), at + 21 * DAY)
        one.refresh_from_db()
        assert one.expires_at == before

    def test_a_second_time_is_refused_unless_the_first_was(
        self, rita: User, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        new = self.again(rita, one, at + 20 * DAY)
        with pytest.raises(Conflict, match="waits for signatures already"):
            self.again(rita, one, at + 20 * DAY)
        refused(new, lead, at + 21 * DAY)

        newer = in_force(self.again(rita, one, at + 22 * DAY), at + 22 * DAY)
        with pytest.raises(Conflict, match=f"{newer.short_id} renews it already"):
            self.again(rita, one, at + 23 * DAY)
        assert newer.renewal == 1

    def test_what_never_held_or_was_ended_early_is_not_renewed(
        self, rita: User, alice: User, one: GovernanceException, payments: Team, at: dt.datetime
    ) -> None:
        with pytest.raises(Conflict, match="Only what is in force"):
            self.again(rita, asked(rita, at, team=payments), at)

        exception_ends.end_early(alice, one, reason="Fixed", at=at)
        with pytest.raises(Conflict, match="Only what is in force"):
            self.again(rita, one, at)


def test_a_request_in_a_policy_without_a_row_for_it_is_refused(rita: User, payments: Team, at: dt.datetime) -> None:
    PolicyRow.objects.exclude(kind="policy").delete()
    with pytest.raises(Invalid, match="names nobody who signs"):
        asked(rita, at, team=payments)


def test_a_sign_off_that_waits_is_seen_by_nobody_who_may_not_see_its_action(
    rita: User, payments: Team, at: dt.datetime
) -> None:
    secret = declare(rita, Declaration(title="Breach", is_private=True), at=at)
    action = promise(rita, Promised(title="New keys", incident=secret, owner=rita, team=payments), at=at)
    one = asked(rita, at, kind="action", subject=Subject(action=action), title="")
    owner = make.user(role=Role.SERVICE_OWNER, team=payments)

    assert list(GovernanceException.objects.visible_to(rita)) == [one]
    assert not GovernanceException.objects.visible_to(owner).exists()
    assert told(owner) == []
    assert told(rita)[-1].startswith("Nobody can sign")


def test_a_request_of_a_kind_that_later_apps_know_names_their_subject(
    rita: User, checkout: Service, at: dt.datetime
) -> None:
    subject = Subject(service=checkout, key="review:7:capacity", url="https://example.com/review/7")
    one = request(
        rita,
        Asked(
            kind=ExceptionKind.READINESS.value,
            title="No load test yet",
            reason="The rig is built in May",
            expires_at=end_of_day(at.date() + 30 * DAY),
            subject=subject,
        ),
        at=at,
    )
    assert (one.subject_key, one.service, one.tier, one.team) == ("review:7:capacity", checkout, 1, checkout.team)
