"""Estimates over the API: the ranges that were given, and the years that were simulated from them."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.permissions import require
from risks.actions import estimates as acts
from risks.actions.standing import may_change
from risks.api.named import RISK, risk_named
from risks.models import EstimateSource, Risk, RiskEstimate, Unit
from risks.queries.detail_money import curve_of
from risks.queries.suggested_ranges import Basis, suggested_ranges


class EndField(serializers.FloatField):
    """An end of a range. What JSON can write and no float can hold is no number."""

    def to_internal_value(self, data: Any) -> float:
        try:
            return super().to_internal_value(data)
        except OverflowError:
            self._refuse()

    def _refuse(self) -> NoReturn:
        self.fail("invalid")


class EstimateSerializer(serializers.ModelSerializer[RiskEstimate]):
    """90 % ranges of a risk and what follows from them in a year. Never edited: the newest of a risk and unit counts.

    `expected` and `zero_year`, the chance of a year without, are exact; percentiles are those of `trials` years that are drawn
    from `seed`, and `standard_error` is that of their mean.
    """

    risk = serializers.SerializerMethodField()
    unit = serializers.ChoiceField(choices=Unit.choices)
    currency = serializers.CharField(help_text="As it was then. Empty: customer minutes.")
    source = serializers.ChoiceField(choices=EstimateSource.choices)  # type: ignore[assignment]
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = RiskEstimate
        fields: tuple[str, ...] = (
            "id", "risk", "unit", "currency", "rate_low", "rate_high", "loss_low", "loss_high", "source", "reason", "at", "by",
            "expected", "zero_year", "p50", "p80", "p95", "p99", "standard_error", "trials", "seed",
        )  # fmt: skip
        read_only_fields = fields

    def get_risk(self, row: RiskEstimate) -> str:
        return f"RISK-{row.risk_id}"


class CurvePointSerializer(serializers.Serializer[Any]):
    """The `chance` (0..1) that a year costs more than `loss`."""

    loss = serializers.FloatField()
    chance = serializers.FloatField()


class EstimateWithCurveSerializer(EstimateSerializer):
    """`curve` is the loss exceedance curve, drawn again from the seed."""

    curve = serializers.SerializerMethodField()

    class Meta(EstimateSerializer.Meta):
        fields = (*EstimateSerializer.Meta.fields, "curve")
        read_only_fields = fields

    @extend_schema(responses=CurvePointSerializer(many=True))
    def get_curve(self, row: RiskEstimate) -> list[dict[str, float]]:
        return [{"loss": loss, "chance": chance} for loss, chance in curve_of(row)]


class WriteEstimateSerializer(serializers.Serializer[Any]):
    """Ranges that hold the truth with 90 %: events a year, and the loss of one in the unit.

    `source` history: they are what the portal suggests; where they differ from that they are stored as mixed.
    """

    risk = serializers.RegexField(RISK, help_text="Such as RISK-12.")
    unit = serializers.ChoiceField(choices=Unit.choices)
    rate_low = EndField()
    rate_high = EndField()
    loss_low = EndField()
    loss_high = EndField()
    reason = serializers.CharField(max_length=2000)
    source = serializers.ChoiceField(choices=EstimateSource.choices, required=False)  # type: ignore[assignment]


class RangeSerializer(serializers.Serializer[Any]):
    low = serializers.FloatField()
    high = serializers.FloatField()


class SuggestedSerializer(serializers.Serializer[Any]):
    """What `n` incidents in `years` say, of which `known` say what they cost: these are counted.

    `rate` and `loss` are null where too little is known, and `lacking` says why.
    """

    unit = serializers.ChoiceField(choices=Unit.choices)
    basis = serializers.ChoiceField(choices=[(one.value, one.value) for one in Basis])
    n = serializers.IntegerField()
    known = serializers.IntegerField(source="rate.n")
    years = serializers.FloatField()
    rate = RangeSerializer(source="rate.range", allow_null=True)
    loss = RangeSerializer(source="loss.range", allow_null=True)
    sentence = serializers.CharField()
    lacking = serializers.CharField()


class EstimateFilter(django_filters.FilterSet):
    risk = django_filters.NumberFilter("risk", help_text="The number of a risk.")
    unit = django_filters.ChoiceFilter(choices=Unit.choices)
    source = django_filters.ChoiceFilter(choices=EstimateSource.choices)
    since = InstantFilter("at", lookup_expr="gte")
    until = InstantFilter("at", lookup_expr="lt")


class EstimateViewSet(RowViewSet[RiskEstimate]):
    """Every estimate that was ever made, in the order in which they were made."""

    serializer_class = EstimateSerializer
    filterset_class = EstimateFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[RiskEstimate]:
        rows = RiskEstimate.objects.filter(risk__in=Risk.objects.visible_to(self.request.user))
        return rows.select_related("by").order_by("pk")

    @extend_schema(responses=EstimateWithCurveSerializer)
    def retrieve(self, request: Request, **_kwargs: Any) -> Response:
        require(self.user, self.view_ability)
        return Response(EstimateWithCurveSerializer(self.row()).data)

    @extend_schema(request=WriteEstimateSerializer, responses={201: EstimateSerializer})
    def create(self, request: Request) -> Response:
        """Estimates a risk; the newest of its unit is what the portfolio is simulated from."""
        require(self.user, "risk.own")
        given = self.given(WriteEstimateSerializer)
        risk = risk_named(self.user, given.pop("risk"))
        may_change(self.user, risk)
        return self.answer(acts.estimate(self.user, risk, acts.Estimated(**given), at=self.at), status=201)

    @extend_schema(
        parameters=[OpenApiParameter("risk", str, required=True, description="Such as RISK-12.")],
        responses=SuggestedSerializer(many=True),
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def suggested(self, request: Request) -> Response:
        """What the portal's own incidents suggest for a risk, at most one range in each unit."""
        require(self.user, self.view_ability)
        text = request.query_params.get("risk", "")
        if not re.fullmatch(RISK, text):
            raise Invalid({"risk": _("Name a risk by its id, such as RISK-12.")})
        risk = risk_named(self.user, text)
        found = [suggested_ranges(self.user, risk, unit, at=self.at) for unit in Unit.values]
        return Response(SuggestedSerializer([one for one in found if one is not None], many=True).data)
