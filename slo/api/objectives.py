"""Objectives over the API: promises, their status, their burn alerts, and the counts behind them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import django_filters
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from relportal.core.drf.nested import WholeRow
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.models import Service, Tier
from relportal.core.permissions import require
from slo.actions import objectives as actions
from slo.domain.burn import BurnRule as Rule
from slo.domain.burn import Severity
from slo.domain.refusals import Refused
from slo.models import AlertSeverity, Band, BurnAlert, BurnRule, Indicator, Measurement, Objective, Status

MOST_POINTS = 2_000


class RuleSerializer(WholeRow, serializers.ModelSerializer[BurnRule]):
    class Meta:
        model = BurnRule
        fields = ("severity", "factor", "long_s", "short_s", "min_failures")

    def rule(self, given: dict[str, Any]) -> Rule:
        try:
            return Rule(**given | {"severity": Severity(given["severity"])})
        except Refused as error:
            raise Invalid({"rules": str(error)}) from error


class StatusSerializer(serializers.ModelSerializer[Status]):
    class Meta:
        model = Status
        exclude = ("objective", "spark")
        read_only_fields = ("__all__",)


class ObjectiveSerializer(serializers.ModelSerializer[Objective]):
    """`target` and `slice_target` are ratios; `status` holds null where there is no data, with `reason`."""

    id = serializers.CharField(source="short_id", read_only=True)
    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    indicator = serializers.SlugRelatedField[Indicator](slug_field="slug", read_only=True)
    rules = RuleSerializer(source="burn_rules", many=True, read_only=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Objective
        fields = ("id", "service", "indicator", *actions.FIELDS, "retired_at", "version", "rules", "status")
        read_only_fields = fields

    @extend_schema(responses=StatusSerializer)
    def get_status(self, row: Objective) -> dict[str, Any] | None:
        with suppress(Status.DoesNotExist):
            return dict(StatusSerializer(row.status).data)
        return None


class ObjectiveWriteSerializer(serializers.ModelSerializer[Objective]):
    # Text, so that the action says what is wrong with a target and what to do.
    target = serializers.CharField(max_length=20, help_text="A ratio such as 0.999.")
    slice_target = serializers.CharField(max_length=20, required=False, allow_null=True)
    rules = RuleSerializer(many=True, required=False, help_text="Left out: the four of the SRE Workbook.")

    class Meta:
        model = Objective
        fields: tuple[str, ...] = (*actions.FIELDS, "rules")
        validators: list[Any] = []  # noqa: RUF012 (DRF's own form)


class ObjectiveCreateSerializer(ObjectiveWriteSerializer):
    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all())
    indicator = serializers.SlugRelatedField(slug_field="slug", queryset=Indicator.objects.all())

    class Meta(ObjectiveWriteSerializer.Meta):
        fields = ("service", "indicator", *ObjectiveWriteSerializer.Meta.fields)


class ObjectiveFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="words", label="Words in the name or the service")
    service = django_filters.CharFilter("service__slug")
    team = django_filters.CharFilter("service__team__slug")
    tier = django_filters.ChoiceFilter(field_name="service__tier", choices=Tier.choices)
    indicator = django_filters.CharFilter("indicator__slug")
    band = django_filters.ChoiceFilter(method="in_band", choices=Band.choices)
    firing = django_filters.ChoiceFilter(field_name="status__firing", choices=AlertSeverity.choices)
    retired = django_filters.BooleanFilter(
        "retired_at", lookup_expr="isnull", exclude=True, label="Left out: active ones"
    )

    def filter_queryset(self, queryset: QuerySet[Objective]) -> QuerySet[Objective]:
        rows: QuerySet[Objective] = super().filter_queryset(queryset)
        return rows.filter(retired_at=None) if self.form.cleaned_data.get("retired") is None else rows

    def in_band(self, rows: QuerySet[Objective], _name: str, value: str) -> QuerySet[Objective]:
        # An objective that was never computed has no data.
        shown = rows.annotate(shown_band=Coalesce("status__band", Value(Band.NO_DATA.value)))
        return shown.filter(shown_band=value)

    def words(self, rows: QuerySet[Objective], _name: str, value: str) -> QuerySet[Objective]:
        for word in value.split():
            rows = rows.filter(
                Q(name__icontains=word) | Q(service__name__icontains=word) | Q(service__slug__icontains=word)
            )
        return rows


class PointSerializer(serializers.ModelSerializer[Measurement]):
    class Meta:
        model = Measurement
        fields = ("instant", "bad", "total", "covered_s", "via")


class BurnAlertSerializer(serializers.ModelSerializer[BurnAlert]):
    objective = serializers.CharField(source="objective.short_id", read_only=True)

    class Meta:
        model = BurnAlert
        fields = (
            "id", "objective", "severity", "factor", "long_s", "short_s", "fired_at", "resolved_at", "burn_long",
            "burn_short", "peak_burn", "remaining_at_fire",
        )  # fmt: skip


class ObjectiveViewSet(RowViewSet[Objective]):
    """What each service promises, and how its error budget stands."""

    serializer_class = ObjectiveSerializer
    filterset_class = ObjectiveFilter
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Objective]:
        rows = Objective.objects.visible_to(self.request.user).select_related("service__team", "indicator", "status")
        return rows.prefetch_related("burn_rules").order_by("pk")

    @extend_schema(request=ObjectiveCreateSerializer, responses={201: ObjectiveSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "objective.edit")
        given = self.given(ObjectiveCreateSerializer)
        service, indicator = given.pop("service"), given.pop("indicator")
        row = actions.create_objective(
            self.user, service=service, indicator=indicator, fields=_fields(given), at=self.at
        )
        return self.answer(row, status=201)

    @extend_schema(request=ObjectiveWriteSerializer, responses=ObjectiveSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: str) -> Response:
        """A new target or window reads the same counts anew; another method counts in a series of its own."""
        row = self.row()
        require(self.user, "objective.edit", row)
        version, given = self.version(), self.given(ObjectiveWriteSerializer, partial=True)
        values = {name: getattr(row, name) for name in actions.FIELDS} | given
        actions.update_objective(self.user, row, version=version, fields=_fields(values), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=None, responses=ObjectiveSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Ends the promise; its history stays."""
        actions.retire_objective(self.user, self.row(), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=None, responses=ObjectiveSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Undoes a retirement."""
        actions.restore_objective(self.user, self.row(), at=self.at)
        return self.answer(self.row())

    @extend_schema(
        responses=PointSerializer(many=True),
        parameters=[
            OpenApiParameter("start", str, description="First instant, ISO 8601."),
            OpenApiParameter("end", str, description="Last instant, ISO 8601."),
        ],
    )
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def measurements(self, request: Request, pk: str) -> Response:
        """Cumulative counts, oldest first, at most 2,000: what happened between two rows is their difference."""
        span = _Span(data=request.query_params)
        span.is_valid(raise_exception=True)
        rows = Measurement.objects.filter(series_id=self.row().series_id)
        for name, lookup in (("start", "instant__gte"), ("end", "instant__lte")):
            if name in span.validated_data:
                rows = rows.filter(**{lookup: span.validated_data[name]})
        points = list(rows.order_by("instant")[: MOST_POINTS + 1])
        if len(points) > MOST_POINTS:
            raise Invalid({"start": _("This span has more than %(most)d rows: ask for less.") % {"most": MOST_POINTS}})
        return Response(PointSerializer(points, many=True).data)


class _Span(serializers.Serializer[Any]):
    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)


class BurnAlertFilter(django_filters.FilterSet):
    objective = django_filters.NumberFilter("objective_id")
    service = django_filters.CharFilter("objective__service__slug")
    severity = django_filters.ChoiceFilter(choices=AlertSeverity.choices)
    firing = django_filters.BooleanFilter("resolved_at", lookup_expr="isnull")


class BurnAlertViewSet(ReadOnlyModelViewSet[BurnAlert]):
    """The history of burn alerts."""

    serializer_class = BurnAlertSerializer
    filterset_class = BurnAlertFilter

    def get_queryset(self) -> QuerySet[BurnAlert]:
        seen = Objective.objects.visible_to(self.request.user)
        return BurnAlert.objects.filter(objective__in=seen).select_related("objective").order_by("pk")


def _fields(given: dict[str, Any]) -> actions.ObjectiveFields:
    rules = given.pop("rules", None)
    if rules is not None:
        rules = tuple(RuleSerializer().rule(dict(one)) for one in rules)
    return actions.ObjectiveFields(**given, rules=rules)
