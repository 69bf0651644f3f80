"""How often changes fail, as the API says it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.domain.changes import Changes
from incidents.queries.changes import PERIOD, ChangeFigures, ChangeScope
from incidents.webhooks._base import EARLIEST

MOST: Final = dt.timedelta(days=3660)


class ShareSerializer(serializers.Serializer[Any]):
    """`failed` of `deploys`; null without any deploy. `low` and `high` are the 95 % interval by Wilson."""

    failed = serializers.IntegerField(source="k")
    deploys = serializers.IntegerField(source="n")
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(source="interval.low", allow_null=True, default=None)
    high = serializers.FloatField(source="interval.high", allow_null=True, default=None)


class LeadSerializer(serializers.Serializer[Any]):
    """Seconds from the end of a deploy to the impact that it caused; `missing` causes lack one of the two times."""

    n = serializers.IntegerField()
    missing = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class ReasonsSerializer(serializers.Serializer[Any]):
    """Distinct deploys; one with two reasons is in both."""

    cause = serializers.IntegerField()
    failed = serializers.IntegerField()
    rolled_back = serializers.IntegerField()
    hotfixed = serializers.IntegerField()


class ChangesSerializer(serializers.Serializer[Any]):
    change_failure_rate = ShareSerializer(source="failures")
    rollback_rate = ShareSerializer(source="rolled_back")
    lead_to_failure = LeadSerializer(source="lead")
    reasons = serializers.SerializerMethodField()
    rollbacks = serializers.IntegerField()
    unfinished = serializers.IntegerField()

    @extend_schema_field(ReasonsSerializer)
    def get_reasons(self, found: Changes) -> dict[str, int]:
        return {kind.value: count for kind, count in found.by.items()}


class ServiceChangesSerializer(ChangesSerializer):
    service = serializers.CharField()


class ChangeFiguresSerializer(ChangesSerializer):
    """Over deploys to production that began in [start, end), and the incidents that the caller sees."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    services = ServiceChangesSerializer(many=True)


class AskFiguresSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField(required=False, help_text="Left out: 90 days before the end.")
    end = serializers.DateTimeField(required=False, help_text="Left out: now.")
    service = serializers.CharField(required=False, max_length=80, help_text="Short name.")
    team = serializers.CharField(required=False, max_length=80, help_text="Short name.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        end = attrs.get("end") or timezone.now()
        start = attrs.get("start") or max(EARLIEST, end - PERIOD) if end >= EARLIEST else end
        if not EARLIEST <= start <= end <= timezone.now() + MOST:
            raise serializers.ValidationError({"start": "Ask from the year 2000 on, with a start before the end."})
        if end - start > MOST:
            raise serializers.ValidationError({"start": "Ask for at most ten years."})
        return attrs | {"start": start, "end": end}


def scope(given: dict[str, Any]) -> ChangeScope:
    services, teams = ((given[name],) if given.get(name) else () for name in ("service", "team"))
    return ChangeScope(start=given["start"], end=given["end"], services=services, teams=teams)


def told(figures: ChangeFigures) -> dict[str, Any]:
    services = [dict(ChangesSerializer(one.changes).data) | {"service": one.service.slug} for one in figures.services]
    whole = {"start": figures.scope.start, "end": figures.scope.end, "services": services}
    return dict(ChangesSerializer(figures.changes).data) | whole
