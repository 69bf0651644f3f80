"""The register over the API: written down, changed, rated, reviewed, closed and opened again by the actions of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core import company
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions import ratings
from risks.actions import risks as acts
from risks.actions.standing import may_change, scope
from risks.api.evidence import RiskEvidence
from risks.api.risk_links import RiskLinks
from risks.api.risk_serializers import (
    CloseSerializer,
    CreateRiskSerializer,
    RateRiskSerializer,
    ReopenSerializer,
    ReviewSerializer,
    RiskRatingSerializer,
    RiskSerializer,
    WriteRiskSerializer,
)
from risks.domain.movement import Moved
from risks.forms.register import MOVES, TRAITS
from risks.models import RatingKind, Risk, RiskState
from risks.queries.register import RiskFilters, Trait, found

RELATED: Final = (
    "category", "owner", "team", "money", "minutes",
    *(f"{kind}__{part}" for kind in RatingKind.values for part in ("level", "likelihood", "impact", "matrix")),
)  # fmt: skip
RATED: Final = {one.name for one in fields(ratings.Rated)}


class RiskFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="words", label="Words that all occur in the title, cause, event or consequence"
    )
    state = django_filters.MultipleChoiceFilter(choices=RiskState.choices)
    level = django_filters.CharFilter("current__level__key", label="Key of a level, such as critical")
    category = django_filters.CharFilter("category__slug")
    owner = django_filters.CharFilter("owner__email")
    team = django_filters.CharFilter("team__slug")
    service = django_filters.CharFilter("services__slug", distinct=True)
    journey = django_filters.CharFilter("journeys__slug", distinct=True)
    rated = django_filters.BooleanFilter("current", lookup_expr="isnull", exclude=True)
    overdue = django_filters.BooleanFilter(method="late", label="Its review is overdue")
    only = django_filters.MultipleChoiceFilter(
        choices=[(each.value, words) for each, words in TRAITS.items()],
        method="traits",
        label="As the list page filters; several must all hold",
    )
    moved = django_filters.MultipleChoiceFilter(
        choices=[(each.value, words) for each, words in MOVES.items()],
        method="movement",
        label="How it moved in the last 90 days, or since the day `since`",
    )
    since = django_filters.DateFilter(method="with_moved", label="The day that `moved` compares with")

    def traits(self, rows: QuerySet[Risk], _name: str, wanted: list[str]) -> QuerySet[Risk]:
        return self._as_listed(rows, RiskFilters(traits=tuple(Trait(each) for each in wanted)))

    def movement(self, rows: QuerySet[Risk], _name: str, wanted: list[str]) -> QuerySet[Risk]:
        day = self.form.cleaned_data.get("since")
        return self._as_listed(rows, RiskFilters(moved=tuple(Moved(each) for each in wanted), since=day))

    def _as_listed(self, rows: QuerySet[Risk], asked: RiskFilters) -> QuerySet[Risk]:
        user = self.request.user if self.request is not None else None
        if not (asked.traits or asked.moved) or not isinstance(user, User):
            return rows
        return rows.filter(pk__in=found(user, asked, at=timezone.now()).values("pk"))

    def with_moved(self, rows: QuerySet[Risk], _name: str, _day: object) -> QuerySet[Risk]:
        """Says nothing by itself."""
        return rows

    def words(self, rows: QuerySet[Risk], _name: str, value: str) -> QuerySet[Risk]:
        for word in value.split():
            named = Q(title__icontains=word) | Q(cause__icontains=word) | Q(event__icontains=word)
            rows = rows.filter(named | Q(consequence__icontains=word))
        return rows

    def late(self, rows: QuerySet[Risk], _name: str, wanted: bool) -> QuerySet[Risk]:  # noqa: FBT001
        due = Q(review_due_on__lt=company.day(timezone.now())) & ~Q(state=RiskState.CLOSED)
        return rows.filter(due if wanted else ~due | Q(review_due_on=None))


def _where_they_stand(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What an action says of the fields of a rating, by where they stand in the body."""
    return {f"rating.{name}" if name in RATED else name: texts for name, texts in errors.items()}


class RiskViewSet(RiskLinks, RiskEvidence):
    """Reliability risks with an owner, a size and a rating. Ratings are dated and never edited: a new one is made."""

    serializer_class = RiskSerializer
    filterset_class = RiskFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Risk]:
        rows = Risk.objects.visible_to(self.request.user).select_related(*RELATED)
        return rows.prefetch_related("services", "journeys").order_by("pk")

    @extend_schema(request=CreateRiskSerializer, responses={201: RiskSerializer})
    def create(self, request: Request) -> Response:
        """Writes a risk down, with its first rating where `rating` is given; both or neither."""
        require(self.user, "risk.edit")
        given = self.given(CreateRiskSerializer)
        rating = given.pop("rating", None)
        rated = ratings.Rated(**rating) if rating is not None else None
        try:
            row = acts.create(self.user, acts.Given(**given, rated=rated), at=self.at)
        except Invalid as error:
            raise Invalid(_where_they_stand(error.errors)) from error
        self.kwargs["pk"] = row.pk
        return self.answer(self.row(), status=201)

    @extend_schema(parameters=[IF_MATCH], request=WriteRiskSerializer, responses=RiskSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        row = self.row()
        may_change(self.user, row)
        given = self.given(WriteRiskSerializer, partial=True)
        acts.edit(self.user, row, version=self.version(), at=self.at, **given)
        return self.answer(self.row())

    @extend_schema(request=RateRiskSerializer, responses={201: RiskRatingSerializer})
    @action(detail=True, methods=["post"])
    def rate(self, request: Request, **_kwargs: Any) -> Response:
        """Rates it by the scale in force; the newest current rating says when it is looked at again."""
        row = self.row()
        may_change(self.user, row)
        made = ratings.rate(self.user, row, ratings.Rated(**self.given(RateRiskSerializer)), at=self.at)
        return Response(RiskRatingSerializer(made).data, status=201)

    @extend_schema(request=ReviewSerializer, responses=RiskSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, **_kwargs: Any) -> Response:
        """Somebody looked at it again; the next review is due by its level."""
        row = self.row()
        may_change(self.user, row)
        acts.review(self.user, row, at=self.at, **self.given(ReviewSerializer))
        return self.answer(self.row())

    @extend_schema(request=CloseSerializer, responses=RiskSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **_kwargs: Any) -> Response:
        """It can no longer happen, or is watched elsewhere."""
        row = self.row()
        require(self.user, "risk.close", scope(row))
        acts.close(self.user, row, at=self.at, **self.given(CloseSerializer))
        return self.answer(self.row())

    @extend_schema(request=ReopenSerializer, responses=RiskSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, **_kwargs: Any) -> Response:
        """A closed or accepted one is a risk again; somebody looks at it today."""
        row = self.row()
        require(self.user, "risk.close", scope(row))
        acts.reopen(self.user, row, at=self.at, **self.given(ReopenSerializer))
        return self.answer(self.row())
