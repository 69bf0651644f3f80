"""Initiatives over the API: with where they stand, and begun, changed and ended there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Service, Team, User
from relportal.core.permissions import able, require
from reports.actions import initiatives as acts
from reports.actions.initiatives import Given
from reports.actions.inputs import scope_of
from reports.domain.initiatives import State
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.models import Goal, Initiative
from reports.queries.initiatives.listing import InitiativeLine, initiative_lines
from reports.queries.scopes import ScopeNames


class InitiativeSerializer(serializers.ModelSerializer[Initiative]):
    """`scope` is "", "tier:1", "team:payments" or "services". `done` of `services` meet the goal now, null for a KPI, whose
    `value` is that of the newest month. `expected` is what had to be reached by today."""

    owner = serializers.EmailField(source="owner.email")
    team = serializers.SlugField(source="team.slug", allow_null=True, default=None)
    goal = serializers.ChoiceField(choices=Goal.choices)
    scope = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    done = serializers.SerializerMethodField()
    services = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField(method_name="value_of")
    expected = serializers.SerializerMethodField()
    why_so = serializers.SerializerMethodField()
    baseline: serializers.JSONField = serializers.JSONField()

    class Meta:
        model = Initiative
        fields = (
            "id", "name", "why", "owner", "team", "scope", "goal", "key", "target", "starts_on", "due_on", "first_due_on",
            "baseline", "state", "done", "services", "value", "expected", "why_so", "ended_at", "ended_because",
        )  # fmt: skip

    def line(self, row: Initiative) -> InitiativeLine:
        """Read once for all rows of the answer."""
        lines: dict[int, InitiativeLine] = self.context["lines"]
        if row.pk not in lines:
            rows = self.instance if isinstance(self.instance, list) else (self.parent and self.parent.instance) or [row]
            pks = [one.pk for one in rows]
            lines.update({one.row.pk: one for one in initiative_lines(Q(pk__in=pks), at=self.context["view"].at)})
        return lines[row.pk]

    def get_scope(self, row: Initiative) -> str:
        names: ScopeNames = self.context["names"]
        return "services" if row.scope == ScopeKind.SERVICE else names.key(row.scope, row.number)

    def get_state(self, row: Initiative) -> State:
        return self.line(row).stands.state

    def get_done(self, row: Initiative) -> int | None:
        counted = self.line(row).stands.counted
        return counted.done if counted is not None else None

    def get_services(self, row: Initiative) -> int | None:
        counted = self.line(row).stands.counted
        return counted.scope if counted is not None else None

    def value_of(self, row: Initiative) -> float | None:
        return self.line(row).stands.value

    def get_expected(self, row: Initiative) -> float | None:
        return self.line(row).stands.expected

    def get_why_so(self, row: Initiative) -> str:
        return self.line(row).why


class InitiativeWriteSerializer(serializers.Serializer[Any]):
    """`key` is that of the level, the rule or the KPI; `services` count with the scope "services"."""

    name = serializers.CharField(max_length=120)
    why = serializers.CharField(max_length=4000, allow_blank=True, default="")
    owner: serializers.SlugRelatedField[User] = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.none()
    )
    team: serializers.SlugRelatedField[Team] = serializers.SlugRelatedField(
        slug_field="slug", queryset=Team.objects.all(), allow_null=True, default=None
    )
    scope = serializers.CharField(max_length=100, allow_blank=True, default="")
    services: serializers.SlugRelatedField[Service] = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.active(), many=True, required=False
    )
    goal = serializers.ChoiceField(choices=Goal.choices)
    key = serializers.CharField(max_length=40)
    target = serializers.FloatField(allow_null=True, default=None)
    starts_on = serializers.DateField()
    due_on = serializers.DateField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = able("initiative.edit")


class InitiativeEndSerializer(serializers.Serializer[Any]):
    because = serializers.CharField(max_length=1000)


class InitiativeFilter(django_filters.FilterSet):
    goal = django_filters.ChoiceFilter(choices=Goal.choices)
    ended = django_filters.BooleanFilter("ended_at", lookup_expr="isnull", exclude=True)


class InitiativeViewSet(RowViewSet[Initiative]):
    """What is to be reached by a day, and where it stands."""

    serializer_class = InitiativeSerializer
    filterset_class = InitiativeFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Initiative]:
        return Initiative.objects.select_related("owner", "team").order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "names": ScopeNames(), "lines": {}}

    @extend_schema(request=InitiativeWriteSerializer, responses={201: InitiativeSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "initiative.edit")
        body = self.given(InitiativeWriteSerializer)
        return self.answer(acts.begin(self.user, Given(**_written(body)), at=self.at), status=status.HTTP_201_CREATED)

    @extend_schema(request=InitiativeWriteSerializer, responses={200: InitiativeSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays; demands If-Match."""
        row = self.row()
        require(self.user, "initiative.edit", row)
        version = self.version()
        body = self.given(InitiativeWriteSerializer, partial=True)
        given = replace(acts.given_of(row), **_written(body))
        return self.answer(acts.edit(self.user, row, given, version=version, at=self.at))

    @extend_schema(request=InitiativeEndSerializer, responses={200: InitiativeSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Demands If-Match."""
        row = self.row()
        require(self.user, "initiative.edit", row)
        version = self.version()
        body = self.given(InitiativeEndSerializer)
        return self.answer(acts.end(self.user, row, because=body["because"], version=version, at=self.at))


def _written(body: dict[str, Any]) -> dict[str, Any]:
    """Raises: Invalid for a scope that is not there."""
    if "scope" not in body:
        return body
    key = body["scope"].replace("\0", "")
    kind, _colon, short = key.partition(":")
    if key == "services":
        scope = Scope(ScopeKind.SERVICE)
    elif kind == ScopeKind.TIER and short.isdecimal() and len(short) < 3:
        scope = Scope(ScopeKind.TIER, int(short))
    else:
        scope = scope_of(kind, short) if key else COMPANY
    return body | {"scope": scope}
