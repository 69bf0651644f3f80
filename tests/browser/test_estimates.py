"""Estimating in a real browser: what follows is shown while ranges are written, and the curve is drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import Team, User
from risks.actions.benefits import Effects, set_benefit
from risks.actions.treatments import Planned, add_treatment
from risks.models import Risk
from tests.risks.defaults import fill_defaults
from tests.risks.priced import estimated

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_follows_from_a_range_is_shown_while_it_is_written(
    login: Callable[..., Page], axe: Callable[[Page], None], alice: User, payments: Team
) -> None:
    fill_defaults()
    now = timezone.now()
    risk = Risk.objects.create(title="One node", team=payments, identified_on=now.date(), created_at=now)
    treatment = add_treatment(alice, risk, Planned(title="A second node"), at=now)
    effects = Effects(rate_factor_low=0.1, rate_factor_high=0.4, one_off_low=5_000.0, one_off_high=9_000.0)
    set_benefit(alice, treatment, effects, reason="x", at=now)
    estimated(alice, risk, at=now)
    page = login(alice)
    page.goto(f"/risks/{risk.pk}/estimate/")
    follows = page.locator("#preview")
    expect(follows).to_contain_text("about 109")
    page.fill("#id_loss_high", "10")
    expect(follows).to_contain_text("The upper end must be above the lower one.")
    page.fill("#id_loss_high", "800000")
    expect(follows).to_contain_text("So far: about 109")
    axe(page)
    page.get_by_role("textbox", name="What do the ranges rest on?").fill("By the last outage")
    page.get_by_role("button", name="Estimate", exact=True).click()
    expect(page.locator("#money .rp-canvas.is-drawn")).to_have_count(1)
    expect(page.locator("#money")).to_contain_text("One earlier estimate")
    axe(page)
