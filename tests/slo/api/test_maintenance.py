from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from relportal.core.models import Team, User
from slo.models import MaintenanceWindow
from tests import make

pytestmark = pytest.mark.django_db
URL = "/api/v1/maintenance/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def api(alice: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(alice)
    return client


def test_a_pipeline_announces_moves_and_cancels_it(api: APIClient, payments: Team) -> None:
    make.service(slug="pay", team=payments)
    now = timezone.now()
    body = {"service": "pay", "title": "Disks", "start": now + HOUR, "end": now + 2 * HOUR}
    made = api.post(URL, body, format="json")
    assert (made.status_code, made.json()["phase"], made.json()["service"]) == (201, "ahead", "pay")
    row = f"{URL}{made.json()['id']}/"
    etag = {"If-Match": made.headers["ETag"]}
    moved = api.patch(row, {"end": now + 3 * HOUR}, format="json", headers=etag)
    assert (moved.status_code, moved.json()["title"], moved.json()["version"]) == (200, "Disks", 2)
    assert api.patch(row, {"title": "x"}, format="json", headers=etag).status_code == 412
    assert api.post(f"{row}finish/").status_code == 409
    assert api.post(f"{row}cancel/").json()["phase"] == "cancelled"
    assert api.post(f"{row}cancel/").status_code == 409


def test_what_runs_is_ended_over_the_api(api: APIClient, payments: Team) -> None:
    window = make.maintenance(service=make.service(slug="pay", team=payments), start=timezone.now() - HOUR)
    make.maintenance(service=make.service(slug="web", team=payments), start=timezone.now() - 9 * HOUR)
    listed = api.get(URL, {"service": "pay", "after": timezone.now().isoformat()}).json()["results"]
    assert [row["id"] for row in listed] == [window.pk]
    assert api.post(f"{URL}{window.pk}/finish/").json()["phase"] == "over"


def test_what_cannot_be_is_refused_at_its_field(api: APIClient, payments: Team) -> None:
    make.service(slug="pay", team=payments)
    now = timezone.now()
    body = {"service": "pay", "title": "Disks", "start": now - HOUR, "end": now + 200 * HOUR}
    refused = api.post(URL, body, format="json")
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"start", "end"}
    assert api.post(URL, body | {"service": "nobody"}, format="json").status_code in (400, 422)
    assert not MaintenanceWindow.objects.exists()
