"""Wiring: what is due after something happened. Work is written in the transaction of the change."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save
from django.dispatch import receiver
from django.utils import timezone

from relportal.core.models import WorkItem
from slo.actions.latency_days import latency_sources
from slo.actions.schedule import COLLECT, LATENCY_DAYS, schedule_latency_days, schedule_source, schedule_upkeep
from slo.models import HISTOGRAMS, Indicator, Source


@receiver(post_save, sender=Source, dispatch_uid="slo.collect_saved_source")
@receiver(post_save, sender=Indicator, dispatch_uid="slo.collect_saved_indicator")
def collect_soon(instance: Source | Indicator, **_kwargs: Any) -> None:
    """A source that was saved, or has a new indicator, is collected with the next tick."""
    source_id = instance.pk if isinstance(instance, Source) else instance.source_id
    schedule_source(source_id, at=timezone.now())


@receiver(post_save, sender=Indicator, dispatch_uid="slo.keep_latency_days")
def keep_days_soon(instance: Indicator, **_kwargs: Any) -> None:
    """A new histogram is read back for as long as days are kept."""
    if instance.kind in HISTOGRAMS:
        schedule_latency_days(instance.source_id, at=timezone.now())


@receiver(post_delete, sender=Source, dispatch_uid="slo.forget_deleted_source")
def forget(instance: Source, **_kwargs: Any) -> None:
    WorkItem.objects.filter(kind__in=(COLLECT, LATENCY_DAYS), key=f"source:{instance.pk}").delete()


@receiver(post_migrate, dispatch_uid="slo.schedule_upkeep")
def upkeep(sender: AppConfig, **_kwargs: Any) -> None:
    """Daily upkeep exists as soon as the database does."""
    if sender.label == "slo":
        schedule_upkeep(at=timezone.now())
        for source_id in latency_sources():
            schedule_latency_days(source_id, at=timezone.now())
