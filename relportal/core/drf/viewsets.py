"""What the viewsets of all apps share: the viewer, default deny, cursor pages, ETags, and missing rows in one wording.

A viewset of an app gives `get_queryset` (by `visible_to`), a serializer for reading, and methods that call the app's action
functions; nothing is ever written by a serializer's `save`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from relportal.core.drf.etags import etag, expected_version
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import User
from relportal.core.permissions import require

M = TypeVar("M", bound=Model)


class RowViewSet(GenericViewSet[M]):
    """Reads a list and a row; subclasses add `create`, `partial_update` and actions.

    `view_ability` is required for reading. Rows with a `version` answer with an ETag, and `self.version()` in a write
    demands If-Match.
    """

    view_ability: ClassVar[str] = "catalog.view"

    @property
    def user(self) -> User:
        """The signed-in user; default deny lets nobody else through."""
        if not isinstance(self.request.user, User):
            raise TypeError("this view needs an authenticated user")
        return self.request.user

    @property
    def at(self) -> dt.datetime:
        """The instant of the request, read once."""
        if not hasattr(self, "_at"):
            self._at = timezone.now()
        return self._at

    def list(self, request: Request) -> Response:
        require(self.user, self.view_ability)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, **_kwargs: Any) -> Response:
        require(self.user, self.view_ability)
        return self.answer(self.row())

    def row(self) -> M:
        """Raises: Missing, also for a row that the viewer may not see."""
        given = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        try:
            found = self.get_queryset().filter(**{self.lookup_field: given}).first()
        except (ValueError, OverflowError):
            found = None
        if found is None:
            raise Missing(_("There is nothing here with the id %(id)s.") % {"id": str(given)[:100]})
        return found

    def version(self) -> int | None:
        """The version that the caller replaces, None for `If-Match: *`. Raises: PreconditionRequired (428)."""
        return expected_version(self.request)

    def given(self, serializer: type[BaseSerializer[Any]], row: Any = None, *, partial: bool = False) -> dict[str, Any]:
        """The checked body. Raises: DRF's ValidationError, which becomes a 422 problem; Invalid."""
        filled = serializer(row, data=self.request.data, partial=partial, context=self.get_serializer_context())
        try:
            filled.is_valid(raise_exception=True)
        except OverflowError:
            # JSON has integers of any length, and DRF's FloatField lets float() raise.
            raise Invalid(_("A number of the body is too large: give at most 10^308.")) from None
        data: dict[str, Any] = filled.validated_data
        return data

    def answer(self, row: M, *, status: int = 200) -> Response:
        headers = etag(row) if hasattr(row, "version") else None
        return Response(self.get_serializer(row).data, status=status, headers=headers)
