"""Deploys over the API: recorded by any pipeline, with a token."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions.deploys import record_deploy
from incidents.api.change_figures import AskFiguresSerializer, ChangeFiguresSerializer, scope, told
from incidents.api.change_risk import ChangeRiskSerializer
from incidents.models import Deploy, DeployState, Integration
from incidents.queries.change_risk import risks_of_deploys
from incidents.queries.changes import change_figures
from incidents.webhooks._base import EARLIEST, ToldDeploy
from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.models import Service
from relportal.core.permissions import require


class DeploySerializer(serializers.ModelSerializer[Deploy]):
    """`finished_at` null: it goes on. `size` is the number of changed lines, null where nobody said. `rollback_automatic`: a
    machine rolled back (true) or a person (false); null where nobody said, or where it is no rollback."""

    service = serializers.SlugRelatedField[Service](slug_field="slug", read_only=True)
    integration = serializers.SlugRelatedField[Integration](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Deploy
        fields = (
            "id", "service", "environment", "key", "revision", "description", "author", "url", "size", "state", "is_rollback",
            "rollback_automatic", "is_hotfix", "started_at", "finished_at", "integration",
        )  # fmt: skip
        read_only_fields = fields


class RecordDeploySerializer(serializers.Serializer[Any]):
    """`key` makes it one deploy however often it is told: the number of the pipeline's run, or else the revision.

    Without `started_at` it starts as of now; without `finished_at` a deploy that succeeded or failed ends as of then.
    """

    service = serializers.CharField(max_length=120, help_text="Short name of the service.")
    key = serializers.CharField(max_length=128, required=False, allow_blank=True, default="")
    revision = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    description = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    environment = serializers.CharField(max_length=60, default="production")
    author = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    url = serializers.URLField(max_length=500, required=False, allow_blank=True, default="")
    size = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None)
    state = serializers.ChoiceField(choices=DeployState.choices, default=DeployState.SUCCEEDED.value)
    is_rollback = serializers.BooleanField(default=False)
    rollback_automatic = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="A machine rolled back (true), or a person (false)."
    )
    is_hotfix = serializers.BooleanField(default=False, help_text="It mends what the deploy before it broke.")
    started_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    finished_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["key"] and not attrs["revision"]:
            raise serializers.ValidationError({"key": "Send a key or a revision, so that it is recorded once."})
        if attrs["rollback_automatic"] is not None and not attrs["is_rollback"]:
            raise serializers.ValidationError(
                {"rollback_automatic": "This is said of a rollback: send is_rollback too."}
            )
        if attrs["is_rollback"] and attrs["is_hotfix"]:
            raise serializers.ValidationError({"is_hotfix": "A rollback takes back, a hotfix goes forward: send one."})
        for name in ("started_at", "finished_at"):
            if attrs[name] and attrs[name] < EARLIEST:
                raise serializers.ValidationError({name: "This is before the year 2000. Check the date."})
        if attrs["started_at"] and attrs["finished_at"] and attrs["finished_at"] < attrs["started_at"]:
            raise serializers.ValidationError({"finished_at": "It ends before it starts."})
        return attrs


class DeployFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("service__slug")
    team = django_filters.CharFilter("service__team__slug")
    environment = django_filters.CharFilter("environment")
    state = django_filters.ChoiceFilter(choices=DeployState.choices)
    is_rollback = django_filters.BooleanFilter("is_rollback")
    is_hotfix = django_filters.BooleanFilter("is_hotfix")
    since = InstantFilter("started_at", lookup_expr="gte")
    until = InstantFilter("started_at", lookup_expr="lt")


class DeployViewSet(RowViewSet[Deploy]):
    """Changes that went out."""

    push = True
    serializer_class = DeploySerializer
    filterset_class = DeployFilter
    view_ability = "incident.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Deploy]:
        rows = Deploy.objects.filter(service__in=Service.objects.visible_to(self.request.user))
        return rows.select_related("service__team", "integration").order_by("pk")

    @extend_schema(request=RecordDeploySerializer, responses={201: DeploySerializer})
    def create(self, request: Request) -> Response:
        """Records a deploy, or what became of it. Telling it again changes nothing; the order does not matter."""
        require(self.user, "deploy.record")
        given = self.given(RecordDeploySerializer)
        slug = given.pop("service")
        service = Service.objects.visible_to(self.request.user).select_related("team").filter(slug=slug).first()
        if service is None:
            raise serializers.ValidationError({"service": f"There is no service {slug[:80]}."})
        started = given.pop("started_at") or given["finished_at"] or self.at
        finished = given.pop("finished_at")
        reported = ToldDeploy(
            key=given.pop("key") or given["revision"],
            services=(slug,),
            started=started,
            finished=finished if given["state"] != DeployState.STARTED.value else None,
            **given,
        )
        row = record_deploy(self.user, service, reported, at=self.at)
        return self.answer(row, status=201)

    @extend_schema(responses=ChangeRiskSerializer)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def risk(self, request: Request, pk: str) -> Response:
        """How risky it was when it began, with the reasons."""
        require(self.user, self.view_ability)
        row = self.row()
        return Response(ChangeRiskSerializer(risks_of_deploys(self.user, [row])[row.pk]).data)

    @extend_schema(parameters=[AskFiguresSerializer], responses=ChangeFiguresSerializer)
    @action(detail=False, methods=["get"], filterset_class=None, pagination_class=None)
    def figures(self, request: Request) -> Response:
        """Change failure rate, rollback rate and lead to failure, in all and by service."""
        require(self.user, self.view_ability)
        asked = AskFiguresSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(told(change_figures(self.user, scope(asked.validated_data))))
