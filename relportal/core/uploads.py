"""Uploaded files are held in memory up to a limit and never written to a disk."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest


class BoundedUpload(FileUploadHandler):
    """Keeps at most `MAX_UPLOAD_BYTES` of all files of a request together; what comes after that is only counted.

    A file that did not fit arrives at its form empty and with its true size, so that the form refuses it with a sentence and
    keeps the other fields. The rest of the body is read, for a browser shows no answer before it has sent everything.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.file = BytesIO()
        self.held = 0
        self.overflowed = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = BytesIO()
        self.overflowed = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.overflowed:
            return
        self.held += len(raw_data)
        if self.held > settings.MAX_UPLOAD_BYTES:
            self.overflowed = True
            self.held -= start + len(raw_data)
            self.file = BytesIO()
        else:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self.file.seek(0)
        return InMemoryUploadedFile(
            file=self.file,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
