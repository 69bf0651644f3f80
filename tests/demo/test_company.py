from __future__ import annotations

import datetime as dt
import graphlib
from collections import Counter

import pytest

from relportal.demo import story
from relportal.demo.catalog import JOURNEYS, SERVICES
from relportal.demo.deploys import deploys, last_restart, restarts
from relportal.demo.events import Cause, Span, Timeline
from relportal.demo.history import PAST
from relportal.demo.indicators import INDICATORS, PORTAL, indicator
from relportal.demo.objectives import OBJECTIVES
from relportal.demo.people import PEOPLE, TEAMS, logins
from relportal.demo.profiles import PROFILES, Family
from tests.demo.conftest import ANCHOR

SLUGS = {each.slug for each in SERVICES}


def test_the_company_has_24_services_in_four_tiers_and_seven_teams() -> None:
    assert len(SLUGS) == len(SERVICES) == 24
    assert set(Counter(each.tier for each in SERVICES)) == {1, 2, 3, 4}
    assert {each.team for each in SERVICES} == {team.slug for team in TEAMS}
    assert set(PROFILES) == SLUGS


def test_no_service_depends_on_itself_by_any_route() -> None:
    graph = {each.slug: {*each.hard, *each.soft} for each in SERVICES}
    assert set().union(*graph.values()) <= SLUGS
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == 24


def test_four_journeys_pass_through_known_services() -> None:
    assert len(JOURNEYS) == 4
    assert all(set(each.services) <= SLUGS for each in JOURNEYS)


def test_some_links_are_missing_so_that_completeness_differs() -> None:
    assert len({len(each.links) for each in SERVICES}) >= 3


def test_every_printed_login_is_a_person_of_the_company() -> None:
    wanted = ["leader", "commander", "service owner", "director", "executive", "admin", "auditor", "viewer"]
    assert [person.login for person in logins()] == wanted
    assert len({person.email for person in PEOPLE}) == len(PEOPLE) == 16
    teams = {team.slug for team in TEAMS}
    assert all(role.team in {None, *teams} for person in PEOPLE for role in person.roles)


def test_every_objective_names_an_indicator_that_measures_its_service() -> None:
    assert 45 <= len(OBJECTIVES) <= 60
    assert all(each.service in indicator(each.indicator).services for each in OBJECTIVES)
    assert len({(each.service, each.name) for each in OBJECTIVES}) == len(OBJECTIVES)


def test_every_service_of_an_indicator_has_an_objective_on_it() -> None:
    promised = {(each.indicator, each.service) for each in OBJECTIVES}
    measured = {(each.slug, service) for each in INDICATORS for service in each.services}
    assert measured == promised


def test_every_indicator_reads_a_family_that_its_services_export() -> None:
    for each in INDICATORS:
        for service in each.services if each.family else ():
            profile = PROFILES[service]
            exported = {stream.family for stream in profile.streams} | {gauge.family for gauge in profile.gauges}
            assert each.family in exported | ({Family.LATENCY} if profile.latency else set()), (each.slug, service)
    assert {PORTAL} == {service for each in INDICATORS if each.family is None for service in each.services}


def test_some_80_incidents_happened_in_two_years(company: Timeline) -> None:
    past = [each for each in company.incidents if each.start < ANCHOR]
    assert len(past) == PAST + 14 == 80
    assert min(each.start for each in past) > company.epoch
    assert len({each.key for each in company.incidents}) == len(company.incidents)
    assert set(Counter(each.severity for each in past)) == {0, 1, 2, 3, 4}
    assert {each.cause for each in past} == set(Cause)
    starts = [each.start for each in company.incidents]
    assert starts == sorted(starts)


def test_times_of_an_incident_are_possible(company: Timeline) -> None:
    for each in company.incidents:
        assert each.detected_after >= dt.timedelta(0)
        if each.end is not None and each.every is None:
            assert each.start + each.detected_after <= each.end
            assert each.start <= each.end - each.mitigated_before_end


def test_equal_anchors_give_equal_companies() -> None:
    assert story.timeline(ANCHOR).incidents == story.timeline(ANCHOR).incidents


def test_an_anchor_off_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="5-minute grid"):
        story.timeline(ANCHOR + dt.timedelta(seconds=1))
    with pytest.raises(ValueError, match="aware"):
        story.timeline(ANCHOR.replace(tzinfo=None))


def test_a_recurring_incident_comes_in_bursts_clipped_to_the_question(company: Timeline) -> None:
    pool = next(each for each in company.incidents if each.key == story.POOL)
    assert pool.every is not None
    begin = pool.start + 2 * pool.every
    within = Span(begin + dt.timedelta(minutes=10), begin + pool.every + dt.timedelta(minutes=5))
    assert pool.spans(within) == (
        Span(within.start, begin + pool.burst),
        Span(begin + pool.every, within.end),
    )


def test_an_incident_that_is_over_has_no_span_later(company: Timeline) -> None:
    over = next(each for each in company.incidents if each.end is not None and each.end < ANCHOR)
    assert over.end is not None
    assert over.spans(Span(over.end, ANCHOR)) == ()


def test_deploys_lie_on_the_grid_and_do_not_depend_on_the_question(company: Timeline) -> None:
    month = Span(ANCHOR - dt.timedelta(days=30), ANCHOR)
    found = deploys(company, "booking-api", month)
    assert len(found) > 5
    assert all(each.at.timestamp() % 300 == 0 and month.start <= each.at < month.end for each in found)
    half = Span(month.start + dt.timedelta(days=15), month.end)
    assert deploys(company, "booking-api", half) == [each for each in found if each.at >= half.start]


def test_an_incident_caused_by_a_deploy_has_that_deploy_and_its_rollback(company: Timeline) -> None:
    incident = next(each for each in company.incidents if each.key == "app-token")
    around = Span(incident.start - dt.timedelta(hours=1), incident.start + dt.timedelta(hours=2))
    linked = [each for each in deploys(company, incident.service, around) if each.incident == incident.key]
    assert [each.rollback for each in linked] == [False, True]
    assert linked[0].at <= incident.start
    assert restarts(company, incident.service, around) == [linked[0].at]


def test_the_last_restart_is_strictly_before_the_question(company: Timeline) -> None:
    at = restarts(company, "ledger", Span(ANCHOR - dt.timedelta(days=200), ANCHOR))[-1]
    assert last_restart(company, "ledger", at) < at
    assert last_restart(company, "ledger", at + dt.timedelta(seconds=1)) == at
