"""The portal's own work over the API: what is late or in trouble, and another try for it."""

from __future__ import annotations

import functools
import operator
from typing import ClassVar, Final

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from relportal.core.actions.operations import retry_work
from relportal.core.drf.parameters import filtered_by
from relportal.core.drf.viewsets import RowViewSet
from relportal.core.exceptions import Invalid
from relportal.core.filters import Reader, slug
from relportal.core.models import User, WorkItem
from relportal.core.permissions import allowed, require
from relportal.core.queries.operations import STATES, work_items

FILTERS: Final = {
    "kind": "slo.collect and the like; several with commas.",
    "state": "troubled (in quarantine, out of attempts, or done in part), late, running, waiting, done; several with commas.",
}


class WorkItemSerializer(serializers.ModelSerializer[WorkItem]):
    class Meta:
        model = WorkItem
        fields = (
            "id", "kind", "key", "queue", "state", "due_at", "every_s", "lease_until", "attempts", "last_error",
            "last_run_at", "last_run_ms",
        )  # fmt: skip
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "every_s": {"help_text": "Seconds between two runs; null for work that is done once."},
            "lease_until": {"help_text": "Until when a worker has it."},
            "last_run_ms": {"help_text": "Milliseconds that the last run took."},
        }


@filtered_by(FILTERS)
class WorkItemViewSet(RowViewSet[WorkItem]):
    """Pieces of work that are due or done: the page Operations."""

    view_ability: ClassVar[str] = "work.view"
    serializer_class = WorkItemSerializer
    lookup_value_regex = r"\d+"

    def get_queryset(self) -> QuerySet[WorkItem]:
        user = self.request.user
        if not (isinstance(user, User) and allowed(user, self.view_ability)):
            return WorkItem.objects.none()
        if self.action != "list":
            return WorkItem.objects.all()
        reader = Reader(self.request.query_params)
        states = reader.several("state", _state) or ("",)
        kinds = reader.several("kind", slug)
        if reader.wrong:
            raise Invalid({"query": reader.wrong})
        found = functools.reduce(operator.or_, (work_items(state, at=self.at) for state in states))
        return found.filter(kind__in=kinds) if kinds else found

    @extend_schema(request=None, responses=WorkItemSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Makes it due now with all attempts before it, out of the quarantine too; 409 while a worker has it."""
        require(self.user, "work.retry")
        return self.answer(retry_work(self.user, self.row(), at=self.at))


def _state(text: str) -> str:
    """Raises: ValueError."""
    if text not in STATES:
        raise ValueError(text)
    return text
