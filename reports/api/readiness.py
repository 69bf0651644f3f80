"""Reviews of launches over the API, the template, and the verdict that release tools ask for."""

from __future__ import annotations

import datetime as dt

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.models import Service, User
from relportal.core.permissions import require
from reports.actions import readiness as acts
from reports.actions.readiness import ReviewGiven
from reports.actions.readiness_answers import AnswerGiven, answer
from reports.actions.readiness_templates import put_in_force
from reports.api.readiness_serializers import (
    ReadinessAgainSerializer,
    ReadinessAnswerSerializer,
    ReadinessDecideSerializer,
    ReadinessEditSerializer,
    ReadinessGateSerializer,
    ReadinessLaunchSerializer,
    ReadinessOpenSerializer,
    ReadinessReviewSerializer,
    ReadinessTemplateSerializer,
    ReadinessTemplateWriteSerializer,
    ReadinessWithdrawSerializer,
)
from reports.domain.readiness import Result
from reports.domain.readiness_text import from_json
from reports.models import ReadinessReview, ReadinessState, ReadinessTemplate, ReadinessVerdict, ReviewKind
from reports.queries.readiness.gate import gate_of, gate_of_service


class ReadinessReviewFilter(django_filters.FilterSet):
    service = django_filters.CharFilter("service__slug")
    team = django_filters.CharFilter("service__team__slug")
    state = django_filters.ChoiceFilter(choices=ReadinessState.choices)
    verdict = django_filters.ChoiceFilter(choices=ReadinessVerdict.choices)
    kind = django_filters.ChoiceFilter(choices=ReviewKind.choices)
    planned_from = django_filters.DateFilter("planned_on", lookup_expr="gte")
    planned_before = django_filters.DateFilter("planned_on", lookup_expr="lt")
    against = django_filters.BooleanFilter(help_text="Launched without a decision, or against it.")


class ReadinessReviewViewSet(RowViewSet[ReadinessReview]):
    """Reviews of launches. The items make the verdict; a decision freezes it."""

    serializer_class = ReadinessReviewSerializer
    filterset_class = ReadinessReviewFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[ReadinessReview]:
        if getattr(self, "swagger_fake_view", False):
            return ReadinessReview.objects.none()
        rows = ReadinessReview.objects.visible_to(self.user).order_by("pk")
        return rows.select_related("service__team", "author", "template", "decided_by", "follows")

    def _again(self, row: ReadinessReview, *, status: int = 200) -> Response:
        return self.answer(self.get_queryset().get(pk=row.pk), status=status)

    @extend_schema(request=ReadinessOpenSerializer, responses={201: ReadinessReviewSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, acts.EDIT)
        row = acts.begin(self.user, ReviewGiven(**self.given(ReadinessOpenSerializer)), at=self.at)
        return self._again(row, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReadinessEditSerializer, parameters=[IF_MATCH], responses={200: ReadinessReviewSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays. Once it is decided, only the day moves. Demands If-Match."""
        row = self.row()
        require(self.user, acts.EDIT, row)
        version = self.version()
        stands = {name: getattr(row, name) for name in acts.FIELDS}
        given = self.given(ReadinessEditSerializer, partial=True)
        return self._again(acts.edit(self.user, row, **stands | given, version=version, at=self.at))

    @extend_schema(request=ReadinessAnswerSerializer, responses={200: ReadinessReviewSerializer})
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, pk: str) -> Response:
        """Answers one item, in the place of what was answered before."""
        row = self.row()
        require(self.user, acts.EDIT, row)
        body = self.given(ReadinessAnswerSerializer)
        given = AnswerGiven(**{**body, "result": Result(body["result"])})
        return self._again(answer(self.user, row, given, version=None, at=self.at))

    @extend_schema(request=ReadinessDecideSerializer, responses={200: ReadinessReviewSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Freezes the verdict; demands If-Match."""
        row = self.row()
        require(self.user, acts.DECIDE, row)
        version = self.version()
        body = self.given(ReadinessDecideSerializer)
        return self._again(acts.decide(self.user, row, **body, version=version, at=self.at))

    @extend_schema(request=ReadinessLaunchSerializer, responses={200: ReadinessReviewSerializer})
    @action(detail=True, methods=["post"])
    def launch(self, request: Request, pk: str) -> Response:
        """Records that it was launched, also where nobody has found it ready."""
        row = self.row()
        require(self.user, acts.EDIT, row)
        body = self.given(ReadinessLaunchSerializer)
        return self._again(acts.launch(self.user, row, **body, version=None, at=self.at))

    @extend_schema(request=ReadinessWithdrawSerializer, responses={200: ReadinessReviewSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.row()
        require(self.user, acts.EDIT, row)
        body = self.given(ReadinessWithdrawSerializer)
        return self._again(acts.withdraw(self.user, row, **body, version=None, at=self.at))

    @extend_schema(request=ReadinessAgainSerializer, responses={201: ReadinessReviewSerializer})
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: str) -> Response:
        """A new review with the answers of a decided one."""
        row = self.row()
        require(self.user, acts.EDIT, row)
        body = self.given(ReadinessAgainSerializer)
        made = acts.again(self.user, row, **body, at=self.at)
        return self._again(made, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: ReadinessGateSerializer})
    @action(detail=True, methods=["get"])
    def verdict(self, request: Request, pk: str) -> Response:
        """May this be launched? For release tools: `allow`, and what stands against it."""
        require(self.user, self.view_ability)
        return _told(self.row(), at=self.at)


class ReadinessTemplateViewSet(RowViewSet[ReadinessTemplate]):
    """Versions of the readiness template; the highest number is in force, and none is edited."""

    serializer_class = ReadinessTemplateSerializer
    view_ability = "report.view"
    lookup_field = "number"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[ReadinessTemplate]:
        return ReadinessTemplate.objects.select_related("created_by").order_by("number")

    @extend_schema(request=ReadinessTemplateWriteSerializer, responses={201: ReadinessTemplateSerializer})
    def create(self, request: Request) -> Response:
        """Puts the next version in force. A template with flaws is refused, each named."""
        require(self.user, "readiness.template")
        body = self.given(ReadinessTemplateWriteSerializer)
        template = from_json({"items": body["items"]})
        row = put_in_force(self.user, template, note=body["note"], version=body["replaces"], at=self.at)
        return self.answer(row, status=status.HTTP_201_CREATED)


class ServiceReadinessView(APIView):
    """The verdict of a service: that of its newest decided launch, or how the newest open review stands."""

    @extend_schema(responses={200: ReadinessGateSerializer})
    def get(self, request: Request, slug: str) -> Response:
        user = request.user
        if not isinstance(user, User):
            raise TypeError("this view needs an authenticated user")
        require(user, "report.view")
        service = Service.objects.visible_to(user).filter(slug=slug).first()
        if service is None:
            raise Missing(_("There is no such service."))
        return Response(ReadinessGateSerializer(gate_of_service(service, at=timezone.now())).data)


def _told(one: ReadinessReview, *, at: dt.datetime) -> Response:
    return Response(ReadinessGateSerializer(gate_of(one, at=at)).data)
