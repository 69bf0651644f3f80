"""Reviews of launches over the API: what they say, what is written, and what a release tool is told."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from relportal.core.models import Service
from reports.domain.ladder import Compare
from reports.domain.readiness import Proof, Result, Weight
from reports.models import ReadinessReview, ReadinessState, ReadinessTemplate, ReadinessVerdict, ReviewKind
from reports.queries.readiness.results import kept


class ReadinessCheckSerializer(serializers.Serializer[Any]):
    """`threshold` null for what `is_true`; shares are 0..1."""

    fact = serializers.CharField(max_length=32)
    compare = serializers.ChoiceField(choices=[each.value for each in Compare], default=Compare.IS_TRUE.value)
    threshold = serializers.FloatField(allow_null=True, default=None)


class ReadinessItemSerializer(serializers.Serializer[Any]):
    """`weights`: tier ("1" to "4") to how much it matters; a tier that is not named takes the weight of the nearest more critical
    one. `days`: for how long evidence is worth something."""

    key = serializers.SlugField(max_length=40)
    area = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=300)
    weights: serializers.DictField = serializers.DictField(
        child=serializers.ChoiceField(choices=[each.value for each in Weight])
    )
    proof = serializers.ChoiceField(choices=[each.value for each in Proof], default=Proof.ANSWER.value)
    checks = ReadinessCheckSerializer(many=True, default=list)
    days = serializers.IntegerField(min_value=1, max_value=3650, allow_null=True, default=None)
    born_from = serializers.CharField(max_length=200, allow_blank=True, default="")

    def validate_weights(self, given: dict[str, str]) -> dict[str, str]:
        if wrong := [key for key in given if key not in {"1", "2", "3", "4"}]:
            raise serializers.ValidationError(f"There are the tiers 1 to 4, not {wrong[0][:20]}.")
        return given


class ReadinessTemplateSerializer(serializers.ModelSerializer[ReadinessTemplate]):
    created_by = serializers.EmailField(source="created_by.email", allow_null=True, default=None)
    items = serializers.SerializerMethodField()

    class Meta:
        model = ReadinessTemplate
        fields = ("number", "note", "created_at", "created_by", "items")
        read_only_fields = fields

    @extend_schema_field(ReadinessItemSerializer(many=True))
    def get_items(self, row: ReadinessTemplate) -> Any:
        return ReadinessItemSerializer(row.content["items"], many=True).data


class ReadinessTemplateWriteSerializer(serializers.Serializer[Any]):
    """All items of the next version. `replaces`: the number of the version that you read; null: whichever is in force."""

    note = serializers.CharField(max_length=2000)
    items = ReadinessItemSerializer(many=True)
    replaces = serializers.IntegerField(min_value=1, max_value=10**6, allow_null=True, default=None)


class ReadinessReadingSerializer(serializers.Serializer[Any]):
    """`reading` null: nobody knew it."""

    fact = serializers.CharField(source="comparison.fact")
    compare = serializers.CharField(source="comparison.compare.value")
    threshold = serializers.FloatField(source="comparison.threshold", allow_null=True)
    reading = serializers.FloatField(allow_null=True)
    result = serializers.ChoiceField(choices=[each.value for each in Result])


class ReadinessResultSerializer(serializers.Serializer[Any]):
    """`without_exception` is the result that it would have if nothing exempted it."""

    key = serializers.CharField()
    area = serializers.CharField()
    text = serializers.CharField()
    weight = serializers.ChoiceField(choices=[each.value for each in Weight])
    proof = serializers.ChoiceField(choices=[each.value for each in Proof])
    result = serializers.ChoiceField(choices=[each.value for each in Result])
    without_exception = serializers.ChoiceField(source="bare", choices=[each.value for each in Result])
    checks = ReadinessReadingSerializer(many=True)
    reason = serializers.CharField()
    link = serializers.CharField()
    seen_on = serializers.DateField(allow_null=True)
    exception = serializers.CharField(help_text="Such as EXC-3; empty: none.")
    until = serializers.DateTimeField(allow_null=True)


class ReadinessReviewSerializer(serializers.ModelSerializer[ReadinessReview]):
    """`verdict` and `results` are of the last look while it is open, and frozen with the decision."""

    service = serializers.CharField(source="service.slug")
    team = serializers.CharField(source="service.team.slug", allow_null=True, default=None)
    author = serializers.EmailField(source="author.email")
    template = serializers.IntegerField(source="template.number")
    decided_by = serializers.EmailField(source="decided_by.email", allow_null=True, default=None)
    follows = serializers.CharField(source="follows.short_id", allow_null=True, default=None)
    results = serializers.SerializerMethodField()

    class Meta:
        model = ReadinessReview
        fields = (
            "id", "short_id", "service", "team", "title", "kind", "planned_on", "author", "state", "opened_at", "tier",
            "template", "verdict", "blocking", "covered", "covered_until", "judged_at", "results", "decided_at", "decided_by",
            "decided_because", "launched_at", "launched_because", "against", "withdrawn_at", "withdrawn_because", "follows",
            "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ReadinessResultSerializer(many=True))
    def get_results(self, row: ReadinessReview) -> Any:
        return ReadinessResultSerializer(kept(row.results), many=True).data


class ReadinessEditSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    planned_on = serializers.DateField()
    kind = serializers.ChoiceField(choices=ReviewKind.choices, default=ReviewKind.LAUNCH.value)


class ReadinessOpenSerializer(ReadinessEditSerializer):
    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all())


class ReadinessAnswerSerializer(serializers.Serializer[Any]):
    """`unknown` takes an answer back. `seen_on`: the day of the evidence, where the item asks for evidence."""

    item = serializers.SlugField(max_length=40)
    result = serializers.ChoiceField(choices=["pass", "fail", "not_applicable", "unknown"])
    reason = serializers.CharField(max_length=1000, allow_blank=True, default="")
    link = serializers.URLField(max_length=500, allow_blank=True, default="")
    seen_on = serializers.DateField(allow_null=True, default=None)


class ReadinessDecideSerializer(serializers.Serializer[Any]):
    """`verdict`: the one that you read. The items make it; if it is another one by now, nothing is decided (409)."""

    verdict = serializers.ChoiceField(choices=ReadinessVerdict.choices)
    because = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ReadinessLaunchSerializer(serializers.Serializer[Any]):
    """`launched_at` null: now. `because` is needed where nobody has found it ready."""

    launched_at = serializers.DateTimeField(allow_null=True, default=None)
    because = serializers.CharField(max_length=500, allow_blank=True, default="")


class ReadinessWithdrawSerializer(serializers.Serializer[Any]):
    because = serializers.CharField(max_length=500)


class ReadinessAgainSerializer(serializers.Serializer[Any]):
    planned_on = serializers.DateField()


class ReadinessOpenItemSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    text = serializers.CharField()
    result = serializers.ChoiceField(choices=[each.value for each in Result])
    exception = serializers.CharField(help_text="Such as EXC-3; empty: none.")
    until = serializers.DateTimeField(allow_null=True)


class ReadinessGateSerializer(serializers.Serializer[Any]):
    """`allow` is true only for what somebody has decided, Ready or with conditions that still hold. `verdict` null: there is no
    review. `until`: when the first exception ends on which the conditions rest."""

    service = serializers.CharField(source="service.slug")
    review = serializers.CharField(source="review.short_id", allow_null=True, default=None)
    title = serializers.CharField(source="review.title", allow_null=True, default=None)
    state = serializers.ChoiceField(
        source="review.state", choices=ReadinessState.choices, allow_null=True, default=None
    )
    verdict = serializers.ChoiceField(choices=ReadinessVerdict.choices, allow_null=True)
    allow = serializers.BooleanField()
    decided = serializers.BooleanField()
    decided_at = serializers.DateTimeField(source="review.decided_at", allow_null=True, default=None)
    blocking = ReadinessOpenItemSerializer(many=True)
    conditions = ReadinessOpenItemSerializer(many=True)
    until = serializers.DateTimeField(allow_null=True)
