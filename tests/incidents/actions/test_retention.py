from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from incidents.actions.attachments import attach, remove_attachment
from incidents.actions.deliveries import replay
from incidents.actions.retention import AT_ONCE, retain
from incidents.models import Attachment, Delivery, Incident, Integration
from incidents.receivers import upkeep
from incidents.tasks import retention
from relportal.core.exceptions import Conflict
from relportal.core.models import User, WorkItem

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def tool(at: dt.datetime, db: None) -> Integration:
    return Integration.objects.create(slug="main", name="Main", kind="alertmanager", created_at=at)


def sent(tool: Integration, received: dt.datetime, *, key: str = "x", result: str = "taken") -> Delivery:
    return Delivery.objects.create(
        integration=tool, received_at=received, dedup=key, body=b'{"alerts": []}', result=result, detail="3 alerts."
    )


def test_a_body_goes_after_its_days_and_what_became_of_it_stays(tool: Integration, at: dt.datetime) -> None:
    old, young = sent(tool, at - 90 * DAY - DAY / 2), sent(tool, at - 90 * DAY, key="y")

    done = retain(at=at)

    old.refresh_from_db()
    young.refresh_from_db()
    assert (done.bodies, done.more) == (1, False)
    assert (bytes(old.body), old.body_removed_at, old.result, old.detail) == (b"", at, "taken", "3 alerts.")
    assert bytes(young.body) == b'{"alerts": []}'
    assert retain(at=at).bodies == 0


def test_what_waits_to_be_read_is_never_forgotten(tool: Integration, at: dt.datetime) -> None:
    row = sent(tool, at - 900 * DAY, result="waiting")

    assert retain(at=at).bodies == 0
    row.refresh_from_db()
    assert bytes(row.body) == b'{"alerts": []}'


def test_the_days_are_a_setting_and_none_keeps_everything(
    tool: Integration, at: dt.datetime, settings: LazySettings
) -> None:
    sent(tool, at - 8 * DAY)
    settings.DELIVERY_RETENTION_DAYS = 0
    assert retain(at=at).bodies == 0
    settings.DELIVERY_RETENTION_DAYS = 7
    assert retain(at=at).bodies == 1


def test_more_than_one_run_can_hold_goes_on_at_once(tool: Integration, at: dt.datetime) -> None:
    Delivery.objects.bulk_create(
        Delivery(integration=tool, received_at=at - 100 * DAY, dedup=str(n), body=b"x", result="failed")
        for n in range(AT_ONCE + 5)
    )

    first = retention(WorkItem(), at)
    assert first.result == {"bodies": AT_ONCE + 5, "files": 0}
    assert first.again_at == at + DAY
    Delivery.objects.update(body_removed_at=None)
    assert retain(at=at, most=AT_ONCE).more


def test_a_delivery_without_its_body_is_not_read_again(
    client: Client, tool: Integration, lead: User, at: dt.datetime
) -> None:
    row = sent(tool, at - 100 * DAY)
    client.force_login(lead)
    assertContains(client.get(row.get_absolute_url()), "Read again")
    retain(at=at)

    with pytest.raises(Conflict, match="removed for its age"):
        replay(lead, row, at=at)
    page = client.get(row.get_absolute_url())
    assertContains(page, "Removed for its age")
    assertNotContains(page, "Read again")
    assert client.post(f"{row.get_absolute_url()}replay/").status_code == 409
    row.refresh_from_db()
    assert row.result == "taken"


def test_removed_files_go_in_the_same_run(rita: User, incident: Incident, at: dt.datetime) -> None:
    row = attach(rita, incident, name="log.txt", content=b"errors", at=at)
    remove_attachment(rita, row, at=at)

    assert retain(at=at + 2 * DAY).files == 1
    assert not Attachment.objects.exists()


def test_the_daily_run_is_there_after_every_migration(db: None) -> None:
    WorkItem.objects.filter(kind="incidents.retain").delete()

    upkeep(apps.get_app_config("slo"))
    assert not WorkItem.objects.filter(kind="incidents.retain").exists()
    upkeep(apps.get_app_config("incidents"))
    assert WorkItem.objects.get(kind="incidents.retain").every_s == 86_400
