"""What feeds the counts, over the API: history that is read again, and counts that other tools push."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.models import User
from relportal.core.permissions import require
from slo.actions.backfill import MAX_DAYS, cancel_backfill, request_backfill
from slo.actions.push import AT_ONCE, PushedCount, push_counts
from slo.models import Backfill, Indicator


class BackfillSerializer(serializers.ModelSerializer[Backfill]):
    indicator = serializers.SlugRelatedField[Indicator](slug_field="slug", read_only=True)

    class Meta:
        model = Backfill
        fields = (
            "id", "indicator", "generation", "start", "end", "cursor", "chunks_done", "chunks_total", "state", "error",
            "requested_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class BackfillRequestSerializer(serializers.Serializer[Any]):
    indicator = serializers.SlugRelatedField(slug_field="slug", queryset=Indicator.objects.all())
    days = serializers.IntegerField(min_value=1, max_value=MAX_DAYS)


class BackfillViewSet(RowViewSet[Backfill]):
    """History being read from a source, newest day first."""

    serializer_class = BackfillSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Backfill]:
        return Backfill.objects.select_related("indicator").order_by("pk")

    @extend_schema(request=BackfillRequestSerializer, responses={201: BackfillSerializer})
    def create(self, request: Request) -> Response:
        """Reads the last days of an indicator's history in the background."""
        require(self.user, "backfill.request")
        given = self.given(BackfillRequestSerializer)
        row = request_backfill(self.user, given["indicator"], days=given["days"], at=self.at)
        return self.answer(row, status=201)

    @extend_schema(request=None, responses=BackfillSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stops after the chunk that is being read; what was read stays."""
        cancel_backfill(self.user, self.row(), at=self.at)
        return self.answer(self.row())


class CountSerializer(serializers.Serializer[Any]):
    service = serializers.CharField(max_length=200, help_text="The label value, or short name, of the service.")
    start = serializers.DateTimeField(help_text="On the 5-minute grid.")
    end = serializers.DateTimeField(help_text="On the 5-minute grid, after start.")
    bad = serializers.FloatField()
    total = serializers.FloatField()


class CountsSerializer(serializers.Serializer[Any]):
    counts = serializers.ListField(child=CountSerializer(), min_length=1, max_length=AT_ONCE)


class PushedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    watermark = serializers.DateTimeField(allow_null=True)


class PushCounts(APIView):
    """Takes good and total counts of any other tool; repeating a push changes nothing, late counts find their place."""

    push = True

    @extend_schema(request=CountsSerializer, responses=PushedSerializer)
    def post(self, request: Request, slug: str) -> Response:
        user = request.user
        if not isinstance(user, User):
            raise TypeError("this view needs an authenticated user")
        require(user, "measurement.push")
        indicator = Indicator.objects.select_related("source", "team").filter(slug=slug).first()
        if indicator is None:
            raise Missing(_("There is no indicator %(slug)s.") % {"slug": slug[:100]})
        given = CountsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        counts = [PushedCount(**one) for one in given.validated_data["counts"]]
        return Response(PushedSerializer(push_counts(user, indicator, counts, at=timezone.now())).data)
