"""What the release before this one still writes while both run: it does not know of the newest columns."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("reports_schedule", "roles"), ("reports_report", "discussion"), ("incidents_deploy", "is_hotfix"),
        ("incidents_impactsegment", "customers_measured"), ("reports_kpiinput", "named"),
    ],
)  # fmt: skip
def test_a_column_that_must_not_be_null_has_a_default_in_the_database(table: str, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_nullable, column_default IS NOT NULL FROM information_schema.columns"
            " WHERE table_name = %s AND column_name = %s",
            [table, column],
        )
        assert cursor.fetchone() == ("NO", True)
