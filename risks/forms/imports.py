"""The form of an import, and the sealed table that goes from its preview to its confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from relportal.core.models import User
from relportal.core.reading.problems import Unreadable
from risks.queries.imports.table import Table, restored

SEAL: Final = "risks.import"
SEAL_LASTS_S: Final = 3600
SPARE_BYTES: Final = 10_000
"""Of a form that is sent, for everything beside the seal."""


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput({"accept": ".csv,.xlsx,text/csv"}),
        help_text=gettext_lazy("CSV or an Excel workbook. Nothing is written before you have seen what would change."),
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
            words = _("This file has %(size)s, at most %(most)s are read: split it.")
            most = units.data_size(settings.MAX_UPLOAD_BYTES)
            raise ValidationError(words % {"size": units.data_size(file.size), "most": most})
        return file


@dataclass(frozen=True, slots=True)
class Upload:
    """What was read from a file, and the file's name, which stands in the audit."""

    table: Table
    filename: str


def sealed(upload: Upload, *, user: User) -> str:
    """The table as text that only this portal can have written, for this user; it lives in the page, not on a disk.

    Raises: Unreadable for one that is too large to be sent back from the page.
    """
    text = signing.dumps([upload.filename, upload.table.stored()], salt=f"{SEAL}.{user.pk}", compress=True)
    if len(text) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) - SPARE_BYTES:
        raise Unreadable(_("The file holds too much text to import at once: split it."))
    return text


def unsealed(text: str, *, user: User) -> Upload | None:
    """None when the seal is broken, older than an hour, or another user's."""
    try:
        filename, stored = signing.loads(text, salt=f"{SEAL}.{user.pk}", max_age=SEAL_LASTS_S)
    except signing.BadSignature:
        return None
    return Upload(restored(stored), filename)
