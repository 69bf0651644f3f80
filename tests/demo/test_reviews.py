from __future__ import annotations

import pytest

from incidents.models import ActionItem
from relportal.core.models import Notification, User, WorkItem
from relportal.demo import seed_decisions, seed_people, seed_reviews
from reports.domain.asks import FollowUp
from reports.models import Ask, Review, ReviewItem, Ritual
from reports.queries.asks import AskFilters, AskOrder, ask_rows
from reports.queries.decision_log import LogFilters, LogOrder, log_rows
from tests.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db


def test_twelve_reviews_were_held_and_one_meets_tonight_with_its_pack() -> None:
    seed_people.teams(at=ANCHOR)
    seed_people.people(at=ANCHOR)
    for _twice in range(2):
        seed_decisions.asks(at=ANCHOR)
        seed_reviews.rituals(at=ANCHOR)
        seed_reviews.weekly(at=ANCHOR)
    assert seed_reviews.wait() is None
    assert WorkItem.objects.filter(kind=seed_reviews.REVIEWS).count() == 1
    ritual = Ritual.objects.get(kind="reliability")
    held = list(ritual.reviews.filter(state="done").order_by("meets_at"))
    assert len(held) == 12
    assert {review.meets_at < ANCHOR for review in held} == {True}
    coming = ritual.reviews.get(state="planned")
    assert coming.meets_at == seed_reviews.tonight(ANCHOR) > ANCHOR
    assert coming.built_at == ANCHOR
    assert ReviewItem.objects.filter(review=coming, key="kpi_movers", carried_from=held[-1]).exists()
    assert coming.pack["carry_over"]["claim"].startswith("1 item not reached")
    assert Review.objects.filter(state="planned").count() == 4
    late = ActionItem.objects.filter(in_review__isnull=False, done_at=None, due_on__lt=ANCHOR.date())
    assert late.exists()
    assert not Notification.objects.filter(wants_mail=True).exists()
    executive = User.objects.get(email="executive@perronova.example")
    asks = ask_rows(executive, filters=AskFilters(), order=AskOrder(), at=ANCHOR)
    assert (asks.total, asks.tally.open, asks.tally.overdue, asks.tally.mine) == (6, 3, 1, 1)
    assert Ask.objects.filter(state="decided").count() == 2
    log = log_rows(executive, filters=LogFilters(origins=("ask",)), order=LogOrder(oldest=True), at=ANCHOR)
    assert [row.follow_up for row in log.rows] == [FollowUp.WORKED, FollowUp.DID_NOT]
