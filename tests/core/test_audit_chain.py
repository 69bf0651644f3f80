from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from relportal.core import audit, audit_chain
from relportal.core.models import AuditDay, AuditEvent
from relportal.core.permissions import SYSTEM
from tests import make

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def chained(at: dt.datetime) -> dt.datetime:
    """Three days of audit, the second without a row, all closed."""
    service = make.service()
    for when in (at - 3 * DAY, at - 3 * DAY, at - DAY):
        with transaction.atomic():
            audit.record(SYSTEM, "service.edit", service, at=when, changes={"tier": (1, 2)})
    assert audit_chain.close_days(at=at) == [(at - n * DAY).date() for n in (3, 2, 1)]
    return at


def tamper(sql: str) -> None:
    """As someone with the database's own password would: past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER USER")


@pytest.mark.parametrize("sql", ["UPDATE core_auditevent SET reason = 'x'", "DELETE FROM core_auditevent"])
def test_the_portal_itself_cannot_change_or_delete_audit_rows(chained: dt.datetime, sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.count() == 3


def test_a_chain_that_nobody_touched_holds(chained: dt.datetime, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit_verify")
    assert "holds: 3 days" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditevent SET actor_label = 'someone else' WHERE id = (SELECT min(id) FROM core_auditevent)",
        "UPDATE core_auditevent SET changes = '{}' WHERE id = (SELECT max(id) FROM core_auditevent)",
        "DELETE FROM core_auditevent WHERE id = (SELECT max(id) FROM core_auditevent)",
        "TRUNCATE core_auditevent",
        "UPDATE core_auditevent SET at = at - interval '1 day' WHERE id = (SELECT max(id) FROM core_auditevent)",
    ],
)
def test_tampering_with_the_trigger_disabled_is_found(chained: dt.datetime, sql: str) -> None:
    tamper(sql)
    with pytest.raises(CommandError, match="broken at 2026-") as told:
        call_command("audit_verify")
    assert told.value.returncode == 1


def test_a_day_that_was_taken_out_of_the_chain_is_found(chained: dt.datetime) -> None:
    AuditDay.objects.filter(day=(chained - 2 * DAY).date()).delete()
    broken = audit_chain.verify()
    assert broken is not None
    assert broken.day == (chained - 2 * DAY).date()


def test_closing_twice_adds_nothing_and_today_stays_open(chained: dt.datetime) -> None:
    assert audit_chain.close_days(at=chained) == []
    midnight = dt.datetime.combine(chained.date() + DAY, dt.time(), tzinfo=dt.UTC)
    assert audit_chain.close_days(at=midnight + dt.timedelta(minutes=9)) == []
    assert audit_chain.close_days(at=midnight + dt.timedelta(minutes=10)) == [chained.date()]


def test_an_empty_audit_has_an_empty_chain(db: None, at: dt.datetime) -> None:
    assert audit_chain.close_days(at=at) == []
    assert audit_chain.verify() is None
