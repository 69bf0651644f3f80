from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from relportal.core.models import AuditEvent, Notification, Role, User
from relportal.demo import people, seed, seed_money, seed_readiness, seed_tools
from relportal.demo.events import Timeline
from relportal.demo.launches import LAUNCHES
from relportal.demo.register import MATERIALISED, REGISTER
from relportal.demo.register.exceptions import EXCEPTIONS, EXPIRED, RENEWED_TWICE, SOON, WAITS_FOR_EXECUTIVE
from reports.models import ReadinessReview
from risks.models import (
    Approver,
    Delegation,
    Evidence,
    ExceptionKind,
    ExceptionState,
    GovernanceException,
    MoneySettings,
    PortfolioRun,
    Proposal,
    ProposalState,
    Relation,
    Risk,
    RiskLink,
    RiskRating,
    RiskState,
    Treatment,
    Unit,
)
from risks.queries.exceptions.signers import awaiting, with_next
from slo.models import Series
from tests.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9090"
FROM_PROPOSALS = 2
TITLES = {each.key: each.title for each in REGISTER}


def told(company: Timeline) -> Timeline:
    """The story as far as the register speaks of it: the incidents that are written by hand."""
    return Timeline(company.anchor, tuple(each for each in company.incidents if not each.key.startswith("drawn-")))


def test_the_register_is_told_once_and_its_facts_agree(company: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_tools, "deploys", lambda *_args, **_named: None)
    monkeypatch.setattr(seed_money, "MONTHS", 2)
    seed.company(url=URL, at=ANCHOR, timeline=told(company))
    _is_kept()
    _moved()
    _came_true()
    _is_accepted()
    _is_proposed()
    _is_sized()
    _lies_in_the_past()
    before = AuditEvent.objects.count()
    seed.company(url=URL, at=ANCHOR + dt.timedelta(hours=1), timeline=told(company))
    assert AuditEvent.objects.count() == before
    _are_launched()


def _are_launched() -> None:
    """Verdicts follow from what the demo attests and excepts."""
    Series.objects.update(started_at=ANCHOR - dt.timedelta(days=725))
    made = seed_readiness.launches(at=ANCHOR)
    assert made == ReadinessReview.objects.count() == sum(len(each.reviews) for each in LAUNCHES)
    assert seed_readiness.launches(at=ANCHOR) == 0
    for each in LAUNCHES:
        rows = ReadinessReview.objects.filter(title=each.title).order_by("pk")
        for row, told in zip(rows, each.reviews, strict=True):
            assert (row.decided_at is None) == (told.decided is None)
            if told.decided is not None:
                assert (row.title, row.verdict) == (each.title, told.decided[1])
    assert ReadinessReview.objects.filter(against=True).count() == 1
    assert {row.verdict_at(ANCHOR) for row in ReadinessReview.objects.waiting()} == {"ready", "not_ready"}


def _is_kept() -> None:
    """Forty risks, each with somebody who answers for it."""
    assert Risk.objects.count() == len(REGISTER) + FROM_PROPOSALS == 40
    assert not Risk.objects.filter(owner=None).exists()
    states = Counter(Risk.objects.values_list("state", flat=True))
    assert states[RiskState.CLOSED] == sum(each.closed is not None for each in REGISTER)
    assert states[RiskState.ACCEPTED] == Risk.objects.accepted(ANCHOR).count() == 3
    assert Treatment.objects.count() == sum(len(each.treatments) for each in REGISTER)
    today = ANCHOR.date()
    assert Treatment.objects.filter(state__in=("planned", "doing"), milestones__due_on__lt=today).exists()
    assert Risk.objects.alive().filter(review_due_on__lt=today).exists()


def _moved() -> None:
    """Some risks went up in their year, some down."""
    moves = Counter[str]()
    for risk in Risk.objects.exclude(current=None):
        current = RiskRating.objects.filter(risk=risk, kind="current").select_related("level").order_by("at", "pk")
        first, last = current[0].level.position, list(current)[-1].level.position
        assert risk.current == list(current)[-1]
        moves["up" if last > first else "down" if last < first else "same"] += 1
    assert moves["up"] >= 3
    assert moves["down"] >= 6
    assert set(Risk.objects.alive().values_list("current__level__key", flat=True)) == {
        None, "low", "medium", "high", "critical",
    }  # fmt: skip


def _came_true() -> None:
    came = RiskLink.objects.select_related("risk", "incident").get(relation=Relation.MATERIALISED)
    assert came.incident is not None
    assert came.risk.title == TITLES[MATERIALISED]
    assert came.incident.declared_from == "demo:push-provider"
    first = came.risk.ratings.earliest("at")
    assert first.at < came.incident.declared_at < came.risk.ratings.latest("at").at


def _of(key: str) -> GovernanceException:
    given = next(each for each in EXCEPTIONS if each.key == key)
    rows = GovernanceException.objects.filter(kind=given.kind, reason=given.reason)
    return rows.select_related("risk").get()


def _is_accepted() -> None:
    assert set(GovernanceException.objects.values_list("kind", flat=True)) == set(ExceptionKind.values)
    assert set(GovernanceException.objects.values_list("state", flat=True)) == set(ExceptionState.values)
    soon = _of(SOON)
    assert soon.state == ExceptionState.IN_FORCE
    assert dt.timedelta(days=4) < soon.expires_at - ANCHOR < dt.timedelta(days=6)
    assert soon.level == "high"
    assert soon.signatures.latest("position").approver == Approver.EXECUTIVE
    over = _of(EXPIRED)
    assert over.expired_at is not None
    assert over.risk is not None
    assert (over.state, over.risk.state) == (ExceptionState.EXPIRED, RiskState.OPEN)
    assert over.risk.reopened_at == over.expired_at
    assert _of(RENEWED_TWICE).renewal == 2
    for login, waits in (("executive", 1), ("leader", 1), ("director", 1), ("service owner", 1)):
        person = User.objects.get(email=next(each.email for each in people.PEOPLE if each.login == login))
        rows = with_next(GovernanceException.objects.waiting(ANCHOR)).filter(awaiting(person, at=ANCHOR))
        assert rows.count() >= waits, login
    executive = User.objects.get(email="executive@perronova.example")
    rows = with_next(GovernanceException.objects.waiting(ANCHOR)).filter(awaiting(executive, at=ANCHOR))
    assert _of(WAITS_FOR_EXECUTIVE) in rows
    holding = [each.starts_on <= ANCHOR.date() <= each.ends_on for each in Delegation.objects.all()]
    assert sorted(holding) == [False, True]
    assert Evidence.objects.filter(exception__isnull=False).exists()
    assert Evidence.objects.filter(risk__isnull=False).exists()


def _is_proposed() -> None:
    states = Counter(Proposal.objects.values_list("state", flat=True))
    assert states[ProposalState.ACCEPTED] == FROM_PROPOSALS
    assert states[ProposalState.MERGED] == 2
    assert states[ProposalState.DISMISSED] == 1
    assert states[ProposalState.OPEN] > 0


def _is_sized() -> None:
    """About thirty risks have a size, and a year is tolerated in parts only."""
    assert 28 <= Risk.objects.exclude(money=None).count() <= 36
    assert Risk.objects.exclude(minutes=None).count() >= 12
    assert Treatment.objects.exclude(one_off_low=None).count() >= 6
    assert MoneySettings.objects.get(pk=1).minute_low is not None
    newest = PortfolioRun.objects.filter(unit=Unit.MONEY).first()
    assert newest is not None
    assert newest.at == ANCHOR
    assert newest.risks == Risk.objects.alive().exclude(money=None).count()
    assert PortfolioRun.objects.filter(unit=Unit.MONEY).count() == 3


def _lies_in_the_past() -> None:
    assert not AuditEvent.objects.filter(object_type__in=("risk", "governanceexception"), at__gt=ANCHOR).exists()
    assert not Notification.objects.filter(mailed_at=None, wants_mail=True).exists()
    assert Role.DIRECTOR in {role for role, _team in User.objects.get(email="director@perronova.example").roles}
