"""The tests' databases are copies of one that was migrated once: migrating an empty one takes half a minute of a core."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase

from relportal.launch.paths import ROOT
from relportal.launch.postgres import administrator

PREFIX: Final = "migrated_"
LOCK: Final = 7_305_041
KEPT: Final = frozenset({"django_migrations", "django_content_type", "auth_permission"})


@pytest.fixture(scope="session", autouse=True)
def emptied_quickly() -> Iterator[None]:
    """After a test with transactions of its own. Truncating every table takes half a second of what few rows there are."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", _emptied)
    yield
    patch.undo()


def _emptied(_case: TransactionTestCase) -> None:
    """Only what has rows, and no trigger is asked, as truncating asks none."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever still answers a page reads its user: what it writes is waited for.
        cursor.execute("LOCK TABLE core_user")
        tables = [name for name in connection.introspection.table_names(cursor) if name not in KEPT]
        cursor.execute("SELECT " + ", ".join(f'EXISTS (SELECT FROM "{name}")' for name in tables))
        filled = [name for name, has_rows in zip(tables, cursor.fetchone(), strict=True) if has_rows]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in filled:
            cursor.execute(f'DELETE FROM "{name}"')


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: Any,
) -> None:
    """pytest-django's seam before it makes a database, which it migrates all the same: that ends what is missing in the copy."""
    if django_db_keepdb and not django_db_createdb and _exists(connection.settings_dict["TEST"]["NAME"]):
        return
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated()


def migrated() -> str:
    """The name of the database that has every migration. One process makes it, and others wait for that."""
    name = f"{PREFIX}{_state_of_migrations()}"
    with _administration() as server, server.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not _exists(name):
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            for (old,) in cursor.fetchall():
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            # Renamed when complete: an interrupted run leaves no half of one.
            cursor.execute(f"CREATE DATABASE {PREFIX}draft")
            _migrate(f"{PREFIX}draft")
            cursor.execute(f"ALTER DATABASE {PREFIX}draft RENAME TO {name}")
    return name


def _state_of_migrations() -> str:
    """Of the portal's own migrations, which import nothing of the portal, and of the versions of everybody else's."""
    read = hashlib.sha256((ROOT / "requirements" / "dev.txt").read_bytes())
    for app in settings.INSTALLED_APPS:
        folder = ROOT.joinpath(*app.split("."), "migrations")
        for path in sorted(folder.glob("*.py")):
            read.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return read.hexdigest()[:16]


def _migrate(name: str) -> None:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        ContentType.objects.clear_cache()


def _exists(name: str) -> bool:
    with _administration() as server, server.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


@contextmanager
def _administration() -> Iterator[Any]:
    server = administrator(os.environ["DATABASE_URL"])
    try:
        yield server
    finally:
        server.close()
