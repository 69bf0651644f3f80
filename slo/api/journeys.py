"""Journeys over the API: a named, ordered set of services with the worst of their bands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from relportal.core.actions.catalog import JourneyFields, create_journey, delete_journey, update_journey
from relportal.core.drf.etags import etag, expected_version
from relportal.core.exceptions import Missing
from relportal.core.models import Journey, Service, Team, User
from relportal.core.permissions import require
from slo.api.services import IF_MATCH, api_user
from slo.domain.bands import Band
from slo.queries.catalog_pages import journey_page, journey_states


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


class JourneyViewSet(GenericViewSet[Journey]):
    """Customer journeys with the state of their steps."""

    lookup_field = "slug"
    serializer_class = JourneySerializer

    def get_queryset(self) -> QuerySet[Journey]:
        user = self.request.user
        journeys = Journey.objects.select_related("team").order_by("pk")
        return journeys if isinstance(user, User) and user.roles else journeys.none()

    def list(self, request: Request) -> Response:
        require(api_user(request), "catalog.view")
        page = self.paginate_queryset(self.get_queryset()) or []
        rows: Any = journey_states(page, at=timezone.now())
        return self.get_paginated_response(JourneySerializer(rows, many=True).data)

    def retrieve(self, request: Request, slug: str) -> Response:
        require(api_user(request), "catalog.view")
        row = journey_page(api_user(request), slug, at=timezone.now())
        return Response(JourneySerializer(row).data, headers=etag(row.journey))

    @extend_schema(request=JourneyCreateSerializer, responses={201: JourneySerializer})
    def create(self, request: Request) -> Response:
        require(api_user(request), "journey.edit")
        given = JourneyCreateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        slug = given.validated_data["slug"]
        create_journey(api_user(request), slug=slug, fields=given.journey_fields(), at=timezone.now())
        made = self.retrieve(request, slug)
        made.status_code = 201
        return made

    @extend_schema(request=JourneyUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        require(api_user(request), "journey.edit")
        journey = self._journey(slug)
        version = expected_version(request)
        given = JourneyUpdateSerializer(journey, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        update_journey(api_user(request), journey, version=version, fields=given.journey_fields(), at=timezone.now())
        return self.retrieve(request, slug)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Deletes the list; its services are untouched."""
        require(api_user(request), "journey.edit")
        delete_journey(api_user(request), self._journey(slug), at=timezone.now())
        return Response(status=204)

    def _journey(self, slug: str) -> Journey:
        journey = self.get_queryset().filter(slug=slug).first()
        if journey is None:
            raise Missing(_("There is no journey %(slug)s.") % {"slug": slug})
        return journey
