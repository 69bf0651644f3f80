"""What is tolerated, and the money settings, over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.drf.etags import etag, expected_version
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions.money_settings import FIELDS, edit_money
from risks.actions.tolerance import set_tolerance
from risks.models import MoneySettings, ToleranceCurve, Unit
from risks.queries.tolerance import curve_of, curves, last_change, money_settings


class PointSerializer(serializers.Serializer[Any]):
    """The largest `chance` (0..1) that a year may cost more than `loss`."""

    loss = serializers.FloatField()
    chance = serializers.FloatField()


class ToleranceSerializer(serializers.ModelSerializer[ToleranceCurve]):
    """`in_force`: the newest of its unit. Without points it was taken back, and nothing is said to be tolerated."""

    points = serializers.SerializerMethodField()
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)
    in_force = serializers.SerializerMethodField()

    class Meta:
        model = ToleranceCurve
        fields = ("id", "unit", "points", "reason", "at", "by", "in_force")
        read_only_fields = fields

    @extend_schema(responses=PointSerializer(many=True))
    def get_points(self, row: ToleranceCurve) -> list[dict[str, float]]:
        return [{"loss": loss, "chance": chance} for loss, chance in curve_of(row).points]

    def get_in_force(self, row: ToleranceCurve) -> bool:
        return row.pk in self.context["in_force"]


class SetToleranceSerializer(serializers.Serializer[Any]):
    """Losses rise from point to point, chances do not."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    points = PointSerializer(many=True, allow_empty=True)
    reason = serializers.CharField(max_length=2000)


class ToleranceFilter(django_filters.FilterSet):
    unit = django_filters.ChoiceFilter(choices=Unit.choices)


class ToleranceViewSet(RowViewSet[ToleranceCurve]):
    """What is tolerated: a curve is never edited; the next one of its unit replaces it."""

    serializer_class = ToleranceSerializer
    filterset_class = ToleranceFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[ToleranceCurve]:
        return ToleranceCurve.objects.select_related("by").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        held = [found.current for found in curves().values()]
        return {**super().get_serializer_context(), "in_force": {one.row.pk for one in held if one is not None}}

    @extend_schema(request=SetToleranceSerializer, responses={201: ToleranceSerializer})
    def create(self, request: Request) -> Response:
        """The same curve as the one in force writes nothing, and answers with that."""
        require(self.user, "risk.settings")
        given = self.given(SetToleranceSerializer)
        points = [(point["loss"], point["chance"]) for point in given["points"]]
        row = set_tolerance(self.user, Unit(given["unit"]), points, reason=given["reason"], at=self.at)
        return self.answer(row, status=201)


class MoneySettingsSerializer(serializers.ModelSerializer[MoneySettings]):
    """What a customer minute is worth, null until somebody says so; `changed_at` null: as it shipped."""

    changed_at = serializers.SerializerMethodField()
    changed_by = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    class Meta:
        model = MoneySettings
        fields = ("currency", "minute_low", "minute_high", "version", "changed_at", "changed_by", "reason")
        read_only_fields = fields

    @extend_schema(responses=serializers.DateTimeField(allow_null=True))
    def get_changed_at(self, _row: MoneySettings) -> Any:
        change = last_change()
        return None if change is None else serializers.DateTimeField().to_representation(change.at)

    def get_changed_by(self, _row: MoneySettings) -> str:
        change = last_change()
        return "" if change is None else change.actor_label

    def get_reason(self, _row: MoneySettings) -> str:
        change = last_change()
        return "" if change is None else change.reason


class EditMoneySerializer(serializers.Serializer[Any]):
    """What is left out stays; null takes the worth of a minute away."""

    currency = serializers.CharField(max_length=3, required=False)
    minute_low = serializers.FloatField(required=False, allow_null=True)
    minute_high = serializers.FloatField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=2000)


class RiskMoneySettings(APIView):
    """The currency, and what a customer minute is worth to the company."""

    @extend_schema(responses=MoneySettingsSerializer, operation_id="risk_money_settings")
    def get(self, request: Request) -> Response:
        require(_person(request), "risk.view")
        return _answer(money_settings())

    @extend_schema(
        request=EditMoneySerializer,
        responses=MoneySettingsSerializer,
        parameters=[IF_MATCH],
        operation_id="risk_money_settings_edit",
    )
    def patch(self, request: Request) -> Response:
        user = _person(request)
        require(user, "risk.settings")
        version = expected_version(request)
        body = EditMoneySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        now = money_settings()
        given = {name: getattr(now, name) for name in FIELDS} | body.validated_data
        return _answer(edit_money(user, **given, version=version, at=timezone.now()))


def _person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise TypeError("this view needs an authenticated user")
    return request.user


def _answer(row: MoneySettings) -> Response:
    return Response(MoneySettingsSerializer(row).data, headers=etag(row))
