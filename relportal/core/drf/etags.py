"""Lost updates over the API: a row's version is its ETag, and a write names the one that it replaces by If-Match."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

ANY: Final = "*"
# No version has more digits, and Python refuses to read thousands of them.
DIGITS: Final = 18


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition-required"


def etag(row: Any) -> dict[str, str]:
    """The header of an answer that shows `row`."""
    return {"ETag": f'"{row.version}"'}


def expected_version(request: Request) -> int | None:
    """The version that the caller saw; None for `If-Match: *`, which replaces whatever stands there.

    Raises: PreconditionRequired without the header, or with one that is not an ETag of ours.
    """
    header = request.headers.get("If-Match", "").strip()
    if header == ANY:
        return None
    text = header.removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise PreconditionRequired(
            _("Send the ETag of the version that you read as If-Match, or If-Match: * to replace whatever is there.")
        )
    return int(text)
