"""Cursor pagination: stable while rows are added, and as cheap on the last page as on the first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    """A viewset may set `ordering` to a unique, never null order; `?page_size=` goes up to 500."""

    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        ordering = getattr(view, "ordering", self.ordering)
        return (ordering,) if isinstance(ordering, str) else tuple(ordering)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """Raises: NotFound for any cursor that is not ours; DRF checks its base64, but not the position inside."""
        try:
            page: list[Any] | None = super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError, ValidationError) as error:
            if self.cursor_query_param not in request.query_params:
                raise
            raise NotFound(self.invalid_cursor_message) from error
        return page
