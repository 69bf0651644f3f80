"""Rituals over the API: meetings that come again, made, changed and ended."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.nested import WholeRow
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Team
from relportal.core.permissions import able, require
from reports.actions import rituals as acts
from reports.actions.inputs import Owned
from reports.actions.rituals import RitualGiven
from reports.api.review_serializers import RitualSerializer
from reports.domain.reviews import MOST_MINUTES, Agenda
from reports.models import Ritual, RitualKind
from reports.models.reviews import Cadence


class AgendaWriteSerializer(WholeRow):
    """`key` is the short name of an item, or "topic" with a title."""

    key = serializers.CharField(max_length=40)
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)
    title = serializers.CharField(max_length=200, allow_blank=True, default="")


class RitualWriteSerializer(serializers.Serializer[Any]):
    """`weekday` 0 is Monday; `week` is which of a month's weekdays, 5 the last."""

    name = serializers.CharField(max_length=120)
    cadence = serializers.ChoiceField(choices=Cadence.choices)
    weekday = serializers.IntegerField(min_value=0, max_value=6)
    week = serializers.IntegerField(min_value=1, max_value=5, default=1)
    starts = serializers.TimeField(help_text="In its zone, such as 10:00.")
    zone = serializers.CharField(max_length=64, allow_blank=True, default="", help_text="Empty: the company's.")
    items = AgendaWriteSerializer(many=True, required=False, help_text="Left out of a new one: those of the template.")
    participants: Any = serializers.SlugRelatedField(
        many=True, slug_field="email", queryset=able("report.view"), default=()
    )


class RitualCreateSerializer(RitualWriteSerializer):
    kind = serializers.ChoiceField(choices=RitualKind.choices, help_text="The template.")
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, default=None)


class RitualFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=RitualKind.choices)
    team = django_filters.CharFilter("team__slug")


class RitualViewSet(RowViewSet[Ritual]):
    """Meetings that come again, and their agendas. Nothing is deleted: one that is ended has `retired_at`."""

    serializer_class = RitualSerializer
    filterset_class = RitualFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Ritual]:
        return Ritual.objects.select_related("team").prefetch_related("participants").order_by("pk")

    @extend_schema(request=RitualCreateSerializer, responses={201: RitualSerializer})
    def create(self, request: Request) -> Response:
        """Its first review is planned at once."""
        require(self.user, "ritual.edit")
        body = self.given(RitualCreateSerializer)
        items = acts.from_template(body["kind"]) if "items" not in body else _agenda(body.pop("items"))
        row = acts.create(self.user, RitualGiven(items=items, **body), at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=RitualWriteSerializer, parameters=[IF_MATCH], responses={200: RitualSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays. What is planned moves with it; what was held stays."""
        row = self.row()
        require(self.user, "ritual.edit", Owned(row.team_id))
        version = self.version()
        names = ("kind", "name", "team", "cadence", "weekday", "week", "starts", "zone")
        stands: dict[str, Any] = {name: getattr(row, name) for name in names}
        body = self.given(RitualWriteSerializer, partial=True)
        items = _agenda(body.pop("items")) if "items" in body else row.agenda
        body.setdefault("participants", list(row.participants.all()))
        acts.edit(self.user, row, RitualGiven(items=items, **stands | body), version=version, at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk))

    @extend_schema(request=None, responses={200: RitualSerializer})
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """It meets no more; 409 while a review of it goes on."""
        row = self.row()
        require(self.user, "ritual.edit", Owned(row.team_id))
        acts.retire(self.user, row, at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk))


def _agenda(rows: list[dict[str, Any]]) -> tuple[Agenda, ...]:
    return tuple(Agenda(**each) for each in rows)
