"""The analytics of incidents over the API: the same numbers as the page, from the same query."""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.domain.periods import Preset
from incidents.domain.statistics import Change, Lacking
from incidents.forms.analytics import DEFAULT, read
from incidents.models import Detection
from incidents.queries.analytics import Analytics, Count, Duration, Figure, Spread, analytics
from incidents.queries.behind import offered
from incidents.queries.repeats import Repeats
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import require

CHANGES: Final = [each.value for each in Change]


class IncidentDaysSerializer(serializers.Serializer[Any]):
    """Both included, in the organisation's zone."""

    first = serializers.DateField()
    last = serializers.DateField()


class IncidentIntervalSerializer(serializers.Serializer[Any]):
    """At 95 %."""

    low = serializers.FloatField()
    high = serializers.FloatField()


class IncidentTrendSerializer(serializers.Serializer[Any]):
    """`p` is the chance of a difference as large if nothing changed; null where nothing was compared."""

    change = serializers.ChoiceField(choices=CHANGES)
    p = serializers.FloatField(allow_null=True)


class IncidentFigureSerializer(serializers.Serializer[Any]):
    """`value` over `n` incidents; `missing` others have none. `before` is that of the period before."""

    value = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    missing = serializers.IntegerField()
    interval = IncidentIntervalSerializer(allow_null=True)
    trend = IncidentTrendSerializer()


class IncidentSpreadSerializer(serializers.Serializer[Any]):
    """Seconds. `lacking` says why there is no interval, or no number at all."""

    duration = serializers.ChoiceField(choices=[each.value for each in Duration])
    n = serializers.IntegerField()
    missing = serializers.IntegerField()
    coverage = serializers.FloatField(allow_null=True)
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    interval = IncidentIntervalSerializer(allow_null=True)
    lacking = serializers.ChoiceField(choices=[each.value for each in Lacking], allow_null=True)
    median_before = serializers.FloatField(allow_null=True)
    trend = IncidentTrendSerializer()


class IncidentCountSerializer(serializers.Serializer[Any]):
    """`key` null: said of none of these incidents."""

    key = serializers.CharField(allow_null=True)
    incidents = serializers.IntegerField(source="n")
    before = serializers.IntegerField()
    impact_minutes = serializers.FloatField(allow_null=True)


class IncidentStackSerializer(serializers.Serializer[Any]):
    severity = serializers.IntegerField(allow_null=True)
    incidents = serializers.IntegerField()


class IncidentMonthSerializer(serializers.Serializer[Any]):
    """`month` is its first day."""

    month = serializers.DateField()
    by_severity = IncidentStackSerializer(many=True)


class IncidentRepeatsSerializer(serializers.Serializer[Any]):
    """Of SEV-0 to SEV-2: those with a failure mode that another one had in the 12 months before. `share` null of none at all."""

    incidents = serializers.IntegerField(source="n")
    repeated = serializers.IntegerField()
    unclassified = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    interval = IncidentIntervalSerializer(allow_null=True)


class IncidentAnalyticsSerializer(serializers.Serializer[Any]):
    """Over the incidents that the caller sees; an incident belongs to the period in which its impact started."""

    days = IncidentDaysSerializer()
    compared_with = IncidentDaysSerializer(source="days_before")
    incidents = IncidentFigureSerializer()
    impact_minutes = IncidentFigureSerializer()
    customer_minutes = IncidentFigureSerializer()
    budget_spent = IncidentFigureSerializer()
    self_detected = IncidentFigureSerializer()
    overdue_actions = serializers.IntegerField()
    repeats = IncidentRepeatsSerializer()
    durations = IncidentSpreadSerializer(many=True)
    by_severity = IncidentCountSerializer(many=True)
    by_failure_mode = IncidentCountSerializer(many=True)
    by_service = IncidentCountSerializer(many=True)
    by_detection = IncidentCountSerializer(many=True)
    by_month = IncidentMonthSerializer(many=True)
    behind = serializers.ListField(
        child=serializers.CharField(), help_text="The incidents of the period, newest first."
    )


def _several(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=f"{text} Several with commas.")


PARAMETERS: Final = [
    OpenApiParameter(
        "period",
        str,
        enum=[each.value for each in Preset],
        description=f"Days up to today, or a quarter; {DEFAULT.value} where nothing is said.",
    ),
    OpenApiParameter("since", str, description="The first day, such as 2026-05-01; wins over `period`."),
    OpenApiParameter("until", str, description="The last day; wins over `period`."),
    _several("severity", "Levels."),
    _several("service", "Short names."),
    _several("team", "Short names."),
    _several("detection", f"Who noticed: {', '.join(Detection.values)}."),
    _several("mode", "Short names of failure modes."),
]


class IncidentAnalytics(APIView):
    """What the incidents of a period cost and how long things took, with intervals, beside the period before."""

    @extend_schema(operation_id="incident_analytics", parameters=PARAMETERS, responses=IncidentAnalyticsSerializer)
    def get(self, request: Request) -> Response:
        user, at = request.user, timezone.now()
        if not isinstance(user, User):
            raise TypeError("this view needs an authenticated user")
        require(user, "incident.view")
        asked = read(request.query_params, offered=offered(), at=at)
        if asked.wrong:
            raise Invalid({"": list(asked.wrong)})
        found = analytics(user, asked.scope, days=asked.days, before=asked.before, at=at)
        return Response(IncidentAnalyticsSerializer(shown(found)).data)


def shown(found: Analytics) -> dict[str, Any]:
    figures: dict[str, Figure | Repeats | int | tuple[Count, ...]] = {
        name: getattr(found, name)
        for name in (
            "incidents", "impact_minutes", "customer_minutes", "budget_spent", "self_detected", "overdue_actions",
            "by_severity", "by_failure_mode", "by_service", "by_detection", "repeats",
        )
    }  # fmt: skip
    return {
        "days": found.days,
        "days_before": found.days_before,
        **figures,
        "durations": [_spread(each) for each in found.spreads],
        "by_month": [
            {
                "month": month.first,
                "by_severity": [
                    {"severity": level, "incidents": n} for level, n in zip(found.severities, month.counts, strict=True)
                ],
            }
            for month in found.months
        ],
        "behind": [row.short_id for row in found.rows],
    }


def _spread(each: Spread) -> dict[str, Any]:
    now = each.now
    return {
        "duration": each.duration.value,
        "n": now.n,
        "missing": now.missing,
        "coverage": now.coverage,
        "median": now.median,
        "p90": now.p90,
        "interval": now.interval,
        "lacking": now.lacking,
        "median_before": each.before,
        "trend": each.trend,
    }
