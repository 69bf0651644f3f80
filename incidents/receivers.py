"""Wiring: what is due from the first migration on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from incidents.actions.burning import note_burns
from incidents.actions.reminders import schedule_reminders
from incidents.actions.retention import schedule_retention
from slo.signals import burn_alerts_changed


@receiver(post_migrate, dispatch_uid="incidents.schedule_upkeep")
def upkeep(sender: AppConfig, **_kwargs: Any) -> None:
    """Daily upkeep and reminders exist as soon as the database does."""
    if sender.label == "incidents":
        schedule_retention(at=timezone.now())
        schedule_reminders(at=timezone.now())


@receiver(burn_alerts_changed, dispatch_uid="incidents.note_burns")
def burning(objectives: list[int], at: dt.datetime, **_kwargs: Any) -> None:
    """What burns stands in the timeline of the incident that goes on for it."""
    note_burns(objectives, at=at)
