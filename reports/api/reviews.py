"""Reviews over the API: to read, to hold, and to write down what is said while one goes on."""

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
from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from reports.actions import reviews as acts
from reports.actions.decisions import DecisionGiven
from reports.api.review_serializers import (
    ReviewActionWriteSerializer,
    ReviewAttendSerializer,
    ReviewDecisionWriteSerializer,
    ReviewNoteWriteSerializer,
    ReviewSerializer,
    ReviewSkipSerializer,
    ReviewTickSerializer,
    ReviewTopicSerializer,
)
from reports.models import Review, ReviewItem, ReviewState, RitualKind


class ReviewFilter(django_filters.FilterSet):
    ritual = django_filters.NumberFilter("ritual", max_value=2**62)
    kind = django_filters.ChoiceFilter("ritual__kind", choices=RitualKind.choices)
    state = django_filters.ChoiceFilter(choices=ReviewState.choices)
    since = InstantFilter("meets_at", lookup_expr="gte")
    until = InstantFilter("meets_at", lookup_expr="lt")


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

    @extend_schema(request=ReviewSkipSerializer, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """It does not take place, and says why. 409 once it has started."""
        return self._moved(acts.skip, **self._body(ReviewSkipSerializer))

    @extend_schema(request=ReviewAttendSerializer, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def attend(self, request: Request, pk: str) -> Response:
        """Who is there: all of them, instead of whoever was named before."""
        return self._moved(acts.attend, **self._body(ReviewAttendSerializer))

    @extend_schema(request=ReviewTopicSerializer, responses={201: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def topic(self, request: Request, pk: str) -> Response:
        """A topic of its own at the end of the agenda."""
        self._moved(acts.add_topic, **self._body(ReviewTopicSerializer))
        return self._written()

    @extend_schema(request=ReviewTickSerializer, responses={200: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def tick(self, request: Request, pk: str) -> Response:
        """An item is done, or open again, after `spent_s` seconds."""
        body, item = self._said(ReviewTickSerializer)
        acts.tick(self.user, item, at=self.at, **body)
        return Response(self.get_serializer(self.row()).data)

    def _body(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Checked after the right to hold it: whoever may not hears that first."""
        acts.may_run(self.user, self.row())
        return self.given(serializer)

    def _moved(self, act: Callable[..., Any], **given: Any) -> Response:
        review = self.row()
        acts.may_run(self.user, review)
        act(self.user, review, at=self.at, **given)
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
