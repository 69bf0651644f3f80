"""The files of a published report: made once in the worker, kept with their hash, and never made again."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify

from relportal.core import work
from reports.domain.payload import Payload, read
from reports.exports import FORMATS
from reports.exports._base import Format
from reports.models import Report, ReportFile

FILES: Final = "reports.files"


def schedule_files(pk: int, *, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(FILES, str(pk), at=at)


def make_files(pk: int, *, at: dt.datetime) -> dict[str, str]:
    """Those that are not there yet; what failed, by format: one that cannot be made stops none of the others."""
    report = Report.objects.get(pk=pk)
    if report.payload is None or report.published_at is None:
        return {}
    have = set(report.files.values_list("key", flat=True))
    payload = read(bytes(report.payload))
    missing = [each for each in FORMATS.values() if each.key not in have]
    with translation.override(settings.LANGUAGE_CODE):
        return work.one_by_one(missing, partial(_make, report, payload, at=at), name=lambda each: each.key)


def _make(report: Report, payload: Payload, each: Format, *, at: dt.datetime) -> None:
    content = each.make(payload, settings.BASE_URL)
    stem = slugify(f"{payload.company} {payload.period.key} {payload.number}")[-150:]
    ReportFile.objects.create(
        report=report, key=each.key, name=f"{stem}{each.ending}",
        media_type=each.media_type, content=content, sha256=hashlib.sha256(content).hexdigest(), made_at=at,
    )  # fmt: skip


def files_of(report: Report) -> tuple[tuple[ReportFile, Format], ...]:
    """Without their content, in the order of the formats; one whose format is gone is left out."""
    made = {row.key: row for row in report.files.defer("content")}
    return tuple((made[key], each) for key, each in FORMATS.items() if key in made)
