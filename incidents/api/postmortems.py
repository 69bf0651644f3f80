"""Postmortems over the API: read by search, begun and written through the same actions as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from incidents.actions import postmortems as acts
from incidents.models import (
    FailureMode,
    Incident,
    Postmortem,
    PostmortemComment,
    PostmortemSection,
    PostmortemState,
    SectionKind,
)
from relportal.core.drf.parameters import IF_MATCH
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Missing
from relportal.core.models import User
from relportal.core.permissions import require


class SectionSerializer(serializers.ModelSerializer[PostmortemSection]):
    """`text` is markdown."""

    class Meta:
        model = PostmortemSection
        fields = ("kind", "text", "version")


class CommentSerializer(serializers.ModelSerializer[PostmortemComment]):
    author = serializers.EmailField(source="author.email", read_only=True)

    class Meta:
        model = PostmortemComment
        fields = ("id", "section", "text", "author", "at", "settled_at")
        read_only_fields = ("id", "author", "at", "settled_at")


class PostmortemSerializer(serializers.ModelSerializer[Postmortem]):
    """`id` is that of its incident; `due_at` null: nothing is asked, or the incident goes on."""

    id = serializers.CharField(source="incident.short_id", read_only=True)
    title = serializers.CharField(source="incident.title", read_only=True)
    owner = serializers.EmailField(source="owner.email", read_only=True, allow_null=True, default=None)
    approved_by = serializers.EmailField(source="approved_by.email", read_only=True, allow_null=True, default=None)
    failure_modes = serializers.SlugRelatedField[FailureMode](
        source="incident.failure_modes", slug_field="slug", many=True, read_only=True
    )
    sections = SectionSerializer(many=True, read_only=True)
    comments = CommentSerializer(many=True, read_only=True)

    class Meta:
        model = Postmortem
        fields = (
            "id", "title", "state", "owner", "due_at", "published_at", "approved_by", "tags", "failure_modes",
            "no_actions_because", "sections", "comments", "created_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class BeginSerializer(serializers.Serializer[Any]):
    incident = serializers.RegexField(r"^(INC-)?[0-9]{1,9}$", help_text="Such as INC-12.")


class DescribeSerializer(serializers.Serializer[Any]):
    owner = serializers.SlugRelatedField[User](
        slug_field="email", queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, required=False)
    failure_modes = serializers.SlugRelatedField[FailureMode](
        slug_field="slug", queryset=FailureMode.objects.all(), many=True, required=False
    )
    no_actions_because = serializers.CharField(max_length=500, required=False, allow_blank=True)


class WriteSectionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SectionKind.choices)
    text = serializers.CharField(max_length=50_000, allow_blank=True, trim_whitespace=False)
    version = serializers.IntegerField(
        min_value=1, required=False, help_text="That of the section which is replaced; 409 when it was changed since."
    )


class MovePostmortemSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=PostmortemState.choices)


class PostmortemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="filter_words", help_text='Words, "a phrase", -without.')
    state = django_filters.MultipleChoiceFilter(choices=PostmortemState.choices)
    failure_mode = django_filters.CharFilter("incident__failure_modes__slug")
    tag = django_filters.CharFilter(method="filter_tag")
    team = django_filters.CharFilter("incident__team__slug")
    service = django_filters.CharFilter("incident__services__slug")

    def filter_words(self, rows: QuerySet[Postmortem], _name: str, words: str) -> QuerySet[Postmortem]:
        text = words.replace("\0", " ")
        return rows.filter(search=SearchQuery(text, search_type="websearch", config="english"))

    def filter_tag(self, rows: QuerySet[Postmortem], _name: str, tag: str) -> QuerySet[Postmortem]:
        return rows.filter(tags__contains=[tag])


class PostmortemViewSet(RowViewSet[Postmortem]):
    """What was learnt of incidents; its address holds the number of the incident."""

    serializer_class = PostmortemSerializer
    filterset_class = PostmortemFilter
    view_ability = "incident.view"
    lookup_field = "incident_id"
    lookup_url_kwarg = "pk"
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[Postmortem]:
        rows = Postmortem.objects.visible_to(self.request.user).defer("search")
        words = rows.select_related("incident", "owner", "approved_by")
        return words.prefetch_related("sections", "comments__author", "incident__failure_modes").order_by("pk")

    @extend_schema(request=BeginSerializer, responses={201: PostmortemSerializer})
    def create(self, request: Request) -> Response:
        """Begins that of an incident, with what the portal knows filled in; the one that is there is given again."""
        require(self.user, "postmortem.edit")
        number = self.given(BeginSerializer)["incident"].removeprefix("INC-")
        incident = Incident.objects.visible_to(self.user).filter(pk=number).first()
        if incident is None:
            raise Missing(f"There is no incident {number}.")
        return self.answer(acts.open_postmortem(self.user, incident, at=self.at), status=201)

    @extend_schema(parameters=[IF_MATCH], request=DescribeSerializer, responses=PostmortemSerializer)
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Owner, tags, failure modes; what is not given stays."""
        require(self.user, "postmortem.edit")
        row, given = self.row(), self.given(DescribeSerializer, partial=True)
        acts.describe(
            self.user,
            row,
            version=self.version(),
            owner=given.get("owner", row.owner),
            tags=given.get("tags", row.tags),
            failure_modes=given.get("failure_modes", list(row.incident.failure_modes.all())),
            no_actions_because=given.get("no_actions_because", row.no_actions_because),
            at=self.at,
        )
        return self.answer(self.row())

    @extend_schema(request=WriteSectionSerializer, responses=SectionSerializer)
    @action(detail=True, methods=["post"])
    def sections(self, request: Request, **_kwargs: Any) -> Response:
        """Writes a section; one that the template left out is added."""
        require(self.user, "postmortem.edit")
        row, given = self.row(), self.given(WriteSectionSerializer)
        kind = SectionKind(given["kind"])
        part = row.sections.filter(kind=kind).first() or acts.add_section(self.user, row, kind, at=self.at)
        written = acts.write_section(self.user, part, given["text"], version=given.get("version"), at=self.at)
        return Response(SectionSerializer(written).data)

    @extend_schema(request=CommentSerializer, responses={201: CommentSerializer})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, **_kwargs: Any) -> Response:
        require(self.user, "incident.view")
        row, given = self.row(), self.given(CommentSerializer)
        said = acts.comment(self.user, row, given["text"], section=given.get("section", ""), at=self.at)
        return Response(CommentSerializer(said).data, status=201)

    @extend_schema(request=MovePostmortemSerializer, responses=PostmortemSerializer)
    @action(detail=True, methods=["post"])
    def state(self, request: Request, **_kwargs: Any) -> Response:
        """Into review, approved (by someone else than its owner), published, or back to draft."""
        require(self.user, "postmortem.edit")
        row, given = self.row(), self.given(MovePostmortemSerializer)
        acts.move(self.user, row, given["state"], at=self.at)
        return self.answer(self.row())
