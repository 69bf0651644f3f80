"""Files that people send to belong to something: which are taken, and why another one is not, in the same words everywhere."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core import units
from relportal.core.editing import ActionForm
from relportal.core.exceptions import Invalid
from relportal.core.media import Refusal, fitting_name, told

MOST_BYTES: Final = 5_000_000
KEPT: Final = dt.timedelta(days=1)
"""So long what was removed can be brought back; then its content is gone."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`media_type` was told from the content, and `name` fits it."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes


def checked(name: str, content: bytes) -> Checked:
    """Raises: Invalid at `file` for what is too large, or no file of the kinds that are taken."""
    if len(content) > MOST_BYTES:
        raise Invalid({"file": too_large(len(content))})
    found = told(content)
    if found.media is None:
        raise Invalid({"file": _REASONS[found.refusal or Refusal.UNKNOWN]()})
    digest = hashlib.sha256(content).hexdigest()
    return Checked(fitting_name(name, found.media), found.media.value, len(content), digest, content)


def too_large(size: int) -> str:
    return _t("This file has %(size)s, at most %(most)s are taken.") % {
        "size": units.data_size(size),
        "most": units.data_size(MOST_BYTES),
    }


_REASONS: Final = {
    Refusal.EMPTY: lambda: _t("This file is empty."),
    Refusal.MARKUP: lambda: _t(
        "HTML, SVG and XML are not taken, for they may hold scripts that run in the browser of whoever opens them."
        " Send a picture of it (PNG), or a PDF."
    ),
    Refusal.UNKNOWN: lambda: _t(
        "This is none of the kinds that are taken: PNG, JPEG, GIF, WebP, PDF, and text, CSV or JSON in UTF-8."
    ),
}


class FileForm(ActionForm):
    file = forms.FileField(
        label=_("File"),
        max_length=1000,
        # An empty file is refused by the action, with the same words everywhere.
        allow_empty_file=True,
        help_text=_("PNG, JPEG, GIF, WebP, PDF, text, CSV or JSON; at most 5 MB."),
        widget=forms.ClearableFileInput(
            {"accept": "image/png,image/jpeg,image/gif,image/webp,.pdf,.txt,.log,.csv,.json"}
        ),
    )

    def clean_file(self) -> UploadedFile[Any]:
        """One that did not fit arrives empty and with its true size."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise ValidationError(too_large(file.size or 0))
        return file
