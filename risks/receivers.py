"""Wiring: what is due from the first migration on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from risks.actions.exception_reminders import schedule_reminders
from risks.actions.expiry import schedule_expiry
from risks.actions.look import schedule_looks
from risks.actions.portfolio import request_runs, schedule_portfolios
from risks.signals import portfolio_outdated


@receiver(post_migrate, dispatch_uid="risks.schedule_exceptions")
def exceptions(sender: AppConfig, **_kwargs: Any) -> None:
    """The end of exceptions and what is said before it, as soon as the database exists."""
    if sender.label == "risks":
        schedule_expiry(at=timezone.now())
        schedule_reminders(at=timezone.now())


@receiver(post_migrate, dispatch_uid="risks.schedule_looks")
def look_daily(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "risks":
        schedule_looks(at=timezone.now())


@receiver(post_migrate, dispatch_uid="risks.schedule_portfolios")
def simulate_nightly(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "risks":
        schedule_portfolios(at=timezone.now())


@receiver(portfolio_outdated, dispatch_uid="risks.simulate_again")
def simulate_again(units: tuple[str, ...], at: dt.datetime, **_kwargs: Any) -> None:
    request_runs(units, at=at)
