"""Every address of the portal for every kind of person, by GET and by POST: default deny is tested, not believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import Client

from incidents.models import RunbookRun
from relportal.core.models import ApiToken, AuditEvent, Journey, Membership, SavedView, Service, Team, User, WorkItem
from reports.models import (
    Ask,
    Attestation,
    Decision,
    DecisionOutcome,
    Initiative,
    Investment,
    KpiComment,
    KpiInput,
    KpiTarget,
    LadderVersion,
    Mailing,
    Narrative,
    ReadinessAnswer,
    ReadinessReview,
    ReadinessTemplate,
    Report,
    ReportApproval,
    ReportComment,
    Review,
    ReviewItem,
    ReviewNote,
    Ritual,
    Schedule,
    ShareLink,
)
from risks.models import (
    Delegation,
    Evidence,
    GovernanceException,
    Matrix,
    Milestone,
    MoneySettings,
    PolicyRow,
    Proposal,
    RecoveryObjective,
    RecoveryTest,
    Risk,
    RiskEstimate,
    RiskLink,
    RiskRating,
    RiskReview,
    Signature,
    ToleranceCurve,
    Treatment,
)
from slo.models import Indicator, MaintenanceWindow, Objective, Source
from tests.conftest import AT
from tests.core.access import ANONYMOUS, EVERYONE, World, world
from tests.core.access_routes import address, routes
from tests.core.access_table import API, API_ROWS, BY_SECRET, ONES_OWN, PAGES, SIGN_IN_PAGES, Who
from tests.core.outcomes import Outcome, outcome

pytestmark = pytest.mark.django_db

EXPECTED = PAGES | API
WRITTEN = (
    ApiToken, AuditEvent, Indicator, Journey, Matrix, Membership, Milestone, Objective, Risk, RiskLink, RiskRating, RiskReview,
    RiskEstimate, SavedView, Service, Source, Team, Treatment, WorkItem, Proposal,
    Delegation, Evidence, GovernanceException, PolicyRow, Signature, MoneySettings, ToleranceCurve,
    RecoveryObjective, RecoveryTest, Attestation, Initiative, LadderVersion,
    KpiComment, KpiInput, KpiTarget, Ask, Decision, DecisionOutcome,
    Narrative, Report, ReportApproval, ReportComment,
    Mailing, Schedule,
    Review, ReviewItem, ReviewNote, Ritual,
    Investment, ShareLink, MaintenanceWindow, RunbookRun,
    ReadinessReview, ReadinessAnswer, ReadinessTemplate,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """One world and one client for all the routes: a world costs 0.3 s, a client as much, and each request is undone."""

    world: World
    client: Client
    sessions: dict[str, dict[str, str]]

    def __call__(self, who: str, method: str, path: str) -> Outcome:
        self.client.cookies.clear()
        for key, value in self.sessions[who].items():
            self.client.cookies[key] = value
        undo = transaction.savepoint()
        try:
            return outcome(self.client, method, path)
        finally:
            transaction.savepoint_rollback(undo)


@pytest.fixture(scope="module")
def asking(django_db_setup: None, django_db_blocker: Any) -> Iterator[Asking]:
    """In a transaction around those of the module's tests, which undo what they do."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = world(AT)
        client = Client(raise_request_exception=False)
        sessions: dict[str, dict[str, str]] = {ANONYMOUS: {}}
        for name, user in found.people.items():
            client.force_login(user)
            sessions[name] = {key: morsel.value for key, morsel in client.cookies.items()}
            client.cookies.clear()
        yield Asking(found, client, sessions)
        transaction.set_rollback(True)


@pytest.fixture
def ask(asking: Asking, db: None) -> Asking:
    caches["local"].clear()
    return asking


def test_every_route_has_its_expectation_and_every_expectation_its_route() -> None:
    names = {route.name for route in routes()}
    assert names - set(EXPECTED) - SIGN_IN_PAGES - BY_SECRET == set(), (
        "new routes: say in access_table.py who may use them"
    )
    assert (set(EXPECTED) | SIGN_IN_PAGES | BY_SECRET) - names == set(), "routes that are gone"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_route_admits_exactly_who_it_should(name: str, ask: Asking) -> None:
    path = address(ask.world, name)
    for method, who in (("get", EXPECTED[name].get), ("post", EXPECTED[name].post)):
        found = {person: ask(person, method, path) for person in EVERYONE}
        assert found == {person: _expected(person, who, found[person]) for person in EVERYONE}, method


@pytest.mark.parametrize("method", ["patch", "delete"])
@pytest.mark.parametrize("name", sorted(API_ROWS))
def test_a_row_of_the_api_is_changed_by_exactly_who_may(name: str, method: str, ask: Asking) -> None:
    path = address(ask.world, name)
    found = {person: ask(person, method, path) for person in EVERYONE}
    if found["admin"] is Outcome.NO_METHOD:
        assert set(found.values()) == {Outcome.SIGN_IN, Outcome.REFUSED, Outcome.NO_METHOD}
        return
    assert found == {person: _expected(person, API_ROWS[name], found[person]) for person in EVERYONE}


def test_an_auditor_and_an_outsider_write_nothing_wherever_they_post(ask: Asking) -> None:
    before = _counts(), _versions()
    for who in ("auditor", "outsider"):
        client = Client(raise_request_exception=False)
        client.force_login(ask.world.people[who])
        for name in EXPECTED if who == "outsider" else sorted(EXPECTED.keys() - ONES_OWN):
            path = address(ask.world, name)
            body = {"content_type": "application/json"} if path.startswith("/api/") else {}
            for method in ("post", "put", "patch", "delete"):
                getattr(client, method)(path, {} if method == "post" else "{}", **body)
    assert (_counts(), _versions()) == before


def test_nothing_answers_with_a_failure_of_the_portal(ask: Asking) -> None:
    client = Client()
    client.force_login(ask.world.people["admin"])
    for name in EXPECTED:
        assert client.get(address(ask.world, name)).status_code < 500 or name == "core:readyz", name


def _expected(person: str, who: Who, found: Outcome) -> Outcome:
    """Who is refused may be refused for the method first, which tells nothing of the object."""
    if who is not None and person in who:
        return Outcome.ADMITTED
    if person == ANONYMOUS:
        return Outcome.SIGN_IN
    if who is None:
        return found if found in {Outcome.NO_METHOD, Outcome.REFUSED} else Outcome.NO_METHOD
    return Outcome.REFUSED


def _counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in WRITTEN}


def _versions() -> list[tuple[str, int]]:
    rows = [*Service.objects.all(), *Team.objects.all(), *Objective.objects.all(), *Source.objects.all()]
    people = [(user.email, user.version) for user in User.objects.order_by("pk")]
    return people + [(str(row), row.version) for row in rows]
