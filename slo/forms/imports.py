"""The form of an import, and the sealed file that goes from its preview to its confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from relportal.core.models import User
from slo.actions.imports import Format
from slo.catalog_import.backstage import TIER_ANNOTATION

SEAL = "slo.import"
SEAL_LASTS_S = 3600


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput({"accept": ".csv,.yaml,.yml,text/csv,text/yaml"}),
        help_text=gettext_lazy("Nothing is written before you have seen what would change."),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=[
            ("", gettext_lazy("Told from the content")),
            (Format.CSV.value, "CSV"),
            (Format.BACKSTAGE.value, "Backstage catalog-info.yaml"),
        ],
    )
    tier_annotation = forms.CharField(
        label=gettext_lazy("Annotation of the tier"),
        required=False,
        max_length=200,
        initial=TIER_ANNOTATION,
        help_text=gettext_lazy("Backstage only: the key below metadata.annotations that holds 1, 2, 3 or 4."),
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
            raise ValidationError(
                _("This file has %(size)s, at most %(most)s are read. A catalog of 2,000 services has less than 1 MB.")
                % {"size": units.data_size(file.size), "most": units.data_size(settings.MAX_UPLOAD_BYTES)}
            )
        return file


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded; its text is UTF-8, for else it would have been refused before."""

    content: bytes
    filename: str
    format: Format | None
    tier_annotation: str


def upload_of(form: ImportForm) -> Upload:
    data: dict[str, Any] = form.cleaned_data
    chosen = data["format"]
    return Upload(
        content=data["file"].read(),
        filename=str(data["file"].name)[:200],
        format=Format(chosen) if chosen else None,
        tier_annotation=data["tier_annotation"],
    )


def sealed(upload: Upload, *, user: User) -> str:
    """The upload as text that only this portal can have written, for this user; it lives in the page, not on a disk."""
    content = upload.content.decode()
    values = [content, upload.filename, upload.format, upload.tier_annotation]
    return signing.dumps(values, salt=f"{SEAL}.{user.pk}", compress=True)


def unsealed(text: str, *, user: User) -> Upload | None:
    """None when the seal is broken, older than an hour, or another user's."""
    try:
        content, filename, chosen, annotation = signing.loads(text, salt=f"{SEAL}.{user.pk}", max_age=SEAL_LASTS_S)
    except signing.BadSignature:
        return None
    return Upload(content.encode(), filename, Format(chosen) if chosen else None, annotation)
