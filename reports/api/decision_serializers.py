"""Asks and decisions over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from relportal.core import company
from relportal.core.drf.nested import WholeRow
from relportal.core.models import Team, User
from relportal.core.permissions import able
from reports.domain.asks import FollowUp, follow_up
from reports.models import Ask, Decision, DecisionOutcome, Verdict


class AskOptionSerializer(WholeRow):
    """`key` is "1" to "4", or "nothing" for the option to do nothing, which every ask has."""

    key = serializers.ChoiceField(choices=["1", "2", "3", "4", "nothing"])
    name = serializers.CharField(max_length=120)
    cost = serializers.CharField(max_length=200, allow_blank=True, default="")
    effect = serializers.CharField(max_length=400)


class AskSerializer(serializers.ModelSerializer[Ask]):
    options = AskOptionSerializer(many=True)
    owner = serializers.CharField(source="owner.email")
    decider = serializers.CharField(source="decider.email")
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    decision = serializers.SerializerMethodField(help_text="The id of the decision in force.")

    class Meta:
        model = Ask
        fields = (
            "id", "short_id", "title", "context", "options", "recommended", "owner", "decider", "wanted_by", "team", "refs",
            "state", "asked_at", "closed_at", "closed_because", "decision", "version",
        )  # fmt: skip

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_decision(self, row: Any) -> int | None:
        return row.in_force[0].pk if row.in_force else None


class AskWriteSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    context = serializers.CharField(max_length=20_000, allow_blank=True, default="")  # type: ignore[assignment]
    options = AskOptionSerializer(many=True)
    recommended = serializers.ChoiceField(choices=["1", "2", "3", "4", "nothing"])
    decider = serializers.SlugRelatedField(slug_field="email", queryset=able("ask.decide"))
    wanted_by = serializers.DateField()
    owner = serializers.SlugRelatedField(slug_field="email", queryset=able("ask.edit"), allow_null=True, default=None)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, default=None)
    refs: serializers.ListField = serializers.ListField(child=serializers.CharField(max_length=80), default=list)


class AskDecideSerializer(serializers.Serializer[Any]):
    """`decided_at` is for a decision that was made before it was written down."""

    option = serializers.ChoiceField(choices=["1", "2", "3", "4", "nothing"])
    reason = serializers.CharField(max_length=10_000)
    follow_up_on = serializers.DateField(allow_null=True, default=None)
    decided_at = serializers.DateTimeField(allow_null=True, default=None)


class AskWithdrawSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class OutcomeReadSerializer(serializers.ModelSerializer[DecisionOutcome]):
    by = serializers.CharField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = DecisionOutcome
        fields = ("verdict", "words", "again_on", "at", "by")


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """`figures` are the numbers it rests on, as they stood when it was made; `due_on`: when its outcome is looked at."""

    ask = serializers.CharField(source="ask.short_id", allow_null=True, default=None)
    option = serializers.SerializerMethodField(help_text="The chosen option as it read then; null without an ask.")
    figures: serializers.ListField = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="label, text (as it was read), note, source (what it is of) and as_of of each.",
    )
    decided_by = serializers.CharField(source="decided_by.email")
    recorded_by = serializers.CharField(source="recorded_by.email", allow_null=True, default=None)
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    supersedes = serializers.CharField(source="supersedes.short_id", allow_null=True, default=None)
    superseded = serializers.BooleanField()
    due_on = serializers.DateField(allow_null=True)
    follow_up = serializers.SerializerMethodField()
    outcomes = OutcomeReadSerializer(many=True)

    class Meta:
        model = Decision
        fields = (
            "id", "short_id", "title", "reason", "ask", "option", "figures", "refs", "decided_by", "decided_at",
            "recorded_by", "recorded_at", "follow_up_on", "team", "supersedes", "superseded", "due_on", "follow_up",
            "outcomes",
        )  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=[each.value for each in FollowUp]))
    def get_follow_up(self, row: Any) -> str:
        today = company.day(self.context["view"].at)
        return follow_up(row.due_on, row.verdict, superseded=row.superseded, today=today).value

    @extend_schema_field(AskOptionSerializer(allow_null=True))
    def get_option(self, row: Decision) -> Any:
        return AskOptionSerializer(row.option).data if row.option else None


class DecisionWriteSerializer(serializers.Serializer[Any]):
    """`decided_by` left out: whoever sends it. `refs` name what it rests on: its numbers are kept as they stand."""

    title = serializers.CharField(max_length=300)
    reason = serializers.CharField(max_length=10_000)
    decided_by = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.filter(is_active=True), allow_null=True, default=None
    )
    decided_at = serializers.DateTimeField(allow_null=True, default=None)
    follow_up_on = serializers.DateField(allow_null=True, default=None)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, default=None)
    refs: serializers.ListField = serializers.ListField(child=serializers.CharField(max_length=80), default=list)


class DecisionOutcomeSerializer(serializers.Serializer[Any]):
    """`again_on`: for what is too early to say."""

    verdict = serializers.ChoiceField(choices=Verdict.values)
    words = serializers.CharField(max_length=4000)
    again_on = serializers.DateField(allow_null=True, default=None)
