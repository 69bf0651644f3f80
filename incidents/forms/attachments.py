"""The form that attaches a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from incidents.actions.attachments import MOST_BYTES, too_large
from relportal.core.editing import ActionForm


class AttachmentForm(ActionForm):
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
