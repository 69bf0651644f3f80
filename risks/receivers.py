"""Wiring: what is due from the first migration on."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from risks.actions.exception_reminders import schedule_reminders
from risks.actions.expiry import schedule_expiry
from risks.actions.look import schedule_looks


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
