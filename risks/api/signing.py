"""Who signs what, and what executives have signed, over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.drf.instants import InstantFilter
from relportal.core.models import User
from relportal.core.permissions import require
from risks.api.exception_serializers import STANDS, SignatureSerializer
from risks.models import Approver, ExceptionKind, PolicyRow, Signature, Verdict
from risks.queries.exceptions.policy import policy
from risks.queries.exceptions.signed import SignedFilters, found
from risks.queries.exceptions.standing import Standing, standing


class PolicyRowSerializer(serializers.ModelSerializer[PolicyRow]):
    """Empty conditions fit everything. `approvers` sign in this order; it may last at most `max_days`."""

    kind = serializers.ChoiceField(choices=ExceptionKind.choices, allow_blank=True)
    approvers = serializers.ListField(child=serializers.ChoiceField(choices=Approver.choices))

    class Meta:
        model = PolicyRow
        fields = ("position", "kind", "tiers", "levels", "approvers", "max_days")
        read_only_fields = fields


class PolicySerializer(serializers.Serializer[Any]):
    """The first row by `position` that fits decides. `version` rises with every change of any of them."""

    version = serializers.IntegerField()
    rows = PolicyRowSerializer(many=True)


class ExceptionPolicy(APIView):
    """Who signs which exception, and how long it may last."""

    @extend_schema(responses=PolicySerializer, operation_id="exception_policy")
    def get(self, request: Request) -> Response:
        require(_person(request), "risk.view")
        return Response(PolicySerializer(policy()).data)


class ExecutiveSignatureSerializer(SignatureSerializer):
    """`state` is how the exception stands now."""

    exception = serializers.CharField(source="exception.short_id")
    kind = serializers.ChoiceField(source="exception.kind", choices=ExceptionKind.choices)
    title = serializers.CharField(source="exception.title")
    state = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(source="exception.expires_at")

    class Meta(SignatureSerializer.Meta):
        fields = ("id", "exception", "kind", "title", "state", "expires_at", *SignatureSerializer.Meta.fields)
        read_only_fields = fields

    @STANDS
    def get_state(self, row: Signature) -> Standing:
        return standing(row.exception, at=timezone.now())


class SignedFilter(django_filters.FilterSet):
    person = django_filters.CharFilter(method="of_person", label="E-mail of who signed, or was signed for")
    kind = django_filters.ChoiceFilter("exception__kind", choices=ExceptionKind.choices)
    verdict = django_filters.ChoiceFilter(choices=Verdict.choices)
    since = InstantFilter("at", lookup_expr="gte")
    until = InstantFilter("at", lookup_expr="lt")

    def of_person(self, rows: QuerySet[Signature], _name: str, email: str) -> QuerySet[Signature]:
        return rows.filter(Q(by__email=email) | Q(on_behalf_of__email=email))


class ExecutiveSignatures(ListAPIView[Signature]):
    """Everything that executives have signed or refused, each with what they had before them."""

    serializer_class = ExecutiveSignatureSerializer
    filterset_class = SignedFilter

    def get_queryset(self) -> QuerySet[Signature]:
        if getattr(self, "swagger_fake_view", False):
            return Signature.objects.none()
        user = _person(self.request)
        require(user, "risk.view")
        return found(user, SignedFilters()).select_related("by", "on_behalf_of", "exception").order_by("pk")


def _person(request: Request) -> User:
    if not isinstance(request.user, User):
        raise TypeError("this view needs an authenticated user")
    return request.user
