"""Which state of the data the pages show, for answering that nothing has changed."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from relportal.core.work import MAX_ATTEMPTS
from slo.queries.sources import LATE

# Every change by a person or a tool leaves an audit row, every count a status or a source's state; the rest tells what
# changes by itself as time goes: that a source is late, or that work is stuck.
_SQL = """
SELECT (SELECT max(id) FROM core_auditevent),
       (SELECT max(computed_at) FROM slo_status),
       (SELECT array_agg(ROW(source_id, watermark, unavailable_since, last_error, watermark < %(late)s)::text
                         ORDER BY source_id) FROM slo_sourcestate),
       (SELECT count(*) FROM core_workitem WHERE state = 'quarantined' OR attempts >= %(attempts)s
                        OR result ? 'problem')
"""


def data_version(*, at: dt.datetime) -> str:
    """Changes when anything that the overview or a list shows may have; at least every hour, as forecasts come nearer."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"late": at - LATE, "attempts": MAX_ATTEMPTS})
        return f"{cursor.fetchone()} {at:%Y-%m-%d %H}"
