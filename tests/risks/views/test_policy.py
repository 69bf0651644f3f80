"""The page of who signs which exception."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.models import User
from risks.actions.policy import Line, edit_policy
from risks.models import PolicyRow
from tests.risks.excepted import as_

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


class TestPolicy:
    def rows(self, **change: Any) -> dict[str, Any]:
        """The form as it is shown."""
        sent: dict[str, Any] = {"version": 1, "reason": "", "rows-INITIAL_FORMS": 9, "rows-TOTAL_FORMS": 10}
        for n, row in enumerate(PolicyRow.objects.order_by("position")):
            fields = {
                "ORDER": n + 1,
                "kind": row.kind,
                "tiers": row.tiers,
                "levels": row.levels,
                "max_days": row.max_days,
            }
            fields |= {f"approver{m}": each for m, each in enumerate(row.approvers, 1)}
            sent |= {f"rows-{n}-{name}": value for name, value in fields.items()}
        return sent | change

    def test_everybody_reads_who_signs(self, client: Client, bob: User) -> None:
        page = as_(client, bob).get("/exceptions/policy/")
        assertContains(page, "VP or CTO")
        assertNotContains(page, "/exceptions/policy/edit/")

    def test_a_row_is_added_moved_and_taken_away(self, client: Client, lead: User) -> None:
        as_(client, lead)
        assert client.get("/exceptions/policy/edit/").status_code == 200
        new = {"rows-9-kind": "dr", "rows-9-approver1": "reliability_lead", "rows-9-max_days": 30, "rows-9-ORDER": 0}
        assertRedirects(client.post("/exceptions/policy/edit/", self.rows(**new)), "/exceptions/policy/")
        first = PolicyRow.objects.first()
        assert first is not None
        assert (first.kind, first.max_days, first.version, PolicyRow.objects.count()) == ("dr", 30, 2, 10)

        sent = self.rows(version=2, **{"rows-0-DELETE": "on", "rows-INITIAL_FORMS": 10, "rows-TOTAL_FORMS": 11})
        client.post("/exceptions/policy/edit/", sent)
        assert PolicyRow.objects.count() == 9
        assertContains(client.get("/audit/?object=policyrow:policy"), "policy.edit")

    def test_a_new_row_without_a_number_stands_before_the_last(self, client: Client, lead: User) -> None:
        new = {"rows-9-kind": "dr", "rows-9-tiers": [4], "rows-9-approver1": "director", "rows-9-max_days": 30}
        as_(client, lead).post("/exceptions/policy/edit/", self.rows(**new))
        assert PolicyRow.objects.get(kind="dr").position == 9

    def test_a_row_that_never_decides_is_refused_beside_it_and_nothing_typed_is_lost(
        self, client: Client, lead: User
    ) -> None:
        page = as_(client, lead).post("/exceptions/policy/edit/", self.rows(**{"rows-8-ORDER": 0, "reason": "Simpler"}))
        assertContains(page, "This row never decides: each of its cases is taken by row 1 above it.", status_code=422)
        assertContains(page, "Simpler", status_code=422)
        for bad in (
            {"rows-0-max_days": 2000},
            {"rows-1-approver1": "", "rows-1-approver2": ""},
            {"rows-0-kind": "x"},
            {"rows-0-max_days": ""},
        ):
            assert client.post("/exceptions/policy/edit/", self.rows(**bad)).status_code == 422
        assert client.post("/exceptions/policy/edit/", {"version": 1}).status_code == 422
        assert PolicyRow.objects.filter(version=1).count() == 9

    def test_a_lost_update_shows_what_stands_there_now(
        self, client: Client, lead: User, admin: User, at: dt.datetime
    ) -> None:
        sent = self.rows(**{"rows-8-max_days": 300})
        edit_policy(admin, [Line(approvers=("executive",), max_days=77)], version=1, at=at)
        page = as_(client, lead).post("/exceptions/policy/edit/", sent)
        assertContains(page, "Somebody else has changed the policy", status_code=409)
        assertContains(page, "77 d", status_code=409)
