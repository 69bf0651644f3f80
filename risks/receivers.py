"""Wiring: what is due from the first migration on."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from risks.actions.look import schedule_looks


@receiver(post_migrate, dispatch_uid="risks.schedule_looks")
def look_daily(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "risks":
        schedule_looks(at=timezone.now())
