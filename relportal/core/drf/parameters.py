"""Parameters that several operations of the API share, as the schema describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

ViewSet = TypeVar("ViewSet", bound=type[Any])

IF_MATCH: Final = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag that was read, or *."
)


def filtered_by(words: Mapping[str, str], *, numbers: frozenset[str] = frozenset()) -> Callable[[ViewSet], ViewSet]:
    """Decorator of a viewset whose list reads its own query string: name -> description, text but for `numbers`."""
    parameters = [
        OpenApiParameter(name, int if name in numbers else str, description=text) for name, text in words.items()
    ]
    return extend_schema_view(list=extend_schema(parameters=parameters))
