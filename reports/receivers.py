"""Wiring: what is due from the first migration on."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from reports.actions.figures import schedule_figures


@receiver(post_migrate, dispatch_uid="reports.schedule_figures")
def figures_hourly(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "reports":
        schedule_figures(at=timezone.now())
