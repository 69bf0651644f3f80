"""Ratings over the API: what was thought of risks when, by whom and why."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.viewsets import RowViewSet
from risks.api.risk_serializers import RiskRatingSerializer
from risks.models import RatingKind, Risk, RiskRating


class RatingFilter(django_filters.FilterSet):
    risk = django_filters.NumberFilter("risk", help_text="The number of a risk.")
    kind = django_filters.ChoiceFilter(choices=RatingKind.choices)
    level = django_filters.CharFilter("level__key")
    since = InstantFilter("at", lookup_expr="gte")
    until = InstantFilter("at", lookup_expr="lt")


class RatingViewSet(RowViewSet[RiskRating]):
    """Every rating that was ever made, in the order in which they were made: the history of how risks moved."""

    serializer_class = RiskRatingSerializer
    filterset_class = RatingFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[RiskRating]:
        rows = RiskRating.objects.filter(risk__in=Risk.objects.visible_to(self.request.user))
        return rows.select_related("matrix", "likelihood", "impact", "level", "suggested", "by").order_by("pk")
