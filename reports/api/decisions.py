"""Asks and decisions over the API: what is wanted, what was decided on which numbers, and what came of it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.instants import InstantFilter
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.permissions import require
from reports.actions import asks as acts
from reports.actions.asks import AskGiven
from reports.actions.decisions import (
    DecisionGiven,
    decide,
    may_decide,
    may_follow,
    may_supersede,
    record,
    supersede,
    tell_outcome,
)
from reports.api.decision_serializers import (
    AskDecideSerializer,
    AskSerializer,
    AskWithdrawSerializer,
    AskWriteSerializer,
    DecisionOutcomeSerializer,
    DecisionSerializer,
    DecisionWriteSerializer,
)
from reports.domain.asks import Option
from reports.models import Ask, AskState, Decision
from reports.queries.asks import with_decisions


class AskFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=AskState.choices)
    decider = django_filters.CharFilter("decider__email", lookup_expr="iexact", help_text="An e-mail address.")
    ref = django_filters.CharFilter(method="of_ref", help_text="Such as RISK-7 or kpi:ttr.")

    def of_ref(self, rows: QuerySet[Ask], _name: str, ref: str) -> QuerySet[Ask]:
        return rows.filter(refs__contains=[ref.replace("\0", "")])


class AskViewSet(RowViewSet[Ask]):
    """Decisions that are wanted, with their options; deciding makes a decision with the numbers of that instant."""

    serializer_class = AskSerializer
    filterset_class = AskFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Ask]:
        return with_decisions(Ask.objects.order_by("pk"))

    @extend_schema(request=AskWriteSerializer, responses={201: AskSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "ask.edit")
        row = acts.ask(self.user, AskGiven(**_written(self.given(AskWriteSerializer))), at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=AskWriteSerializer, responses={200: AskSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """What is not given stays; demands If-Match."""
        row = self.row()
        acts.may_change(self.user, row)
        version = self.version()
        body = self.given(AskWriteSerializer, partial=True)
        acts.edit(self.user, row, acts.given_of(row, **_written(body)), version=version, at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk))

    def _shown(self, row: Decision) -> Any:
        return DecisionSerializer(_read().get(pk=row.pk), context=self.get_serializer_context()).data

    @extend_schema(request=AskDecideSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self.row()
        may_decide(self.user, row)
        body = self.given(AskDecideSerializer)
        made = decide(self.user, row, **body, at=self.at)
        return Response(self._shown(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=AskWithdrawSerializer, responses={200: AskSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.row()
        acts.may_change(self.user, row)
        body = self.given(AskWithdrawSerializer)
        acts.withdraw(self.user, row, reason=body["reason"], version=None, at=self.at)
        return self.answer(self.get_queryset().get(pk=row.pk))


def _written(body: dict[str, Any]) -> dict[str, Any]:
    if "options" in body:
        body["options"] = [Option(**each) for each in body["options"]]
    return body


class DecisionFilter(django_filters.FilterSet):
    by = django_filters.CharFilter("decided_by__email", lookup_expr="iexact", help_text="An e-mail address.")
    since = InstantFilter("decided_at", lookup_expr="gte")
    until = InstantFilter("decided_at", lookup_expr="lt")
    ref = django_filters.CharFilter(method="of_ref", help_text="Such as RISK-7 or kpi:ttr.")
    due_before = django_filters.DateFilter("due_on", lookup_expr="lt", help_text="Whose outcome is told before then.")

    def of_ref(self, rows: QuerySet[Decision], _name: str, ref: str) -> QuerySet[Decision]:
        return rows.filter(refs__contains=[ref.replace("\0", "")])


class DecisionViewSet(RowViewSet[Decision]):
    """What was decided. Nothing is edited: a new decision supersedes an old one."""

    serializer_class = DecisionSerializer
    filterset_class = DecisionFilter
    view_ability = "report.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Decision]:
        return _read()

    def _shown(self, row: Decision) -> Any:
        return self.get_serializer(_read().get(pk=row.pk)).data

    @extend_schema(request=DecisionWriteSerializer, responses={201: DecisionSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "decision.record")
        made = record(self.user, DecisionGiven(**self.given(DecisionWriteSerializer)), at=self.at)
        return Response(self._shown(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=DecisionWriteSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def supersede(self, request: Request, pk: str) -> Response:
        row = self.row()
        may_supersede(self.user, row)
        made = supersede(self.user, row, DecisionGiven(**self.given(DecisionWriteSerializer)), at=self.at)
        return Response(self._shown(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=DecisionOutcomeSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, pk: str) -> Response:
        row = self.row()
        may_follow(self.user, row)
        tell_outcome(self.user, row, **self.given(DecisionOutcomeSerializer), at=self.at)
        return Response(self._shown(row), status=status.HTTP_201_CREATED)


def _read() -> QuerySet[Any]:
    rows = Decision.objects.followed().select_related("ask", "decided_by", "recorded_by", "team", "supersedes")
    return rows.prefetch_related("outcomes__by").order_by("pk")
