"""How a risk and its ratings are written and read over the API."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.models import FailureMode
from relportal.core.models import Journey, Service, Team, User
from risks.models import Confidence, RatingKind, Risk, RiskEstimate, RiskLevel, RiskRating, RiskState, Symbol

TEXT: Final = 4000


class ScaleStepSerializer(serializers.Serializer[Any]):
    """A step of the scale: `key` is what a rating names, `name` what people read."""

    key = serializers.CharField()
    name = serializers.CharField()


class RiskLevelSerializer(serializers.ModelSerializer[RiskLevel]):
    """`position` from the least (1) up, within its version of the scale."""

    symbol = serializers.ChoiceField(choices=Symbol.choices)

    class Meta:
        model = RiskLevel
        fields = ("key", "name", "symbol", "position")


class RiskRatingSerializer(serializers.ModelSerializer[RiskRating]):
    """`matrix` is the version of the scale that it was made by; `columns`: column -> impact, of which `decided_by` decided.

    `suggested` is the likelihood that the linked incidents spoke for then, null where they said nothing.
    """

    risk = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(choices=RatingKind.choices)
    matrix = serializers.IntegerField(source="matrix.number")
    likelihood = ScaleStepSerializer()
    impact = ScaleStepSerializer()
    level = RiskLevelSerializer()
    columns = serializers.DictField(child=serializers.CharField())
    decided_by = serializers.CharField(help_text="Empty: the impact was given as a whole.")
    confidence = serializers.ChoiceField(choices=Confidence.choices)
    suggested = serializers.CharField(source="suggested.key", allow_null=True, default=None)
    despite = serializers.CharField(help_text="Why another likelihood was chosen that lies far from it.")
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = RiskRating
        fields = (
            "id", "risk", "kind", "matrix", "likelihood", "impact", "level", "columns", "decided_by", "confidence", "reason",
            "suggested", "despite", "at", "by",
        )  # fmt: skip
        read_only_fields = fields

    def get_risk(self, row: RiskRating) -> str:
        return f"RISK-{row.risk_id}"


class NewestRatingSerializer(serializers.ModelSerializer[RiskRating]):
    """The newest rating of a kind, in short; `/risk-ratings/` has it with its reason."""

    likelihood = serializers.CharField(source="likelihood.key")
    impact = serializers.CharField(source="impact.key")
    level = RiskLevelSerializer()
    matrix = serializers.IntegerField(source="matrix.number")

    class Meta:
        model = RiskRating
        fields = ("id", "likelihood", "impact", "level", "matrix", "at")
        read_only_fields = fields


class NewestRatingsSerializer(serializers.Serializer[Any]):
    """The newest of each kind; null where there is none."""

    current = NewestRatingSerializer(allow_null=True)
    target = NewestRatingSerializer(allow_null=True)
    after_plan = NewestRatingSerializer(allow_null=True)
    inherent = NewestRatingSerializer(allow_null=True)


class RiskEstimateSerializer(serializers.ModelSerializer[RiskEstimate]):
    """A year as it was simulated: 90 % ranges that went in, and losses that `trials` years drawn from `seed` gave."""

    currency = serializers.CharField(help_text="Empty: customer minutes.")

    class Meta:
        model = RiskEstimate
        fields = (
            "rate_low", "rate_high", "loss_low", "loss_high", "expected", "zero_year", "p50", "p80", "p95", "currency", "seed",
            "trials", "at",
        )  # fmt: skip
        read_only_fields = fields


class RiskSerializer(serializers.ModelSerializer[Risk]):
    """Because of `cause`, `event` may happen, which leads to `consequence`. `url` is its page."""

    id = serializers.CharField(source="short_id", help_text="Such as RISK-12; its address has the number.")
    category = serializers.CharField(source="category.slug", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=RiskState.choices)
    owner = serializers.EmailField(source="owner.email", allow_null=True, default=None)
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    services = serializers.SlugRelatedField[Service](slug_field="slug", many=True, read_only=True)
    journeys = serializers.SlugRelatedField[Journey](slug_field="slug", many=True, read_only=True)
    ratings = serializers.SerializerMethodField()
    money = RiskEstimateSerializer(allow_null=True)
    minutes = RiskEstimateSerializer(allow_null=True)
    review_due_on = serializers.DateField(allow_null=True, help_text="Null: it is closed.")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Risk
        fields = (
            "id", "title", "cause", "event", "consequence", "category", "state", "owner", "team", "services", "journeys",
            "ratings", "money", "minutes", "identified_on", "created_at", "rated_at", "reviewed_at", "review_due_on",
            "reopened_at", "closed_at", "closed_because", "url", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(NewestRatingsSerializer)
    def get_ratings(self, row: Risk) -> dict[str, Any]:
        return dict(NewestRatingsSerializer(row).data)


class RateRiskSerializer(serializers.Serializer[Any]):
    """Steps by their keys. Either `columns` (the worst decides) or `impact` as a whole."""

    likelihood = serializers.CharField(max_length=40)
    columns = serializers.DictField(child=serializers.CharField(max_length=40), required=False)
    impact = serializers.CharField(max_length=40, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=RatingKind.choices, required=False)
    confidence = serializers.ChoiceField(choices=Confidence.choices, required=False)
    reason = serializers.CharField(max_length=2000)
    despite = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text="Asked for where linked incidents say otherwise."
    )
    matrix = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Refused with 409 where another version is in force.",
    )


class WriteRiskSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    cause = serializers.CharField(max_length=TEXT, required=False, allow_blank=True)
    event = serializers.CharField(max_length=TEXT, required=False, allow_blank=True)
    consequence = serializers.CharField(max_length=TEXT, required=False, allow_blank=True)
    category = serializers.SlugRelatedField[FailureMode](
        slug_field="slug", queryset=FailureMode.objects.all(), required=False, allow_null=True
    )
    owner = serializers.SlugRelatedField[User](
        slug_field="email", queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    team = serializers.SlugRelatedField[Team](
        slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True
    )
    services = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), many=True, required=False
    )
    journeys = serializers.SlugRelatedField(
        slug_field="slug", queryset=Journey.objects.all(), many=True, required=False
    )
    identified_on = serializers.DateField(required=False)


class CreateRiskSerializer(WriteRiskSerializer):
    """Without a team it is of the team of its first service; without `rating` it is rated later."""

    rating = RateRiskSerializer(required=False)


class ReviewSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=2000, help_text="What was looked at and what was found.")


class CloseSerializer(serializers.Serializer[Any]):
    because = serializers.CharField(max_length=2000)


class ReopenSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
