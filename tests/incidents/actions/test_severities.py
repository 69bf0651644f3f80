from __future__ import annotations

import datetime as dt

import pytest

from incidents.actions.severities import edit_matrix, edit_severity
from incidents.models import Severity, SeverityCell
from incidents.queries.suggestion import suggested
from relportal.core.exceptions import Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, User

pytestmark = pytest.mark.django_db


def matrix() -> dict[tuple[str, str], int]:
    return {(each.impact, each.condition): each.severity_id for each in SeverityCell.objects.all()}


def test_the_matrix_that_is_shipped_has_no_hole_and_no_step_back(lead: User, at: dt.datetime) -> None:
    edit_matrix(lead, matrix(), at=at)

    assert not AuditEvent.objects.filter(action="severity.matrix").exists()


def test_a_changed_cell_changes_what_is_suggested(lead: User, at: dt.datetime) -> None:
    assert suggested([], impact="few", condition="outage").level == 2

    edit_matrix(lead, matrix() | {("few", "outage"): 1}, at=at)

    assert suggested([], impact="few", condition="outage").level == 1
    assert AuditEvent.objects.get(action="severity.matrix").changes == {"few, outage": ["2", "1"]}


def test_a_hole_and_a_step_back_are_refused_where_they_are(lead: User, at: dt.datetime) -> None:
    cells = matrix()
    del cells["many", "outage"]
    with pytest.raises(Invalid) as hole:
        edit_matrix(lead, cells, at=at)
    with pytest.raises(Invalid) as back:
        edit_matrix(lead, matrix() | {("most", "harm"): 3}, at=at)

    assert list(hole.value.errors) == ["many.outage"]
    assert list(back.value.errors) == ["most.harm"]


def test_a_severity_is_changed_by_a_lead_and_no_update_is_lost(lead: User, rita: User, at: dt.datetime) -> None:
    row = Severity.objects.get(level=2)
    with pytest.raises(NotAllowed):
        edit_severity(rita, row, version=1, at=at, name="Bad")
    edit_severity(lead, row, version=1, at=at, postmortem_days=7)

    with pytest.raises(Stale):
        edit_severity(lead, row, version=1, at=at, postmortem_days=9)
    assert Severity.objects.get(level=2).postmortem_days == 7
