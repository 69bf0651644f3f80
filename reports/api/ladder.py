"""The ladder over the API: its versions, where services stand, what each rule says, and what people attest."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from reports.actions import ladder as acts
from reports.actions.attestations import Attested, attest
from reports.api.ladder_serializers import (
    AttestationSerializer,
    LadderDraftSerializer,
    LadderPublishSerializer,
    LadderVersionSerializer,
    RuleResultSerializer,
    ServiceLevelSerializer,
)
from reports.domain.ladder import Verdict
from reports.domain.ladder_text import from_json
from reports.facts import FACTS
from reports.models import Attestation, LadderVersion, RuleResult, ServiceLevel


class LadderViewSet(RowViewSet[LadderVersion]):
    """Versions of the ladder. What is in force is never edited: a draft is written as a whole, and published."""

    serializer_class = LadderVersionSerializer
    view_ability = "report.view"
    lookup_field = "number"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[LadderVersion]:
        return LadderVersion.objects.select_related("created_by").order_by("number")

    @extend_schema(request=LadderDraftSerializer, responses={201: LadderVersionSerializer})
    def create(self, request: Request) -> Response:
        """Drafts the next version, or replaces its draft."""
        require(self.user, "ladder.edit")
        body = self.given(LadderDraftSerializer)
        row = acts.begin_draft(self.user, at=self.at)
        ladder = from_json(body["content"])
        row = acts.edit_draft(self.user, row, name=body["name"], ladder=ladder, version=row.version, at=self.at)
        return self.answer(row, status=status.HTTP_201_CREATED)

    @extend_schema(request=LadderPublishSerializer, responses={200: LadderVersionSerializer})
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, number: str) -> Response:
        """Puts the draft in force; demands If-Match. A ladder with faults is refused, each named by its field."""
        require(self.user, "ladder.edit")
        row, version = self.row(), self.version()
        body = self.given(LadderPublishSerializer)
        return self.answer(acts.publish(self.user, row, note=body["note"], version=version, at=self.at))


class LastingFilter(django_filters.FilterSet):
    """`current`: only what lasts."""

    service = django_filters.CharFilter("service__slug")
    current = django_filters.BooleanFilter("until", lookup_expr="isnull")


class ServiceLevelFilter(LastingFilter):
    tier = django_filters.NumberFilter()
    team = django_filters.CharFilter("team__slug")


class ServiceLevelViewSet(RowViewSet[ServiceLevel]):
    """Where every service stands, and stood. `?current=true` gives one row a service."""

    serializer_class = ServiceLevelSerializer
    filterset_class = ServiceLevelFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[ServiceLevel]:
        return ServiceLevel.objects.select_related("service", "team", "ladder").order_by("pk")


class RuleResultFilter(LastingFilter):
    rule = django_filters.CharFilter()
    verdict = django_filters.ChoiceFilter(choices=[(each.value, each.value) for each in Verdict])


class RuleResultViewSet(RowViewSet[RuleResult]):
    """What each rule says of each service, and said."""

    serializer_class = RuleResultSerializer
    filterset_class = RuleResultFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[RuleResult]:
        return RuleResult.objects.select_related("service", "exception").order_by("pk")


class AttestationFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("service__slug")
    fact = django_filters.ChoiceFilter(choices=[(key, key) for key in sorted(FACTS)])


class AttestationViewSet(RowViewSet[Attestation]):
    """What somebody has seen of a service. Nothing is edited: the newest of a fact counts, as long as it holds."""

    serializer_class = AttestationSerializer
    filterset_class = AttestationFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Attestation]:
        return Attestation.objects.select_related("service", "by").order_by("pk")

    @extend_schema(responses={201: AttestationSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "ladder.attest")
        body: dict[str, Any] = self.given(AttestationSerializer)
        row = attest(self.user, Attested(**body), at=self.at)
        return self.answer(row, status=status.HTTP_201_CREATED)
