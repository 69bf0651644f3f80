"""Sources are written by stewards, and their secrets go in and never come out."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, User
from relportal.core.outbound import OutboundError
from relportal.core.secrets import decrypt
from slo.actions.sources import SourceFields, create_source, delete_source, try_source, update_source
from slo.models import Source
from tests import make

pytestmark = pytest.mark.django_db
BEARER = SourceFields(name="Main", url="http://prometheus.example.com:9090", auth="bearer")


def changed(fields: SourceFields, **values: object) -> SourceFields:
    return SourceFields(**{name: getattr(fields, name) for name in fields.__slots__} | values)


@pytest.fixture
def source(lead: User, at: dt.datetime) -> Source:
    return create_source(lead, slug="main", fields=BEARER, secret="hunter2", at=at)


def test_a_secret_is_stored_as_ciphertext_and_stands_in_no_audit_row(source: Source) -> None:
    assert "hunter2" not in source.secret
    assert decrypt(source.secret) == "hunter2"
    assert "hunter2" not in str(list(AuditEvent.objects.values()))


def test_an_edit_without_a_secret_keeps_it(source: Source, lead: User, at: dt.datetime) -> None:
    saved = update_source(lead, source, version=1, fields=changed(BEARER, timeout_s=10), at=at)
    assert (decrypt(saved.secret), saved.version, saved.timeout_s) == ("hunter2", 2, 10)


def test_a_secret_does_not_follow_the_source_to_another_host(source: Source, lead: User, at: dt.datetime) -> None:
    elsewhere = changed(BEARER, url="http://attacker.example.net:9090")
    with pytest.raises(Invalid) as refused:
        update_source(lead, source, version=1, fields=elsewhere, at=at)
    assert "secret" in refused.value.errors
    assert Source.objects.get().url == BEARER.url


def test_a_source_without_sign_in_keeps_no_secret(source: Source, lead: User, at: dt.datetime) -> None:
    assert update_source(lead, source, version=1, fields=changed(BEARER, auth="none"), at=at).secret == ""


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("url", {"url": ""}),
        ("url", {"url": "ftp://prometheus.example.com"}),
        ("url", {"url": "prometheus:9090"}),
        ("kind", {"kind": "graphite"}),
        ("username", {"auth": "basic"}),
        ("scrape_interval_s", {"scrape_interval_s": 0}),
        ("timeout_s", {"timeout_s": 1000}),
        ("max_response_mb", {"max_response_mb": 0}),
        ("name", {"name": ""}),
        ("name", {"name": "x" * 10_000}),
    ],
)
def test_what_cannot_work_is_refused_at_its_field(
    field: str, values: dict[str, object], lead: User, at: dt.datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        create_source(
            lead,
            slug="other",
            fields=changed(BEARER, name="Other", **values) if "name" not in values else changed(BEARER, **values),
            at=at,
        )
    assert field in refused.value.errors
    assert not Source.objects.exists()


def test_a_name_that_is_taken_is_refused(source: Source, lead: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refused:
        create_source(lead, slug="other", fields=BEARER, at=at)
    assert "name" in refused.value.errors


def test_a_lost_update_is_refused_with_the_current_row(source: Source, lead: User, at: dt.datetime) -> None:
    update_source(lead, source, version=1, fields=changed(BEARER, timeout_s=10), at=at)
    with pytest.raises(Stale) as stale:
        update_source(lead, source, version=1, fields=changed(BEARER, timeout_s=30), at=at)
    assert stale.value.current.timeout_s == 10


def test_a_source_that_indicators_read_from_is_not_deleted(source: Source, lead: User, at: dt.datetime) -> None:
    indicator = make.indicator(source=source)
    with pytest.raises(Conflict):
        delete_source(lead, source, at=at)
    indicator.delete()
    delete_source(lead, source, at=at)
    assert not Source.objects.exists()


def test_only_stewards_write_sources(source: Source, alice: User, bob: User, charlie: User, at: dt.datetime) -> None:
    for user in (alice, bob, charlie):
        with pytest.raises(NotAllowed):
            create_source(user, slug="other", fields=BEARER, at=at)
        with pytest.raises(NotAllowed):
            update_source(user, source, version=1, fields=BEARER, at=at)
        with pytest.raises(NotAllowed):
            delete_source(user, source, at=at)
        with pytest.raises(NotAllowed):
            try_source(user, source)


def test_trying_an_address_where_nothing_listens_says_so(lead: User) -> None:
    with pytest.raises(OutboundError):
        try_source(lead, Source(slug="x", name="X", kind="prometheus", url="http://127.0.0.1:9"))
