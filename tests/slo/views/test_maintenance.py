from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import Team, User
from slo.models import MaintenanceWindow, Measurement
from tests import make

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_it_is_announced_seen_and_cancelled(client: Client, alice: User, payments: Team) -> None:
    shop, stock = (make.service(slug=slug, name=slug.title(), team=payments) for slug in ("shop", "stock"))
    client.force_login(alice)
    assertContains(client.get("/maintenance/"), "No maintenance is announced")
    assertContains(client.get("/maintenance/new/?service=shop"), f'value="{shop.pk}" selected')
    begun = timezone.localtime() - HOUR
    sent = {"title": "Disks", "services": [shop.pk, stock.pk], "start": f"{begun:%Y-%m-%dT%H:%M}", "end": ""}
    refused = client.post("/maintenance/new/", sent)
    assertContains(refused, "This field is required", status_code=422)
    sent["end"] = f"{begun + 2 * HOUR:%Y-%m-%dT%H:%M}"
    assertContains(client.post("/maintenance/new/", sent), "What has begun already is an incident", status_code=422)
    sent["start"] = f"{begun + 1.5 * HOUR:%Y-%m-%dT%H:%M}"
    assertContains(client.post("/maintenance/new/", sent, follow=True), "No maintenance now, 2 windows ahead")
    assertContains(client.get("/services/shop/"), "Maintenance ahead: Disks")
    window = MaintenanceWindow.objects.get(service=shop)
    edit = f"/maintenance/{window.pk}/edit/"
    assertContains(client.get(edit), "Cancel it")
    sent |= {"title": "Larger disks", "version": "1"}
    assertContains(client.post(edit, sent, follow=True), "Larger disks")
    assertContains(client.post(edit, sent), "Someone else changed this", status_code=409)
    assertContains(client.post(f"/maintenance/{window.pk}/cancel/", follow=True), "cancelled")
    assertNotContains(client.get("/services/shop/"), "Maintenance ahead")


def test_what_failed_within_it_is_told_and_it_can_be_ended(client: Client, alice: User, payments: Team) -> None:
    now = timezone.now().replace(microsecond=0)
    shop = make.service(slug="shop", name="Shop", team=payments)
    objective = make.objective(service=shop)
    window = make.maintenance(service=shop, start=now - HOUR, end=now + HOUR)
    for hours, bad, total in ((-3, 5, 100), (-0.5, 8, 300)):
        Measurement.objects.create(
            series=objective.series, instant=now + hours * HOUR, bad=bad, total=total, covered_s=(3 + hours) * 3600
        )
    client.force_login(alice)
    page = client.get("/maintenance/?service=shop")
    assertContains(page, "1 service is in maintenance")
    assertContains(page, "1.50")
    assertContains(client.get("/services/shop/"), "In maintenance: Larger disks")
    assertContains(
        client.post(f"/maintenance/{window.pk}/finish/", follow=True), "What fails from now on is not planned"
    )
    assertContains(client.get("/maintenance/?service=other"), "No maintenance yet")


def test_the_list_does_not_ask_more_for_more_windows(
    client: Client, bob: User, payments: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    for number in range(6):
        service = make.service(team=payments)
        make.objective(service=service)
        make.maintenance(service=service, start=now + (number - 3) * 24 * HOUR)
    client.force_login(bob)
    with django_assert_max_num_queries(9):
        client.get("/maintenance/")
