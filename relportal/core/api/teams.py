"""Teams over the API."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.actions.accounts import create_team, update_team
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Team, User
from relportal.core.permissions import require


class TeamSerializer(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ("slug", "name", "description", "version")


class TeamUpdateSerializer(serializers.Serializer[Team]):
    """What is not named stays."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(allow_blank=True, max_length=2000, required=False)


class TeamCreateSerializer(TeamUpdateSerializer):
    slug = serializers.SlugField(max_length=50, help_text="Stands in addresses and never changes.")


class TeamViewSet(RowViewSet[Team]):
    """Who owns services and acts when their budgets burn."""

    lookup_field = "slug"
    serializer_class = TeamSerializer

    def get_queryset(self) -> QuerySet[Team]:
        user = self.request.user
        return Team.objects.order_by("pk") if isinstance(user, User) and user.roles else Team.objects.none()

    @extend_schema(request=TeamCreateSerializer, responses={201: TeamSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "team.edit")
        given = self.given(TeamCreateSerializer)
        return self.answer(create_team(self.user, at=self.at, **given), status=201)

    @extend_schema(request=TeamUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        require(self.user, "team.edit")
        row, version = self.row(), self.version()
        given = {"name": row.name, "description": row.description} | self.given(TeamUpdateSerializer, partial=True)
        words = cast(dict[str, Any], given)
        return self.answer(update_team(self.user, row, version=version, at=self.at, **words))
