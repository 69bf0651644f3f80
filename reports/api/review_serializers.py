"""Rituals and reviews over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from relportal.core.models import Team
from relportal.core.permissions import able
from reports.domain.reviews import MOST_MINUTES, ItemState
from reports.models import Review, ReviewItem, ReviewNote, Ritual
from reports.queries.confidential import Hidden, masked
from reports.queries.pack import title_of


class AgendaItemSerializer(serializers.Serializer[Any]):
    """`key` is the short name of an item, or "topic" with a title."""

    key = serializers.CharField()
    minutes = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True)


class RitualSerializer(serializers.ModelSerializer[Ritual]):
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    cadence = serializers.CharField()
    starts = serializers.CharField(help_text="The hour in its zone, such as 10:00:00.")
    items = AgendaItemSerializer(many=True)
    participants: Any = serializers.SlugRelatedField(slug_field="email", many=True, read_only=True)

    class Meta:
        model = Ritual
        fields = (
            "id", "kind", "name", "team", "cadence", "weekday", "week", "starts", "zone", "items", "participants",
            "retired_at", "version",
        )  # fmt: skip


class ReviewNoteSerializer(serializers.ModelSerializer[ReviewNote]):
    by = serializers.CharField(source="by.email", allow_null=True, default=None)

    class Meta:
        model = ReviewNote
        fields = ("text", "by", "at")


class ReviewItemSerializer(serializers.ModelSerializer[ReviewItem]):
    """`facts` is what the pack says of it: claim, facts with their links, how many more there are."""

    title = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=[each.value for each in ItemState])
    carried_from = serializers.CharField(source="carried_from.short_id", allow_null=True, default=None)
    facts = serializers.SerializerMethodField()
    notes = ReviewNoteSerializer(many=True)
    decisions = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta:
        model = ReviewItem
        fields = (
            "id", "position", "key", "title", "minutes", "state", "spent_s", "carried_from", "facts", "notes", "decisions",
            "actions",
        )  # fmt: skip

    def get_title(self, row: ReviewItem) -> str:
        return title_of(row)

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_facts(self, row: ReviewItem) -> Any:
        # Kept with what all rows of an answer share, so that a list asks once.
        context: Any = self.context
        hidden = context.setdefault("hidden", Hidden(context["view"].user))
        block = row.review.pack.get(row.key)
        return masked(block, hidden) if block is not None else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_decisions(self, row: ReviewItem) -> list[str]:
        return [each.decision.short_id for each in row.decided.all()]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, row: ReviewItem) -> list[str]:
        return [each.action.short_id for each in row.promised.all()]


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """`built_at` is what the pack is as of; from `started_at` on it never changes, and `sha256` is its hash."""

    ritual_name = serializers.CharField(source="ritual.name")
    drawn = serializers.CharField(source="drawn.slug", allow_null=True, default=None)
    attended: Any = serializers.SlugRelatedField(slug_field="email", many=True, read_only=True)
    items = ReviewItemSerializer(many=True)

    class Meta:
        model = Review
        fields = (
            "id", "short_id", "ritual", "ritual_name", "meets_at", "state", "drawn", "since", "built_at", "sha256",
            "started_at", "ended_at", "skipped_because", "attended", "items",
        )  # fmt: skip


class ReviewNoteWriteSerializer(serializers.Serializer[Any]):
    """`item` is the id of one of the items."""

    item = serializers.IntegerField(min_value=1, max_value=2**62)
    text = serializers.CharField(max_length=4000)


class ReviewDecisionWriteSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(min_value=1, max_value=2**62)
    title = serializers.CharField(max_length=300)
    reason = serializers.CharField(max_length=10_000)
    decided_by = serializers.SlugRelatedField(
        slug_field="email", queryset=able("ask.decide"), allow_null=True, default=None
    )
    follow_up_on = serializers.DateField(allow_null=True, default=None)
    refs: serializers.ListField = serializers.ListField(child=serializers.CharField(max_length=80), default=list)


class ReviewActionWriteSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(min_value=1, max_value=2**62)
    title = serializers.CharField(max_length=200)
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=able("action.edit"), allow_null=True, default=None
    )
    due_on = serializers.DateField()
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, default=None)


class ReviewSkipSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class ReviewAttendSerializer(serializers.Serializer[Any]):
    people: Any = serializers.SlugRelatedField(many=True, slug_field="email", queryset=able("report.view"))


class ReviewTopicSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)


class ReviewTickSerializer(serializers.Serializer[Any]):
    """`spent_s` is what the item has taken in all, in seconds; less than was said before changes nothing."""

    item = serializers.IntegerField(min_value=1, max_value=2**62)
    state = serializers.ChoiceField(choices=[ItemState.OPEN.value, ItemState.DONE.value])
    spent_s = serializers.IntegerField(min_value=0, max_value=86_400, default=0)
