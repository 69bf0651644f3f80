from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Service, ServiceLink, User
from reports.actions.initiatives import Given, begin, edit, end, take_baselines
from reports.actions.levels import evaluate
from reports.domain.initiatives import State
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.models import Initiative, KpiValue
from reports.queries.initiatives.burn_up import burn_up
from reports.queries.initiatives.listing import initiative_lines
from tests import make
from tests.reports.ladders import in_force

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TIER_1 = Scope(ScopeKind.TIER, 1)


@pytest.fixture
def services(db: None) -> list[Service]:
    """Four of tier 1, the first with a runbook: it is bronze."""
    in_force()
    rows = [make.service(slug=f"s{n}", name=f"S{n}", tier=1) for n in range(4)]
    climb(rows[0], at=AT - DAY)
    return rows


def climb(*rows: Service, at: dt.datetime) -> None:
    for row in rows:
        ServiceLink.objects.create(service=row, kind="runbook", url="https://wiki.example/x")
    evaluate(at=at)


def given(owner: User, **fields: Any) -> Given:
    defaults: dict[str, Any] = {
        "name": "Tier 1 to bronze", "owner": owner, "goal": "level", "key": "bronze", "scope": TIER_1,
        "starts_on": AT.date(), "due_on": AT.date() + 40 * DAY,
    }  # fmt: skip
    return Given(**defaults | fields)


def state(row: Initiative, at: dt.datetime) -> State:
    return next(one.stands.state for one in initiative_lines(at=at) if one.row.pk == row.pk)


def test_it_starts_from_its_baseline_and_goes_from_on_track_over_behind_to_done(
    services: list[Service], lead: User
) -> None:
    row = begin(lead, given(lead), at=AT)
    assert row.baseline == {"at": AT.isoformat(), "done": 1, "scope": 4}
    assert state(row, AT) is State.ON_TRACK
    assert state(row, AT + 20 * DAY) is State.BEHIND
    climb(services[1], at=AT + 20 * DAY)
    assert state(row, AT + 20 * DAY) is State.ON_TRACK
    found = burn_up(row, at=AT + 20 * DAY)
    assert found.burned is not None
    assert (found.burned.done[0], found.burned.done[-1], found.burned.scope[-1]) == (1, 2, 4)
    # By owner, and each service has a team of its own here.
    assert {(one.service.slug, one.missing) for by in found.left for one in by.services} == {
        ("s2", ("Runbook linked",)), ("s3", ("Runbook linked",)),
    }  # fmt: skip
    climb(*services[2:], at=AT + 30 * DAY)
    assert state(row, AT + 50 * DAY) is State.DONE
    assert AuditEvent.objects.filter(action="initiative.begin", actor=lead).count() == 1


def test_a_service_that_comes_later_raises_what_is_to_be_done_and_is_told(services: list[Service], lead: User) -> None:
    row = begin(lead, given(lead), at=AT)
    new = make.service(slug="new", name="New", tier=1)
    evaluate(at=AT + 3 * DAY)
    Service.objects.filter(pk=services[3].pk).update(tier=2)
    evaluate(at=AT + 5 * DAY)
    found = burn_up(row, at=AT + 6 * DAY)
    assert [(one.service.slug, one.came) for one in found.moved] == [("s3", False), (new.slug, True)]
    assert found.burned is not None
    assert found.burned.scope[:4] == (4, 4, 4, 5)
    assert found.burned.scope[-1] == 4


def test_what_starts_later_takes_its_baseline_then(services: list[Service], lead: User) -> None:
    row = begin(lead, given(lead, starts_on=AT.date() + DAY), at=AT)
    assert (row.baseline, state(row, AT)) == (None, State.PLANNED)
    climb(services[1], at=AT + DAY)
    assert take_baselines(at=AT + DAY) == 1
    assert take_baselines(at=AT + DAY) == 0
    row.refresh_from_db()
    assert row.baseline is not None
    assert (row.baseline["done"], row.baseline["scope"]) == (2, 4)


def test_chosen_services_come_and_go_and_a_rule_can_be_the_goal(services: list[Service], lead: User) -> None:
    chosen = given(lead, scope=Scope(ScopeKind.SERVICE), services=services[:2], goal="rule", key="runbook")
    row = begin(lead, chosen, at=AT)
    assert row.baseline is not None
    assert (row.baseline["done"], row.baseline["scope"]) == (1, 2)
    other = given(lead, scope=Scope(ScopeKind.SERVICE), services=services[1:3], goal="rule", key="runbook")
    row = edit(lead, row, other, version=row.version, at=AT + 2 * DAY)
    found = burn_up(row, at=AT + 3 * DAY)
    assert {(one.service.slug, one.came) for one in found.moved} == {("s0", False), ("s2", True)}
    assert found.stands.counted is not None
    assert (found.stands.counted.done, found.stands.counted.scope) == (0, 2)


def test_a_kpi_runs_from_its_value_at_the_start_to_its_target(services: list[Service], lead: User) -> None:
    def month(first: dt.date, value: float) -> None:
        KpiValue.objects.create(
            kpi="toil", definition=1, cut="month", first=first, last=first + 29 * DAY, scope="company", value=value,
            rag="green", maturity="1", computed_at=AT,
        )  # fmt: skip

    month(dt.date(2026, 10, 1), 0.4)
    row = begin(lead, given(lead, goal="kpi", key="toil", target=0.2, scope=COMPANY), at=AT)
    assert row.baseline is not None
    assert row.baseline["value"] == 0.4
    month(dt.date(2026, 11, 1), 0.32)
    assert state(row, AT + 16 * DAY) is State.ON_TRACK
    assert state(row, AT + 20 * DAY) is State.BEHIND
    assert state(row, AT + 41 * DAY) is State.MISSED
    assert [one.value for one in burn_up(row, at=AT + 20 * DAY).values] == [0.32]


def test_once_begun_the_goal_stays_and_a_moved_date_is_remembered(services: list[Service], lead: User) -> None:
    row = begin(lead, given(lead), at=AT)
    with pytest.raises(Invalid) as refused:
        edit(lead, row, given(lead, key="silver", scope=COMPANY), version=None, at=AT)
    assert set(refused.value.errors) == {"key", "scope"}
    later = AT.date() + 90 * DAY
    row = edit(lead, row, given(lead, due_on=later), version=row.version, at=AT)
    assert (row.due_on, row.first_due_on) == (later, AT.date() + 40 * DAY)


def test_it_ends_with_a_reason_and_then_stays(services: list[Service], lead: User) -> None:
    row = begin(lead, given(lead), at=AT)
    with pytest.raises(Invalid, match="Say why it ends"):
        end(lead, row, because=" ", version=None, at=AT)
    row = end(lead, row, because="Replaced by the programme of next year", version=row.version, at=AT + DAY)
    assert state(row, AT + 90 * DAY) is State.ENDED
    with pytest.raises(Conflict):
        edit(lead, row, given(lead), version=None, at=AT)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"key": "platinum"}, "level"), ({"goal": "rule", "key": "x"}, "rule"), ({"goal": "kpi", "key": "x"}, "kpi"),
        ({"goal": "kpi", "key": "toil"}, "target"), ({"target": 0.2}, "target"), ({"due_on": AT.date()}, "due_on"),
        ({"goal": "kpi", "key": "toil", "target": 0.2, "scope": Scope(ScopeKind.SERVICE)}, "scope"),
        ({"scope": Scope(ScopeKind.SERVICE)}, "services"), ({"scope": Scope(ScopeKind.TIER, 9)}, "scope"),
    ],
)  # fmt: skip
def test_what_cannot_be_reached_is_refused_at_its_field(
    services: list[Service], lead: User, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(Invalid) as refused:
        begin(lead, given(lead, **fields), at=AT)
    assert wrong in refused.value.errors


def test_owners_begin_those_of_their_team_and_stewards_those_of_the_company(
    services: list[Service], alice: User, bob: User
) -> None:
    with pytest.raises(NotAllowed):
        begin(alice, given(alice), at=AT)
    assert begin(alice, given(alice, team=alice.memberships.get().team), at=AT).team is not None
    with pytest.raises(NotAllowed):
        begin(bob, given(bob, name="Other"), at=AT)
