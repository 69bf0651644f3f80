"""All risks together over the API: the same figures as the page, the newest and those before."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid, Missing
from relportal.core.permissions import require
from risks.models import PortfolioRun, Unit
from risks.queries.portfolio import Left, Shown, Standing, portfolio
from risks.queries.portfolio_words import claim


class TotalsSerializer(serializers.Serializer[Any]):
    """Of a year of all risks. `p95_low` to `p95_high` holds the 95th percentile with 95 % certainty, as far as the trials go."""

    expected = serializers.FloatField()
    zero_year = serializers.FloatField(help_text="Share of years without any event.")
    mean = serializers.FloatField(help_text="What the trials gave; expected is exact.")
    standard_error = serializers.FloatField()
    p50 = serializers.FloatField()
    p80 = serializers.FloatField()
    p95 = serializers.FloatField()
    p99 = serializers.FloatField()
    p95_low = serializers.FloatField()
    p95_high = serializers.FloatField()
    tail_mean = serializers.FloatField(help_text="Mean of the worst years, one in twenty.")


class PortfolioSummarySerializer(serializers.ModelSerializer[PortfolioRun]):
    """`totals` null: nothing was estimated. `risks` are those in it, of `open` that can happen."""

    currency = serializers.CharField(source="result.currency", help_text="Empty for minutes.")
    totals = TotalsSerializer(source="result.totals", allow_null=True)
    open = serializers.SerializerMethodField()

    class Meta:
        model = PortfolioRun
        fields = ("id", "unit", "at", "seed", "trials", "currency", "risks", "open", "totals")
        read_only_fields = fields

    def get_open(self, row: PortfolioRun) -> int:
        return row.risks + sum(len(row.result[why.value]) for why in Left)


class ChancePointSerializer(serializers.Serializer[Any]):
    """`chance` (0..1) that a year costs more than `loss`."""

    loss = serializers.FloatField()
    chance = serializers.FloatField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        loss, chance = instance
        return {"loss": loss, "chance": chance}


class BeyondSerializer(serializers.Serializer[Any]):
    """From `low` to `high`, losses are likelier than tolerated; at `worst`, most so."""

    low = serializers.FloatField()
    high = serializers.FloatField()
    worst = serializers.FloatField()
    chance = serializers.FloatField()
    tolerated = serializers.FloatField()


class ContributorSerializer(serializers.Serializer[Any]):
    """`risk` null: you may not see it. `worst_years` is what it costs in the mean of the worst years of all."""

    risk = serializers.CharField(source="risk.short_id", allow_null=True, default=None)
    title = serializers.CharField(source="risk.title", allow_null=True, default=None)
    rate_low = serializers.FloatField(source="estimate.rate_low", allow_null=True, default=None)
    rate_high = serializers.FloatField(source="estimate.rate_high", allow_null=True, default=None)
    loss_low = serializers.FloatField(source="estimate.loss_low", allow_null=True, default=None)
    loss_high = serializers.FloatField(source="estimate.loss_high", allow_null=True, default=None)
    expected = serializers.FloatField(source="figures.expected")
    share = serializers.FloatField()
    zero_year = serializers.FloatField(source="figures.zero_year")
    p95 = serializers.FloatField(source="figures.p95")
    worst_years = serializers.FloatField(source="figures.tail")
    worst_years_share = serializers.FloatField(source="tail_share", allow_null=True)


class LeftOutSerializer(serializers.Serializer[Any]):
    risk = serializers.CharField(source="risk.short_id")
    title = serializers.CharField(source="risk.title")
    why = serializers.ChoiceField(choices=[each.value for each in Left])


class PortfolioChangeSerializer(serializers.Serializer[Any]):
    """What is more than in run `since`, of four weeks before or the first of all."""

    since = serializers.IntegerField(source="since.pk")
    at = serializers.DateTimeField(source="since.at")
    expected = serializers.FloatField()
    p95 = serializers.FloatField()


class AfterPlanSerializer(serializers.Serializer[Any]):
    """Of a year where everything that is planned works. `silent`: of how many treatments nobody has said what they change."""

    treatments = serializers.IntegerField()
    risks = serializers.IntegerField()
    silent = serializers.IntegerField()
    expected = serializers.FloatField()
    p50 = serializers.FloatField()
    p95 = serializers.FloatField()
    curve = ChancePointSerializer(many=True)
    beyond = BeyondSerializer(many=True)


class PortfolioSerializer(serializers.Serializer[Shown]):
    """`coverage` (0..1) is `risks` of `open`, null without any; below 0.9 nothing is said to be within tolerance."""

    id = serializers.IntegerField(source="run.pk")
    unit = serializers.ChoiceField(choices=Unit.choices)
    at = serializers.DateTimeField(source="run.at")
    seed = serializers.IntegerField(source="run.seed")
    trials = serializers.IntegerField(source="run.trials")
    definition = serializers.CharField(source="result.definition")
    currency = serializers.CharField(source="result.currency")
    claim = serializers.SerializerMethodField()
    standing = serializers.ChoiceField(choices=[each.value for each in Standing])
    risks = serializers.IntegerField(source="run.risks")
    open = serializers.IntegerField(source="result.open")
    coverage = serializers.FloatField(source="result.coverage", allow_null=True)
    totals = TotalsSerializer(source="result.totals", allow_null=True)
    curve = ChancePointSerializer(source="result.curve", many=True)
    tolerance = ChancePointSerializer(source="result.tolerance", many=True)
    beyond = BeyondSerializer(source="result.beyond", many=True)
    after_plan = AfterPlanSerializer(
        source="result.after_plan", allow_null=True, help_text="Null: of nothing that is planned the effect is known."
    )
    contributors = ContributorSerializer(many=True)
    left_out = LeftOutSerializer(many=True)
    unseen = serializers.IntegerField(help_text="How many are left out that you may not see.")
    change = PortfolioChangeSerializer(allow_null=True)
    waiting = serializers.BooleanField(help_text="A newer run is due.")

    def get_claim(self, shown: Shown) -> str:
        return claim(shown)


class PortfolioFilter(django_filters.FilterSet):
    unit = django_filters.ChoiceFilter(choices=Unit.choices)


class PortfolioViewSet(RowViewSet[PortfolioRun]):
    """Runs of the portfolio: those of the last days, and the last of each month before."""

    serializer_class = PortfolioSummarySerializer
    filterset_class = PortfolioFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[PortfolioRun]:
        return PortfolioRun.objects.order_by("pk")

    @extend_schema(responses=PortfolioSerializer)
    def retrieve(self, request: Request, **_kwargs: Any) -> Response:
        require(self.user, self.view_ability)
        row = self.row()
        shown = portfolio(self.user, Unit(row.unit), at=max(self.at, row.at), run=row.pk)
        return Response(PortfolioSerializer(shown).data)

    @extend_schema(
        responses=PortfolioSerializer,
        parameters=[OpenApiParameter("unit", str, enum=Unit.values, description="Money, where it is left out.")],
        filters=False,
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def latest(self, request: Request) -> Response:
        """The newest, with what makes it and what is not in it."""
        require(self.user, self.view_ability)
        unit = request.query_params.get("unit", Unit.MONEY)
        if unit not in Unit.values:
            raise Invalid({"unit": _("Choose money or minutes.")})
        shown = portfolio(self.user, Unit(unit), at=self.at)
        if shown.run is None:
            raise Missing(_("It has not been simulated yet: a worker does so every night."))
        return Response(PortfolioSerializer(shown).data)
