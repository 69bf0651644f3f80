"""Wiring: what is due from the first migration on, and when something was entered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from reports.actions.figures import schedule_figures
from reports.signals import figures_outdated


@receiver(post_migrate, dispatch_uid="reports.schedule_figures")
def figures_hourly(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "reports":
        schedule_figures(at=timezone.now())


@receiver(figures_outdated, dispatch_uid="reports.figures_outdated")
def figures_again(at: dt.datetime, **_kwargs: Any) -> None:
    schedule_figures(at=at)
