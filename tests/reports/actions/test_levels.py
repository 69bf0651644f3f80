"""Services of known facts: what is kept of their levels is compared with what the test itself knows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import ActionItem, Alert, Incident, Integration, Postmortem
from relportal.core.models import Dependency, Lifecycle, Role, Service, ServiceLink, User
from reports.actions.attestations import Attested, attest
from reports.actions.levels import evaluate
from reports.domain.ladder import Verdict
from reports.models import KpiInput, KpiValue, RuleResult, ServiceLevel
from reports.queries.ladder.service import on_ladder
from reports.queries.ladder.versions import gathered
from risks.models import GovernanceException
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident
from tests.reports.ladders import in_force
from tests.risks.recovering import drilled, promised, recovered

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(db: None) -> Service:
    in_force()
    return make.service(slug="shop", name="Shop", tier=1)


def runbook(service: Service) -> ServiceLink:
    return ServiceLink.objects.create(service=service, kind="runbook", url="https://wiki.example/shop")


def attested(
    lead: User, service: Service, *, fact: str = "backup_job", on: dt.date | None = None, **fields: Any
) -> Any:
    given = Attested(service=service, fact=fact, on=on or AT.date(), note="Seen in the log.", **fields)
    return attest(lead, given, at=AT)


def level(service: Service) -> ServiceLevel:
    return ServiceLevel.objects.get(service=service, until=None)


def verdict(service: Service, rule: str) -> str:
    return RuleResult.objects.get(service=service, rule=rule, until=None).verdict


def excepted(service: Service | None, rule: str, lead: User, **fields: Any) -> GovernanceException:
    given = {
        "kind": "standard", "title": "x", "reason": "x", "service": service, "subject_key": f"ladder:{rule}",
        "requester": lead, "requested_at": AT - 9 * DAY, "in_force_at": AT - 9 * DAY, "expires_at": AT + 9 * DAY,
        "state": "in_force",
    }  # fmt: skip
    return GovernanceException.objects.create(**given | fields)


def test_a_service_climbs_as_its_rules_pass_and_falls_when_one_fails(shop: Service, lead: User) -> None:
    evaluate(at=AT)
    assert (level(shop).rank, level(shop).minimum, level(shop).meets) == (0, 2, False)
    link = runbook(shop)
    attested(lead, shop)
    evaluate(at=AT + DAY)
    assert (level(shop).rank, level(shop).passed, level(shop).rules) == (2, 3, 3)
    link.delete()
    evaluate(at=AT + 5 * DAY)
    held = on_ladder(shop).history
    assert [(one.name, one.fell, one.because) for one in held] == [
        ("No level", True, ("Runbook linked",)), ("Silver", False, ()), ("No level", False, ()),
    ]  # fmt: skip
    assert [one.until for one in held] == [None, AT + 5 * DAY, AT + DAY]


def test_a_look_that_finds_nothing_new_writes_no_rows(shop: Service) -> None:
    evaluate(at=AT)
    before = (ServiceLevel.objects.count(), RuleResult.objects.count())
    done = evaluate(at=AT + DAY)
    assert (ServiceLevel.objects.count(), RuleResult.objects.count()) == before
    assert (done.services, done.changed) == (1, 0)
    assert level(shop).evaluated_at == AT + DAY


def test_two_looks_at_one_instant_leave_one_state(shop: Service) -> None:
    evaluate(at=AT)
    runbook(shop)
    evaluate(at=AT)
    assert [one.rank for one in ServiceLevel.objects.filter(service=shop)] == [1]
    assert RuleResult.objects.filter(service=shop, rule="runbook").count() == 1


def test_an_attestation_that_is_over_is_unknown_again(shop: Service, lead: User) -> None:
    attested(lead, shop)
    evaluate(at=AT)
    assert verdict(shop, "backup_job") == Verdict.PASSED
    evaluate(at=AT + 184 * DAY)
    assert verdict(shop, "backup_job") == Verdict.UNKNOWN


def test_the_newest_attestation_counts_and_one_that_fails_is_no_unknown(shop: Service, lead: User) -> None:
    attested(lead, shop, on=AT.date() - DAY)
    attested(lead, shop, holds=False)
    evaluate(at=AT)
    assert verdict(shop, "backup_job") == Verdict.FAILED


def test_an_exception_in_force_exempts_and_ends(shop: Service, lead: User) -> None:
    runbook(shop)
    row = excepted(shop, "backup_job", lead)
    evaluate(at=AT)
    assert (level(shop).rank, level(shop).excused) == (1, 2)
    assert RuleResult.objects.get(service=shop, rule="backup_job", until=None).exception == row
    evaluate(at=AT + 10 * DAY)
    assert (level(shop).rank, level(shop).excused) == (1, 1)


def test_an_exception_of_a_team_exempts_its_services(shop: Service, lead: User) -> None:
    other = make.service(team=shop.team)
    excepted(None, "runbook", lead, team=shop.team)
    evaluate(at=AT)
    assert {verdict(shop, "runbook"), verdict(other, "runbook")} == {Verdict.EXEMPT}


def test_what_is_retired_stands_nowhere_any_more_and_another_tier_begins_a_row(shop: Service) -> None:
    other = make.service(tier=2)
    evaluate(at=AT)
    Service.objects.filter(pk=shop.pk).update(lifecycle=Lifecycle.RETIRED)
    Service.objects.filter(pk=other.pk).update(tier=3)
    evaluate(at=AT + DAY)
    assert not ServiceLevel.objects.filter(service=shop, until=None).exists()
    assert not RuleResult.objects.filter(service=shop, until=None).exists()
    assert [one.minimum for one in ServiceLevel.objects.filter(service=other)] == [1, 0]


# Facts.


def read(service: Service, fact: str) -> float | None:
    return gathered(at=AT).readings.get(service.pk, {}).get(fact)


def test_the_catalog_tells_owner_links_and_weak_dependencies(shop: Service) -> None:
    assert (read(shop, "owner"), read(shop, "runbook"), read(shop, "lower_tier")) == (0, 0, 0)
    make.user(role=Role.SERVICE_OWNER, team=shop.team)
    runbook(shop)
    Dependency.objects.create(service=shop, depends_on=make.service(tier=3), hard=True)
    Dependency.objects.create(service=shop, depends_on=make.service(tier=3), hard=False)
    assert (read(shop, "owner"), read(shop, "runbook"), read(shop, "lower_tier")) == (1, 1, 1)


def test_objectives_and_their_alerts_are_counted(shop: Service) -> None:
    one = make.objective(service=shop)
    one.burn_rules.create(long_s=3600, short_s=300, factor=14.4, severity="page")
    make.objective(service=shop, retired_at=AT)
    assert (read(shop, "slo_count"), read(shop, "burn_alerts")) == (1, 1)


def test_four_quarters_are_counted_as_scorecards_show_them_and_three_are_unknown(shop: Service) -> None:
    def kept(first: dt.date, value: float, edition: str = "live") -> None:
        KpiValue.objects.create(
            kpi="slo_attainment", definition=1, cut="quarter", first=first, last=first, scope="service", number=shop.pk,
            edition=edition, value=value, rag="green", maturity="3", computed_at=AT,
        )  # fmt: skip

    for month in (1, 4, 7):
        kept(dt.date(2026, month, 1), 1.0)
    assert read(shop, "quarters_met") is None
    kept(dt.date(2025, 10, 1), 0.5)
    kept(dt.date(2026, 4, 1), 0.5, "closed")
    assert read(shop, "quarters_met") == 2


def test_late_postmortems_and_overdue_actions_count_unless_the_incident_is_private(shop: Service, lead: User) -> None:
    for private in (False, True):
        row = incident(lead, shop, began=AT - 30 * DAY, private=private)
        row.severity_id = 1
        row.save()
        Postmortem.objects.create(incident=row, created_at=AT, due_at=AT - 5 * DAY)
        late = {"due_on": AT.date() - DAY, "first_due_on": AT.date(), "created_at": AT - 9 * DAY}
        ActionItem.objects.create(incident=row, title="Mend", **late)
    assert (read(shop, "late_postmortems"), read(shop, "overdue_actions")) == (1, 1)


def test_alerts_are_actionable_as_the_kpi_says_and_unknown_where_too_few_are_judged(shop: Service, lead: User) -> None:
    tool = Integration.objects.create(slug="am", name="AM", kind="alertmanager", created_at=AT)
    hit = incident(lead, shop, began=AT - 3 * DAY)
    seen = {"first_received_at": AT, "last_received_at": AT}
    for n in range(2):
        Alert.objects.create(
            integration=tool, fingerprint=str(n), started_at=AT - 2 * DAY, name="x", service=shop, incident=hit, **seen
        )
    assert read(shop, "actionability") == 1
    for n in range(2, 6):
        Alert.objects.create(
            integration=tool, fingerprint=str(n), started_at=AT - 2 * DAY, name="x", service=shop, **seen
        )
    assert read(shop, "actionability") is None


def test_the_oldest_exception_counts_its_days_and_none_is_zero(shop: Service, lead: User) -> None:
    assert read(shop, "oldest_exception") == 0
    excepted(shop, "x", lead)
    assert read(shop, "oldest_exception") == 9


def test_teams_tell_who_is_on_call_and_how_much_is_toil(shop: Service) -> None:
    assert (read(shop, "on_call"), read(shop, "toil")) == (None, None)
    pages = {"kpi": "page_load", "scope": "team", "number": shop.team_id, "numbers": {"pages": 1}, "at": AT}
    KpiInput.objects.create(first=AT.date() - 30 * DAY, last=AT.date(), **pages)
    KpiValue.objects.create(
        kpi="toil", definition=1, cut="28d", first=AT.date() - 28 * DAY, last=AT.date(), scope="team",
        number=shop.team_id or 0, value=0.2, rag="green", maturity="1", computed_at=AT,
    )  # fmt: skip
    assert (read(shop, "on_call"), read(shop, "toil")) == (1, 0.2)


def test_days_since_something_was_attested_are_counted(shop: Service, lead: User) -> None:
    attested(lead, shop, fact="game_day", on=AT.date() - 40 * DAY)
    attested(lead, shop, fact="game_day", holds=False)
    assert read(shop, "game_day") == 40


def test_recovery_is_read_from_records_and_attested_only_where_there_is_none(shop: Service, lead: User) -> None:
    attested(lead, shop, fact="dr_test", on=AT.date() - 9 * DAY)
    attested(lead, shop, fact="restore_test", on=AT.date() - 9 * DAY)
    talk = drilled(lead, shop, start=AT - 8 * DAY, kind="tabletop")
    assert (talk.verdict, read(shop, "dr_test"), read(shop, "restore_test"), read(shop, "game_day")) == (
        "not_measured", 1, 9, None,
    )  # fmt: skip
    private, open_to_all = (
        Incident.objects.create(title="Drill", kind="drill", declared_at=AT - days * DAY, is_private=hidden)
        for days, hidden in ((1, True), (7, False))
    )
    for one in (private, open_to_all):
        one.services.add(shop)
    assert read(shop, "game_day") == 7
    promised(lead, shop, at=AT - 90 * DAY)
    drilled(lead, shop, start=AT - 6 * DAY, results=[recovered(shop, AT - 6 * DAY, rto=61)])
    assert (read(shop, "dr_test"), read(shop, "restore_test"), read(shop, "game_day")) == (0, 6, 6)
    drilled(lead, shop, start=AT - 5 * DAY, kind="restore")
    assert (read(shop, "dr_test"), read(shop, "restore_test"), read(shop, "game_day")) == (1, 5, 6)


def test_a_look_asks_as_many_questions_of_ten_services_as_of_one(shop: Service) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            evaluate(at=AT)
        return len(found)

    one = asked()
    for _each in range(9):
        make.service()
    assert asked() <= one + 1
    assert one < 45
