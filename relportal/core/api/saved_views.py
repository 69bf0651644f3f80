"""Saved views of lists over the API."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core import saved
from relportal.core.actions.saved_views import create_view, delete_view, require_edit, update_view
from relportal.core.drf.parameters import IF_MATCH, filtered_by
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.models import SavedView, Team, User
from relportal.core.models.saved import MOST_QUERY
from relportal.core.permissions import require


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    team = serializers.SlugRelatedField[Team](
        slug_field="slug", read_only=True, allow_null=True, help_text="Null for a view of one's own."
    )
    url = serializers.SerializerMethodField(help_text="Address of the list with the view open.")

    class Meta:
        model = SavedView
        fields = ("id", "page", "name", "query", "team", "url", "version")

    def get_url(self, view: SavedView) -> str:
        return saved.address(view.page, view.query)


class SavedViewUpdateSerializer(serializers.Serializer[SavedView]):
    """What is not named stays."""

    name = serializers.CharField(max_length=60)
    query = serializers.CharField(
        max_length=MOST_QUERY,
        allow_blank=True,
        required=False,
        help_text="Query string of the list: tier=1&sort=-burn.",
    )


class SavedViewCreateSerializer(SavedViewUpdateSerializer):
    page = serializers.SlugField(max_length=40, help_text="services or objectives.")
    team = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Team.objects.all(),
        required=False,
        allow_null=True,
        help_text="Whose view it becomes, for everyone to open; left out, it is the caller's own.",
    )


@filtered_by({"page": "services or objectives."})
class SavedViewViewSet(RowViewSet[SavedView]):
    """Filters and order of a list under a name: the caller's own, and those of every team."""

    serializer_class = SavedViewSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[SavedView]:
        user = self.request.user
        if not isinstance(user, User):
            return SavedView.objects.none()
        rows = SavedView.objects.visible_to(user).select_related("team").order_by("pk")
        page = self.request.query_params.get("page") if self.action == "list" else None
        if page is None:
            return rows
        if not saved.known(page):
            raise Invalid({"page": _("There is no list “%(page)s”.") % {"page": page[:40]}})
        return rows.filter(page=page)

    @extend_schema(request=SavedViewCreateSerializer, responses={201: SavedViewSerializer})
    def create(self, request: Request) -> Response:
        require(self.user, "view.edit")
        given = {"query": "", "team": None} | self.given(SavedViewCreateSerializer)
        return self.answer(create_view(self.user, at=self.at, **given), status=201)

    @extend_schema(request=SavedViewUpdateSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.row()
        require_edit(self.user, row)
        version = self.version()
        given = self.given(SavedViewUpdateSerializer, partial=True)
        return self.answer(update_view(self.user, row, version=version, at=self.at, **given))

    def destroy(self, request: Request, pk: str) -> Response:
        delete_view(self.user, self.row(), at=self.at)
        return Response(status=204)
