"""What treatments change and cost, over the API, and what they are worth by the estimates of their risk."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from risks.actions.benefits import FIELDS, Effects, set_benefit
from risks.actions.treatments import may_treat
from risks.api.estimates import EndField
from risks.domain.benefit import LONGEST
from risks.domain.lognormal import Refused
from risks.models import Risk, RiskEstimate, Treatment, TreatmentState, Unit
from risks.queries.benefits import Worth, worth_of


class EffectsSerializer(serializers.ModelSerializer[Treatment]):
    """`id` and `version` are the treatment's. Factors multiply rate and loss: 0.2 to 0.5 mean that half to four fifths stay away.

    Costs are money in `cost_currency`, the company's when they were said: `one_off` once and `yearly` in each of `years`. Null:
    nobody has said.
    """

    risk = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=TreatmentState.choices)

    class Meta:
        model = Treatment
        fields: tuple[str, ...] = ("id", "risk", "title", "state", *FIELDS, "cost_currency", "version")
        read_only_fields = fields

    def get_risk(self, row: Treatment) -> str:
        return f"RISK-{row.risk_id}"


class SpreadSerializer(serializers.Serializer[Any]):
    """Of simulated years: 5th, 50th and 95th percentile, and the mean with its standard error."""

    p5 = serializers.FloatField()
    p50 = serializers.FloatField()
    p95 = serializers.FloatField()
    mean = serializers.FloatField()
    standard_error = serializers.FloatField()


class WorthSerializer(serializers.Serializer[Any]):
    """By one estimate, over the treatment's years. `cost`, `net` and `pays`, the probability that it saves more than it costs,
    are null where nobody has said what it costs, or not in the currency of the estimate, and in customer minutes.
    """

    estimate = serializers.IntegerField(source="row.pk")
    unit = serializers.ChoiceField(choices=Unit.choices, source="row.unit")
    currency = serializers.CharField(source="row.currency")
    saved = SpreadSerializer(source="benefit.saved")
    cost = serializers.SerializerMethodField()
    net = serializers.SerializerMethodField()
    pays = serializers.FloatField(allow_null=True)
    trials = serializers.IntegerField(source="benefit.trials")
    seed = serializers.IntegerField(source="row.seed")

    @extend_schema(responses=SpreadSerializer(allow_null=True))
    def get_cost(self, found: Worth) -> Any:
        return SpreadSerializer(found.benefit.cost).data if found.benefit is not None and found.has_cost else None

    @extend_schema(responses=SpreadSerializer(allow_null=True))
    def get_net(self, found: Worth) -> Any:
        return SpreadSerializer(found.benefit.net).data if found.benefit is not None and found.has_cost else None


class BenefitSerializer(EffectsSerializer):
    """`worth` by the newest estimate in each unit: empty where nothing is estimated, or nobody has said what it changes."""

    worth = serializers.SerializerMethodField()

    class Meta(EffectsSerializer.Meta):
        fields = (*EffectsSerializer.Meta.fields, "worth")
        read_only_fields = fields

    @extend_schema(responses=WorthSerializer(many=True))
    def get_worth(self, row: Treatment) -> Any:
        newest = (row.risk.money, row.risk.minutes)
        found = [_worth(row, estimate) for estimate in newest if estimate is not None]
        return WorthSerializer([one for one in found if one is not None], many=True).data


class WriteBenefitSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is; null says that nobody knows. `reason` goes into the audit."""

    rate_factor_low = EndField(required=False, allow_null=True)
    rate_factor_high = EndField(required=False, allow_null=True)
    loss_factor_low = EndField(required=False, allow_null=True)
    loss_factor_high = EndField(required=False, allow_null=True)
    one_off_low = EndField(required=False, allow_null=True)
    one_off_high = EndField(required=False, allow_null=True)
    yearly_low = EndField(required=False, allow_null=True)
    yearly_high = EndField(required=False, allow_null=True)
    years = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST)
    reason = serializers.CharField(max_length=2000)


class BenefitFilter(django_filters.FilterSet):
    risk = django_filters.NumberFilter("risk", help_text="The number of a risk.")
    state = django_filters.MultipleChoiceFilter(choices=TreatmentState.choices)


class BenefitViewSet(RowViewSet[Treatment]):
    """What each treatment is expected to change and to cost; a row has the number of its treatment."""

    serializer_class = EffectsSerializer
    filterset_class = BenefitFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Treatment]:
        rows = Treatment.objects.filter(risk__in=Risk.objects.visible_to(self.request.user))
        return rows.select_related("risk__money", "risk__minutes", "owner").order_by("pk")

    def get_serializer_class(self) -> Any:
        """One treatment is simulated; a list of them would take as many seconds as it has rows."""
        return EffectsSerializer if self.action == "list" else BenefitSerializer

    @extend_schema(parameters=[IF_MATCH], request=WriteBenefitSerializer, responses=BenefitSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        row = self.row()
        may_treat(self.user, row)
        given = self.given(WriteBenefitSerializer)
        reason = given.pop("reason")
        effects = Effects(**{name: given.get(name, getattr(row, name)) for name in FIELDS})
        set_benefit(self.user, row, effects, reason=reason, version=self.version(), at=self.at)
        return self.answer(self.row())

    @extend_schema(responses=BenefitSerializer)
    def retrieve(self, request: Request, **_kwargs: Any) -> Response:
        require(self.user, self.view_ability)
        return self.answer(self.row())


def _worth(row: Treatment, estimate: RiskEstimate) -> Worth | None:
    try:
        found = worth_of(row, estimate)
    except Refused:
        return None
    return found if found.benefit is not None else None
