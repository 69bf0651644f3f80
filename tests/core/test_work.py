"""Due work survives lost brokers, killed workers and doubled ticks."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from celery import Celery
from django.db import connection, transaction

from relportal.celery import app
from relportal.core import work
from relportal.core.models import WorkItem, WorkState
from relportal.core.queries.operations import operations
from relportal.core.tasks import tick

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


def begin(item: WorkItem, at: dt.datetime) -> WorkItem:
    assert item.lease_token is not None
    begun = work.begin(item.pk, item.lease_token, at=at)
    assert begun is not None
    return begun


def test_writing_the_same_work_twice_is_writing_it_once_and_the_earlier_time_wins(
    at: dt.datetime,
) -> None:
    work.enqueue("test", "a", at=at)
    work.enqueue("test", "a", at=at - SECOND)
    work.enqueue("test", "a", at=at + SECOND)
    assert [item.due_at for item in WorkItem.objects.filter(kind="test")] == [at - SECOND]


def test_work_of_a_rolled_back_transaction_is_not_due(at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue("test", "a", at=at)
        transaction.set_rollback(True)
    assert not WorkItem.objects.filter(kind="test").exists()


def test_a_claimed_item_is_not_claimed_again_until_its_lease_ends(
    at: dt.datetime,
) -> None:
    work.enqueue("test", "a", at=at)
    assert len(work.claim(at=at)) == 1
    assert work.claim(at=at + SECOND) == []
    assert len(work.claim(at=at + work.LEASE + SECOND)) == 1


def test_a_worker_that_lost_its_lease_cannot_report_a_result(at: dt.datetime) -> None:
    work.enqueue("test", "a", at=at)
    [first] = work.claim(at=at)
    slow = begin(first, at)
    [second] = work.claim(at=at + work.LEASE + SECOND)
    assert not work.complete(slow, work.Outcome(result={"by": "slow"}), at=at + work.LEASE + 2 * SECOND)
    assert work.complete(
        begin(second, at + work.LEASE + SECOND),
        work.Outcome(result={"by": "second"}),
        at=at + work.LEASE + 3 * SECOND,
    )
    assert WorkItem.objects.get(kind="test").result == {"by": "second"}


def test_recurring_work_is_due_again_after_its_interval(at: dt.datetime) -> None:
    work.enqueue("test", "a", at=at, every=dt.timedelta(minutes=5))
    [item] = work.claim(at=at)
    work.complete(begin(item, at), work.Outcome(), at=at + SECOND)
    item.refresh_from_db()
    assert (item.state, item.due_at) == (
        WorkState.PENDING,
        at + SECOND + dt.timedelta(minutes=5),
    )


def fail_until_spent(at: dt.datetime) -> dt.datetime:
    for _attempt in range(work.MAX_ATTEMPTS):
        item = WorkItem.objects.get(kind="test")
        at = max(at, item.due_at)
        [claimed] = work.claim(at=at)
        work.fail(begin(claimed, at), "boom", at=at)
    return at


def test_work_that_keeps_failing_is_quarantined_with_its_error_and_counted_as_trouble(
    at: dt.datetime,
) -> None:
    work.enqueue("test", "a", at=at)
    at = fail_until_spent(at)
    item = WorkItem.objects.get(kind="test")
    assert (item.state, item.last_error) == (WorkState.QUARANTINED, "boom")
    assert work.claim(at=at + dt.timedelta(days=1)) == []
    assert work.troubled() == 1


def test_recurring_work_that_keeps_failing_is_tried_again_every_hour_and_counted_as_trouble(
    at: dt.datetime,
) -> None:
    work.enqueue("test", "a", at=at, every=dt.timedelta(minutes=5))
    at = fail_until_spent(at)
    assert WorkItem.objects.get(kind="test").due_at == at + work.QUARANTINE_RETRY
    assert work.troubled() == 1


def test_work_that_is_done_in_part_needs_help_and_is_due_as_always(at: dt.datetime) -> None:
    work.enqueue("test", "a", at=at, every=dt.timedelta(minutes=5))
    [item] = work.claim(at=at)
    work.complete(begin(item, at), work.Outcome(result={"done": 2}, problem="EXC-3: boom"), at=at)

    item.refresh_from_db()
    assert (item.last_error, item.result) == ("EXC-3: boom", {"done": 2, "problem": "EXC-3: boom"})
    assert (item.attempts, item.due_at) == (0, at + dt.timedelta(minutes=5))
    assert work.troubled() == operations(at=at).troubled == 1

    [again] = work.claim(at=item.due_at)
    work.complete(begin(again, item.due_at), work.Outcome(result={"done": 3}), at=item.due_at)
    assert (work.troubled(), WorkItem.objects.get(pk=item.pk).last_error) == (0, "")


def test_work_that_kills_its_worker_still_counts_as_an_attempt(at: dt.datetime) -> None:
    work.enqueue("test", "a", at=at)
    [item] = work.claim(at=at)
    begin(item, at)
    assert WorkItem.objects.get(kind="test").attempts == 1


def test_a_kind_has_one_handler() -> None:
    @work.handles("test.once")
    def handler(item: WorkItem, at: dt.datetime) -> work.Outcome:
        return work.Outcome()

    assert work.handler_of("test.once") is handler
    with pytest.raises(RuntimeError, match="two handlers"):
        work.handles("test.once")(lambda item, at: work.Outcome())


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_claim_each_item_once(at: dt.datetime) -> None:
    with transaction.atomic():
        for number in range(40):
            work.enqueue("test", str(number), at=at)
    claimed: list[int] = []
    barrier = threading.Barrier(4)

    def tick() -> None:
        barrier.wait()
        claimed.extend(item.pk for item in work.claim(at=at, limit=15) if item.kind == "test")
        connection.close()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed))
    assert len(claimed) == WorkItem.objects.filter(kind="test", lease_token__isnull=False).count() > 0


@pytest.fixture
def lost_broker(deaf_port: int) -> Iterator[None]:
    """The broker's address is one where nothing listens."""
    elsewhere = Celery(broker=f"redis://127.0.0.1:{deaf_port}/0", set_as_current=False)
    elsewhere.conf.task_publish_retry = False
    elsewhere.set_current()
    yield
    app.set_current()


def test_work_that_no_broker_takes_is_free_for_the_next_tick(at: dt.datetime, lost_broker: None) -> None:
    work.enqueue("test", "a", at=at)
    work.enqueue("test", "b", at=at)

    assert tick() == 0

    assert len(work.claim(at=at)) == 2
