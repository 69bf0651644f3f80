"""Files over the API: how they are sent, and as what they are given out."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from relportal.core.exceptions import Invalid
from relportal.core.files import MOST_BYTES, too_large
from relportal.core.media import Media

GIVEN: Final[dict[Any, Any]] = {(200, media.value): OpenApiTypes.BINARY for media in Media}
"""The answers of an operation that gives a file, for its schema."""


class FileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True, help_text="PNG, JPEG, GIF, WebP, PDF, text, CSV or JSON.")


def sent(file: Any) -> bytes:
    """The content of what was sent, not read where it is too large. Raises: Invalid at `file`."""
    if file.size > MOST_BYTES:
        raise Invalid({"file": too_large(file.size)})
    content: bytes = file.read()
    return content
