"""Delegations over the API: who signs for whom, and from when to when."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.models import User
from relportal.core.permissions import require
from risks.actions.delegations import delegate, revoke
from risks.models import Delegation
from risks.queries.exceptions.delegations import When, visible, when


class DelegationSerializer(serializers.ModelSerializer[Delegation]):
    """`delegate` may sign for `person` from `starts_on` to `ends_on`, both included."""

    person = serializers.EmailField(source="person.email")
    delegate = serializers.EmailField(source="delegate.email")
    when = serializers.SerializerMethodField()

    class Meta:
        model = Delegation
        fields = ("id", "person", "delegate", "starts_on", "ends_on", "reason", "when", "created_at", "revoked_at")
        read_only_fields = fields

    def get_when(self, row: Delegation) -> When:
        return when(row, at=self.context["at"])


class DelegateSerializer(serializers.Serializer[Any]):
    delegate = serializers.SlugRelatedField[User](slug_field="email", queryset=User.objects.filter(is_active=True))
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day, included.")
    reason = serializers.CharField(max_length=300, help_text="Such as a holiday.")


class DelegationFilter(django_filters.FilterSet):
    person = django_filters.CharFilter("person__email")
    delegate = django_filters.CharFilter("delegate__email")


class DelegationViewSet(RowViewSet[Delegation]):
    """One's own and those to oneself; everybody's for who oversees."""

    serializer_class = DelegationSerializer
    filterset_class = DelegationFilter
    view_ability = "risk.view"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Delegation]:
        if getattr(self, "swagger_fake_view", False):
            return Delegation.objects.none()
        return visible(self.user).order_by("pk")

    def get_serializer_context(self) -> dict[str, Any]:
        return dict(super().get_serializer_context()) | {"at": self.at}

    @extend_schema(request=DelegateSerializer, responses={201: DelegationSerializer})
    def create(self, request: Request) -> Response:
        """Lets somebody sign for yourself; they are told. Nobody delegates for somebody else."""
        require(self.user, "exception.sign")
        given = self.given(DelegateSerializer)
        return self.answer(delegate(self.user, given.pop("delegate"), at=self.at, **given), status=201)

    @extend_schema(request=None, responses=DelegationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, **_kwargs: Any) -> Response:
        """From now on. What was signed by it stays signed."""
        require(self.user, "exception.sign")
        row = self.row()
        if row.person_id != self.user.pk:
            raise Missing(_("There is no such delegation of yours."))
        return self.answer(revoke(self.user, row, at=self.at))
