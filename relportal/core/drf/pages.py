"""Cursor pagination: stable while rows are added, and as cheap on the last page as on the first."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"
