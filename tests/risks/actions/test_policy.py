from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from relportal.core.exceptions import Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, User
from risks.actions.policy import Line, edit_policy
from risks.models import PolicyRow
from risks.queries.exceptions.policy import as_row, lint, policy

pytestmark = pytest.mark.django_db

EVERYTHING = Line(approvers=("service_owner",), max_days=365)


def lines() -> list[Line]:
    return [
        Line(
            kind=row.kind,
            tiers=tuple(row.tiers),
            levels=tuple(row.levels),
            approvers=tuple(row.approvers),
            max_days=row.max_days,
        )
        for row in policy().rows
    ]


def test_the_policy_that_ships_has_neither_a_dead_row_nor_a_gap(db: None) -> None:
    found = lint(tuple(as_row(row) for row in policy().rows))
    assert (found.dead, found.gaps) == ({}, ())


def test_a_change_is_written_with_what_stood_there_before(lead: User, at: dt.datetime) -> None:
    new = [Line(kind="dr", approvers=("reliability_lead",), max_days=30), *lines()]
    edit_policy(lead, new, version=1, at=at, reason="Recovery is ours")

    assert [row.position for row in policy().rows] == list(range(1, 11))
    assert (policy().version, policy().rows[0].kind, policy().rows[-1].max_days) == (2, "dr", 365)
    event = AuditEvent.objects.get(action="policy.edit")
    assert (event.object_key, event.reason) == ("policy", "Recovery is ours")
    assert event.changes["row 1"] == [
        "policy, tier 1: reliability_lead > executive, 14 d",
        "dr: reliability_lead, 30 d",
    ]
    assert event.changes["row 10"] == [None, "any kind: service_owner, 365 d"]


def test_rows_go_and_nothing_changed_writes_nothing(lead: User, at: dt.datetime) -> None:
    edit_policy(lead, lines(), version=1, at=at)
    assert policy().version == 1
    assert not AuditEvent.objects.filter(action="policy.edit").exists()

    edit_policy(lead, [EVERYTHING], version=1, at=at)
    assert [row.max_days for row in PolicyRow.objects.all()] == [365]


def test_a_row_that_can_never_decide_is_refused_with_the_rows_that_take_its_cases(lead: User, at: dt.datetime) -> None:
    below = Line(kind="risk", tiers=(1,), approvers=("executive",), max_days=30)
    with pytest.raises(Invalid) as refusal:
        edit_policy(lead, [EVERYTHING, below], version=1, at=at)
    assert refusal.value.errors == {
        "2": ["This row never decides: each of its cases is taken by row 1 above it."],
    }
    assert policy().version == 1


def test_a_policy_that_leaves_somebody_without_a_signer_is_refused(lead: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        edit_policy(lead, [Line(kind="risk", approvers=("executive",), max_days=30)], version=1, at=at)
    assert "End with a row that fits everything" in refusal.value.errors[""][0]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"approvers": ()}, "1.approvers"),
        ({"approvers": ("director", "director")}, "1.approvers"),
        ({"approvers": ("janitor",)}, "1.approvers"),
        ({"max_days": 0}, "1.max_days"),
        ({"max_days": 1097}, "1.max_days"),
        ({"kind": "unheard of"}, "1.kind"),
        ({"tiers": (9,)}, "1.tiers"),
        ({"levels": ("gone",)}, "1.levels"),
    ],
)
def test_a_row_that_is_wrong_by_itself_is_refused_at_its_field(
    lead: User, at: dt.datetime, change: dict[str, Any], key: str
) -> None:
    fields: dict[str, Any] = {"kind": "dr", "approvers": ("director",), "max_days": 30}
    with pytest.raises(Invalid) as refusal:
        edit_policy(lead, [Line(**fields | change), EVERYTHING], version=1, at=at)
    assert key in refusal.value.errors


@pytest.mark.parametrize("rows", [0, 61])
def test_a_policy_has_at_least_one_row_and_not_hundreds(lead: User, at: dt.datetime, rows: int) -> None:
    with pytest.raises(Invalid, match="1 to 60 rows"):
        edit_policy(lead, [EVERYTHING] * rows, version=1, at=at)


def test_a_lost_update_is_refused(lead: User, at: dt.datetime) -> None:
    edit_policy(lead, [EVERYTHING], version=1, at=at)
    with pytest.raises(Stale) as stale:
        edit_policy(lead, lines(), version=1, at=at)
    assert stale.value.current.version == 2


def test_only_who_keeps_the_settings_changes_it(alice: User, admin: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        edit_policy(alice, [EVERYTHING], version=1, at=at)
    assert edit_policy(admin, [EVERYTHING], version=1, at=at).position == 1
