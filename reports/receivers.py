"""Wiring: what is due from the first migration on, when something was entered, and when history was read."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import timezone

from incidents.signals import privacy_changed
from reports.actions.ask_reminders import schedule_asks
from reports.actions.figures import schedule_figures
from reports.actions.ladder import ship_ladder
from reports.actions.levels import schedule_levels
from reports.actions.readiness_templates import ship_readiness
from reports.actions.report_files import schedule_files
from reports.actions.reports import schedule_drafts
from reports.actions.reviews_due import schedule_reviews
from reports.signals import figures_outdated, levels_outdated, report_published
from risks.signals import exception_ended, exception_in_force, recovery_changed
from slo.signals import history_read

SETTLES: Final = dt.timedelta(minutes=2)
"""Histories of many indicators are read one after the other: figures are computed once for those of two minutes."""


@receiver(post_migrate, dispatch_uid="reports.schedule_figures")
def figures_hourly(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "reports":
        schedule_figures(at=timezone.now())


@receiver(post_migrate, dispatch_uid="reports.schedule_asks")
def asks_hourly(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "reports":
        schedule_asks(at=timezone.now())


@receiver(post_migrate, dispatch_uid="reports.schedule_reviews")
def reviews_looked_after(sender: AppConfig, **_kwargs: Any) -> None:
    if sender.label == "reports":
        schedule_reviews(at=timezone.now())


@receiver(figures_outdated, dispatch_uid="reports.figures_outdated")
def figures_again(at: dt.datetime, **_kwargs: Any) -> None:
    schedule_figures(at=at)


@receiver(history_read, dispatch_uid="reports.history_read")
def figures_of_history(at: dt.datetime, **_kwargs: Any) -> None:
    schedule_figures(at=at + SETTLES)


@receiver(post_migrate, dispatch_uid="reports.ship_ladder")
def ladder_from_the_first(sender: AppConfig, **_kwargs: Any) -> None:
    """Levels are looked at after the figures of the same hour, which some of them are made of."""
    if sender.label == "reports":
        ship_ladder(at=timezone.now())
        ship_readiness(at=timezone.now())
        schedule_levels(at=timezone.now() + SETTLES)


@receiver(
    (levels_outdated, exception_ended, exception_in_force, recovery_changed), dispatch_uid="reports.levels_outdated"
)
def levels_again(at: dt.datetime, **_kwargs: Any) -> None:
    schedule_levels(at=at)


@receiver(privacy_changed, dispatch_uid="reports.privacy_changed")
def drafts_without_what_was_hidden(at: dt.datetime, **_kwargs: Any) -> None:
    schedule_drafts(at=at)


@receiver(report_published, dispatch_uid="reports.report_published")
def files_of_report(pk: int, at: dt.datetime, **_kwargs: Any) -> None:
    schedule_files(pk, at=at)
