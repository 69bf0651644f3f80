"""Bodies that are too large: refused with a sentence, and nothing of them is written to a disk."""

from __future__ import annotations

import datetime as dt
import http.client
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from django.conf import LazySettings
from django.core.files.uploadhandler import FileUploadHandler
from django.test import Client, RequestFactory
from pytest_django.live_server_helper import LiveServer

from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, Service, User
from relportal.core.uploads import BoundedUpload

MB = 1_000_000
LIMIT = 1000
BOUNDARY = "=====line====="


@pytest.fixture
def no_disk(settings: LazySettings, tmp_path: Path) -> None:
    """Whatever is spooled fails, for the folder of temporary files is not there."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "missing")


@pytest.fixture
def small(settings: LazySettings) -> None:
    settings.MAX_UPLOAD_BYTES = LIMIT


@pytest.fixture
def bearer(lead: User, settings: LazySettings, at: dt.datetime) -> dict[str, str]:
    settings.TOKEN_PEPPERS = {"1": "first"}
    scopes = {ApiToken.Scope.READ, ApiToken.Scope.WRITE}
    issued = issue_token(lead, name="ci", scopes=scopes, expires_at=None, at=at)
    return {"Authorization": f"Bearer {issued.plain}"}


def fed(handler: BoundedUpload, size: int, *, chunk: int = 100) -> Any:
    handler.new_file("file", "services.csv", "text/csv", None)
    for start in range(0, size, chunk):
        handler.receive_data_chunk(b"x" * chunk, start)
    return handler.file_complete(size)


@pytest.mark.usefixtures("small")
def test_a_file_at_the_limit_arrives_whole() -> None:
    assert fed(BoundedUpload(), LIMIT).read() == b"x" * LIMIT


@pytest.mark.usefixtures("small")
def test_a_file_above_the_limit_arrives_empty_with_its_true_size() -> None:
    file = fed(BoundedUpload(), 50 * LIMIT)
    assert (file.size, file.read()) == (50 * LIMIT, b"")


@pytest.mark.usefixtures("small")
def test_the_handler_holds_nothing_of_a_file_once_it_is_above_the_limit() -> None:
    handler = BoundedUpload()
    handler.new_file("file", "services.csv", "text/csv", None)
    handler.receive_data_chunk(b"x" * LIMIT, 0)
    assert len(handler.file.getvalue()) == LIMIT
    handler.receive_data_chunk(b"x", LIMIT)
    handler.receive_data_chunk(b"x" * LIMIT, LIMIT + 1)
    assert (handler.file.getvalue(), handler.held) == (b"", 0)


@pytest.mark.usefixtures("small")
def test_the_files_of_one_request_share_the_limit() -> None:
    handler = BoundedUpload()
    assert fed(handler, 600).read()
    assert not fed(handler, 600).read()
    assert fed(handler, 400).read()


def test_no_other_handler_stands_beside_it() -> None:
    handlers: list[FileUploadHandler] = list(RequestFactory().post("/").upload_handlers)
    assert [type(one) for one in handlers] == [BoundedUpload]


@pytest.mark.usefixtures("no_disk")
def test_parsing_fifty_megabytes_takes_the_memory_of_the_limit() -> None:
    body = multipart(50 * MB)
    request = RequestFactory().post("/", body, content_type=f"multipart/form-data; boundary={BOUNDARY}")
    tracemalloc.start()
    try:
        file: Any = request.FILES["file"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert file.size == 50 * MB
    assert peak < 20 * MB
    assert request.POST["format"] == "csv"


def multipart(size: int, **fields: str) -> bytes:
    """The file stands before a field, which must survive it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"format": "csv", **fields}.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="services.csv"\r\n\r\n'.encode()
    return head + b"x\n" * (size // 2) + b"\r\n" + b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def sent(server: LiveServer, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]) -> tuple[int, str, str]:
    """(status, media type, text); a body that is an iterator goes in chunks, without Content-Length."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        # A server that has answered reads no more: its answer is there all the same.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, body, headers, encode_chunked=not isinstance(body, bytes))
        response = connection.getresponse()
        return response.status, response.headers.get_content_type(), response.read().decode()
    finally:
        connection.close()


def as_form(client: Client, user: User) -> tuple[dict[str, str], str]:
    """Headers of a signed-in browser that sends a form, and its CSRF token."""
    client.force_login(user)
    client.get("/services/import/")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    return headers, next(value for name, value in cookies.items() if "csrf" in name)


@pytest.mark.usefixtures("no_disk")
def test_fifty_megabytes_on_the_import_page_come_back_with_the_form(
    live_server: LiveServer, client: Client, lead: User
) -> None:
    headers, token = as_form(client, lead)
    body = multipart(50 * MB, csrfmiddlewaretoken=token, tier_annotation="example.com/tier")
    status, _type, page = sent(live_server, "/services/import/", body, headers)
    assert status == 422
    assert "This file has 50.0" in page
    assert "example.com/tier" in page
    assert not Service.objects.exists()


@pytest.mark.usefixtures("no_disk")
def test_a_file_below_the_limit_needs_no_disk_either(live_server: LiveServer, client: Client, lead: User) -> None:
    headers, token = as_form(client, lead)
    body = multipart(4 * MB, csrfmiddlewaretoken=token)
    status, _type, page = sent(live_server, "/services/import/", body, headers)
    assert status == 422
    assert "at least slug and name" in page


@pytest.mark.parametrize(
    ("path", "media_type"), [("/api/v1/services/import/", "text/csv"), ("/api/v1/services/", "application/json")]
)
@pytest.mark.usefixtures("no_disk")
def test_fifty_megabytes_to_the_api_are_a_problem_document(
    live_server: LiveServer, lead: User, bearer: dict[str, str], path: str, media_type: str
) -> None:
    status, kind, text = sent(live_server, path, b"x" * 50 * MB, {**bearer, "Content-Type": media_type})
    assert (status, kind) == (413, "application/problem+json")
    assert orjson.loads(text)["code"] == "too-large"
    assert "at most 5.2" in text


@pytest.mark.usefixtures("no_disk")
def test_a_body_in_chunks_is_told_to_say_its_size(
    live_server: LiveServer, client: Client, lead: User, bearer: dict[str, str]
) -> None:
    def chunks() -> Iterator[bytes]:
        return (b"x" * 1_000 for _n in range(3))

    headers = {**bearer, "Content-Type": "text/csv"}
    status, kind, text = sent(live_server, "/api/v1/services/import/", chunks(), headers)
    assert (status, kind, orjson.loads(text)["code"]) == (411, "application/problem+json", "length-required")
    status, _kind, page = sent(live_server, "/services/import/", chunks(), as_form(client, lead)[0])
    assert status == 411
    assert "Content-Length" in page


def test_a_body_in_chunks_from_nobody_is_refused_too(client: Client, db: None) -> None:
    response = client.post("/services/import/", headers={"Transfer-Encoding": "chunked"}, CONTENT_LENGTH="")
    assert response.status_code == 411


def test_a_length_that_is_no_number_is_no_failure(client: Client, lead: User) -> None:
    client.force_login(lead)
    for length in ("x", "-1", "9" * 30):
        response = client.post("/api/v1/services/", b"{}", content_type="application/json", CONTENT_LENGTH=length)
        assert 400 <= response.status_code < 500
