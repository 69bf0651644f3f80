"""Rituals and reviews over the API: to read, and to write down what is said while one goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from incidents.actions.action_items import Promised
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from reports.actions import reviews as acts
from reports.actions.decisions import DecisionGiven
from reports.api.review_serializers import (
    ReviewActionWriteSerializer,
    ReviewDecisionWriteSerializer,
    ReviewNoteWriteSerializer,
    ReviewSerializer,
    RitualSerializer,
)
from reports.models import Review, ReviewItem, ReviewState, Ritual, RitualKind


class RitualFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=RitualKind.choices)
    team = django_filters.CharFilter("team__slug")


class RitualViewSet(RowViewSet[Ritual]):
    """Meetings that come again, and their agendas."""

    serializer_class = RitualSerializer
    filterset_class = RitualFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Ritual]:
        return Ritual.objects.select_related("team").prefetch_related("participants").order_by("pk")


class ReviewFilter(django_filters.FilterSet):
    ritual = django_filters.NumberFilter("ritual", max_value=2**62)
    kind = django_filters.ChoiceFilter("ritual__kind", choices=RitualKind.choices)
    state = django_filters.ChoiceFilter(choices=ReviewState.choices)
    since = django_filters.IsoDateTimeFilter("meets_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter("meets_at", lookup_expr="lt")


class ReviewViewSet(RowViewSet[Review]):
    """What was looked at, said, decided and promised."""

    serializer_class = ReviewSerializer
    filterset_class = ReviewFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Review]:
        rows = Review.objects.select_related("ritual__team", "drawn").order_by("pk")
        return rows.prefetch_related(
            "attended", "items__notes__by", "items__decided__decision", "items__promised__action", "items__carried_from"
        )

    @extend_schema(request=None, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def build(self, request: Request, pk: str) -> Response:
        """Builds its pack as of now; again, until it starts."""
        return self._moved(acts.build)

    @extend_schema(request=None, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """From now on its pack never changes."""
        return self._moved(acts.start)

    @extend_schema(request=None, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Ends it: the minutes are sent, and what was not reached is carried over."""
        return self._moved(acts.finish)

    def _moved(self, act: Callable[..., Review]) -> Response:
        review = self.row()
        acts.may_run(self.user, review)
        act(self.user, review, at=self.at)
        return Response(self.get_serializer(self.row()).data)

    @extend_schema(request=ReviewNoteWriteSerializer, responses={201: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        body, item = self._said(ReviewNoteWriteSerializer)
        acts.note(self.user, item, text=body["text"], at=self.at)
        return self._written()

    @extend_schema(request=ReviewDecisionWriteSerializer, responses={201: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def decision(self, request: Request, pk: str) -> Response:
        body, item = self._said(ReviewDecisionWriteSerializer)
        acts.decide(self.user, item, DecisionGiven(team=item.review.ritual.team, **body), at=self.at)
        return self._written()

    @extend_schema(request=ReviewActionWriteSerializer, responses={201: ReviewSerializer})
    @action(detail=True, methods=["post"], url_path="action", url_name="action")
    def promise(self, request: Request, pk: str) -> Response:
        body, item = self._said(ReviewActionWriteSerializer)
        body["team"] = body["team"] or item.review.ritual.team
        acts.promised(self.user, item, Promised(kind="process", **body), at=self.at)
        return self._written()

    def _said(self, serializer: type[BaseSerializer[Any]]) -> tuple[dict[str, Any], ReviewItem]:
        review = self.row()
        acts.may_run(self.user, review)
        body = self.given(serializer)
        item = ReviewItem.objects.select_related("review__ritual__team").filter(review=review, pk=body.pop("item"))
        found = item.first()
        if found is None:
            raise Invalid({"item": _("This review has no such item.")})
        return body, found

    def _written(self) -> Response:
        return Response(self.get_serializer(self.row()).data, status=status.HTTP_201_CREATED)
