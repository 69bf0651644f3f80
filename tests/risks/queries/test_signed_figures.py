"""The numbers on which an exception was signed stay with the signature, and are shown where it is."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from relportal.core import units
from relportal.core.models import Service, User
from reports.queries.decision_log import LogFilters, LogOrder, log_rows
from risks.actions.estimates import Estimated, estimate
from risks.actions.signatures import sign
from risks.models import Risk
from tests import make
from tests.risks import excepted
from tests.risks.excepted import DAY

pytestmark = pytest.mark.django_db


def test_a_signature_keeps_the_numbers_of_its_instant_and_the_log_and_the_page_show_them(
    alice: User,
    rita: User,
    lead: User,
    risk: Risk,
    checkout: Service,
    client: Client,
    at: dt.datetime,
) -> None:
    vera = excepted.executive()
    client.force_login(lead)
    estimate(
        alice,
        risk,
        Estimated(unit="money", rate_low=0.1, rate_high=2, loss_low=1e4, loss_high=4e5, reason="Two years"),
        at=at,
    )
    objective = make.objective(service=checkout, name="Availability")
    status = make.status(objective=objective, remaining=0.123)
    one = excepted.accepted(rita, risk, at)
    sent = excepted.decision(one)
    # What moves by the minute does not take the page away from under who signs.
    type(status).objects.update(remaining=0.05)
    sign(lead, one, sent, at=at)
    type(status).objects.update(remaining=-0.4)
    Service.objects.update(tier=4)
    excepted.signed(one, vera, at + DAY)

    (second, first) = log_rows(lead, filters=LogFilters(), order=LogOrder(), at=at + DAY).rows
    told = [each.text for each in first.figures]
    assert told[0] == "Medium"
    assert (told[1].endswith("EUR"), told[2], told[3]) == (True, "Tier 1", units.budget(0.05))
    assert [each.text for each in second.figures][2:] == ["Tier 4", units.budget(-0.4)]
    for path in ("/decisions/", one.get_absolute_url()):
        page = client.get(path).content.decode()
        assert f"Expected loss a year of {risk.short_id}" in page
        assert "as it was signed" in page or path == "/decisions/"
    assert "Error budget left: " in client.get("/decisions/?format=csv").getvalue().decode()
    signed = client.get(f"/api/v1/exceptions/{one.pk}/signatures/").json()
    assert (signed[0]["figures"][3]["text"], signed[0]["intact"]) == (units.budget(0.05), True)
