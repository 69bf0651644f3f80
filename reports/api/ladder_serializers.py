"""The ladder over the API: versions, levels, results of rules, attestations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from relportal.core.models import Service
from reports.domain.ladder import Compare, Verdict
from reports.domain.ladder_text import from_json
from reports.facts import FACTS
from reports.models import Attestation, LadderState, LadderVersion, RuleResult, ServiceLevel


class LadderLevelSerializer(serializers.Serializer[Any]):
    key = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=40)


class LadderRuleSerializer(serializers.Serializer[Any]):
    """`threshold` null for what `is_true`; shares are 0..1. `link` empty: where the fact says."""

    key = serializers.SlugField(max_length=40)
    level = serializers.SlugField(max_length=40)
    fact = serializers.CharField(max_length=32)
    compare = serializers.ChoiceField(choices=[each.value for each in Compare], default=Compare.IS_TRUE.value)
    threshold = serializers.FloatField(allow_null=True, default=None)
    fix = serializers.CharField(max_length=500, allow_blank=True)
    link = serializers.CharField(max_length=300, allow_blank=True, default="")


class LadderContentSerializer(serializers.Serializer[Any]):
    """Levels from the lowest up; `minimums`: tier ("1" to "4") to the level that its services must hold."""

    levels = LadderLevelSerializer(many=True)
    rules = LadderRuleSerializer(many=True)
    minimums: serializers.DictField = serializers.DictField(child=serializers.SlugField(max_length=40))

    def validate_minimums(self, given: dict[str, str]) -> dict[str, str]:
        if wrong := [key for key in given if key not in {"1", "2", "3", "4"}]:
            raise serializers.ValidationError(f"There are the tiers 1 to 4, not {wrong[0][:20]}.")
        return given


class LadderVersionSerializer(serializers.ModelSerializer[LadderVersion]):
    state = serializers.ChoiceField(choices=LadderState.choices)
    created_by = serializers.EmailField(source="created_by.email", allow_null=True, default=None)
    content = LadderContentSerializer()

    class Meta:
        model = LadderVersion
        fields = ("number", "name", "note", "state", "in_force_from", "created_at", "created_by", "content")
        read_only_fields = fields


class LadderDraftSerializer(serializers.Serializer[Any]):
    """The whole ladder of the draft; what is drafted already is replaced."""

    name = serializers.CharField(max_length=120)
    content = LadderContentSerializer()


class LadderPublishSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=2000)


class ServiceLevelSerializer(serializers.ModelSerializer[ServiceLevel]):
    """Where a service stood over [`since`, `until`); null: it still does. `level` is the key of the one held, empty for none;
    `excused` the one that exemptions would give, `minimum` the one that its tier asked for."""

    service = serializers.SlugField(source="service.slug")
    team = serializers.SlugField(source="team.slug", allow_null=True, default=None)
    ladder = serializers.IntegerField(source="ladder.number")
    level = serializers.SerializerMethodField()
    excused = serializers.SerializerMethodField()
    minimum = serializers.SerializerMethodField()
    meets = serializers.BooleanField()

    class Meta:
        model = ServiceLevel
        fields = (
            "id", "service", "tier", "team", "ladder", "level", "excused", "minimum", "meets", "passed", "failed", "unknown",
            "exempt", "since", "until", "evaluated_at",
        )  # fmt: skip

    def get_level(self, row: ServiceLevel) -> str:
        return _key(row, row.rank)

    def get_excused(self, row: ServiceLevel) -> str:
        return _key(row, row.excused)

    def get_minimum(self, row: ServiceLevel) -> str:
        return _key(row, row.minimum)


def _key(row: ServiceLevel, rank: int) -> str:
    levels = from_json(row.ladder.content).levels
    return levels[rank - 1].key if 0 < rank <= len(levels) else ""


class RuleResultSerializer(serializers.ModelSerializer[RuleResult]):
    """`reading` is that of the last look, null where it is unknown; flags are 1 or 0, shares 0..1."""

    service = serializers.SlugField(source="service.slug")
    verdict = serializers.ChoiceField(choices=[each.value for each in Verdict])
    exception = serializers.CharField(source="exception.short_id", allow_null=True, default=None)

    class Meta:
        model = RuleResult
        fields = ("id", "service", "rule", "verdict", "reading", "exception", "since", "until")


class AttestationSerializer(serializers.ModelSerializer[Attestation]):
    service = serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all())
    fact = serializers.ChoiceField(choices=sorted(key for key, fact in FACTS.items() if fact.by_hand is not None))
    by = serializers.EmailField(source="by.email", allow_null=True, read_only=True, default=None)

    class Meta:
        model = Attestation
        fields = ("id", "service", "fact", "on", "holds", "note", "url", "at", "by")
        read_only_fields = ("at",)
