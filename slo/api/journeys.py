"""Journeys over the API: a named, ordered set of services with the worst of their bands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.actions.catalog import JourneyFields, create_journey, delete_journey, update_journey
from relportal.core.drf.etags import etag
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Journey, Service, Team, User
from relportal.core.permissions import require
from slo.domain.bands import Band
from slo.queries.catalog_pages import journey_states


class StepSerializer(serializers.Serializer[Any]):
    service = serializers.CharField(source="slug")
    name = serializers.CharField()
    band = serializers.ChoiceField(choices=[band.value for band in Band])


class JourneySerializer(serializers.Serializer[Any]):
    """`band` is that of the worst step; no other number is made of several services."""

    slug = serializers.CharField(source="journey.slug")
    name = serializers.CharField(source="journey.name")
    description = serializers.CharField(source="journey.description")
    team = serializers.CharField(source="journey.team.slug", default=None, allow_null=True)
    band = serializers.ChoiceField(choices=[band.value for band in Band])
    steps = StepSerializer(many=True)
    version = serializers.IntegerField(source="journey.version")
    url = serializers.CharField(source="journey.get_absolute_url")


class JourneyUpdateSerializer(serializers.Serializer[Journey]):
    """What is not named stays; `services` are replaced as a whole, in the order of the customer."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(allow_blank=True, max_length=4000, required=False)
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    services: Any = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.all(), many=True, required=False
    )

    def journey_fields(self) -> JourneyFields:
        given, row = self.validated_data, self.instance
        steps = [] if row is None else [step.service for step in row.steps.select_related("service")]
        return JourneyFields(
            name=given.get("name", row.name if row else ""),
            description=given.get("description", row.description if row else ""),
            team=given.get("team", row.team if row else None),
            services=tuple(given.get("services", steps)),
        )


class JourneyCreateSerializer(JourneyUpdateSerializer):
    slug = serializers.SlugField(max_length=80, help_text="Stands in addresses and never changes.")


class JourneyViewSet(RowViewSet[Journey]):
    """Customer journeys with the state of their steps."""

    lookup_field = "slug"
    serializer_class = JourneySerializer

    def get_queryset(self) -> QuerySet[Journey]:
        user = self.request.user
        journeys = Journey.objects.select_related("team").order_by("pk")
        return journeys if isinstance(user, User) and user.roles else journeys.none()

    def list(self, request: Request) -> Response:
        require(self.user, "catalog.view")
        page = self.paginate_queryset(self.get_queryset()) or []
        rows: Any = journey_states(page, at=self.at)
        return self.get_paginated_response(JourneySerializer(rows, many=True).data)

    def answer(self, row: Journey, *, status: int = 200) -> Response:
        shown: Any = journey_states([row], at=self.at)[0]
        return Response(JourneySerializer(shown).data, status=status, headers=etag(row))

    @extend_schema(request=JourneyCreateSerializer, responses={201: JourneySerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "journey.edit")
        given = JourneyCreateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        slug = given.validated_data["slug"]
        made = create_journey(self.user, slug=slug, fields=given.journey_fields(), at=self.at)
        return self.answer(made, status=201)

    @extend_schema(request=JourneyUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        require(self.user, "journey.edit")
        journey = self.row()
        version = self.version()
        given = JourneyUpdateSerializer(journey, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        update_journey(self.user, journey, version=version, fields=given.journey_fields(), at=self.at)
        return self.answer(self.row())

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Deletes the list; its services are untouched."""
        require(self.user, "journey.edit")
        delete_journey(self.user, self.row(), at=self.at)
        return Response(status=204)
