"""What people give a KPI: numbers by form and file, targets and comments."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.domain.statistics import Change
from relportal.core.exceptions import Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Team, User, WorkItem
from relportal.core.reading.problems import Unreadable
from reports.actions.comments import comment
from reports.actions.figures import FIGURES
from reports.actions.input_files import enter_file, read_file
from reports.actions.inputs import Entry, enter
from reports.actions.targets import Target, set_target
from reports.domain.periods import Calendar, Cut
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.kpis import KPIS
from reports.kpis._entered import Entered
from reports.models import KpiComment, KpiInput, KpiTarget

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
OCTOBER = Calendar().period(Cut.MONTH, dt.date(2026, 10, 1))
NUMBERS = {"toil_h": 30.0, "work_h": 100.0, "answered": 6, "asked": 8}
TOIL: Any = KPIS["toil"]


def entry(**given: Any) -> Entry:
    fields: dict[str, Any] = {
        "kpi": "toil", "first": dt.date(2026, 10, 5), "last": dt.date(2026, 10, 11), "numbers": NUMBERS,
    }  # fmt: skip
    return Entry(**fields | given)


def refused(actor: User, **given: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as caught:
        enter(actor, entry(**given), at=AT)
    assert not KpiInput.objects.exists()
    return caught.value.errors


def test_entered_numbers_are_audited_and_make_the_figures_due(
    lead: User, django_capture_on_commit_callbacks: Any
) -> None:
    WorkItem.objects.filter(kind=FIGURES).delete()
    with django_capture_on_commit_callbacks(execute=True):
        row = enter(lead, entry(note="Survey of week 41"), at=AT)
    assert row.numbers == NUMBERS
    event = AuditEvent.objects.get(action="kpi.enter")
    assert event.changes["kpi"] == [None, "toil"]
    assert WorkItem.objects.get(kind=FIGURES).due_at == AT


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kpi": "incidents"}, "kpi"),
        ({"kpi": "happiness"}, "kpi"),
        ({"last": dt.date(2026, 10, 4)}, "last"),
        ({"last": dt.date(2026, 11, 3)}, "last"),
        ({"first": dt.date(2025, 10, 1)}, "first"),
        ({"numbers": NUMBERS | {"mood": 3.0}}, "mood"),
        ({"numbers": NUMBERS | {"work_h": None}}, "work_h"),
        ({"numbers": NUMBERS | {"toil_h": -1}}, "toil_h"),
        ({"numbers": NUMBERS | {"toil_h": 1e18}}, "toil_h"),
        ({"numbers": NUMBERS | {"toil_h": float("nan")}}, "toil_h"),
        ({"numbers": NUMBERS | {"toil_h": 101}}, "toil_h"),
        ({"numbers": NUMBERS | {"answered": 6.5}}, "answered"),
        ({"numbers": NUMBERS | {"answered": 9}}, "answered"),
        ({"scope": Scope(ScopeKind.TIER, 1)}, "scope"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(lead: User, given: dict[str, Any], field: str) -> None:
    assert field in refused(lead, **given)


def test_an_owner_enters_for_the_own_team_and_for_no_other(alice: User, bob: User, payments: Team) -> None:
    ours = Scope(ScopeKind.TEAM, payments.pk)
    assert enter(alice, entry(scope=ours), at=AT).number == payments.pk
    for actor, scope in ((alice, COMPANY), (alice, Scope(ScopeKind.TEAM, payments.pk + 1)), (bob, ours)):
        with pytest.raises(NotAllowed):
            enter(actor, entry(scope=scope), at=AT)


def test_two_surveys_are_compared_as_shares_and_hours_are_not() -> None:
    def told(**numbers: float) -> list[Entered]:
        return [Entered(1, whole=True, pushed=False, numbers=numbers)]

    survey: Any = KPIS["stakeholders"]
    happy, unhappy = (told(top_2=top, answered=50, asked=60) for top in (45, 20))
    assert survey.trend(happy, unhappy, exposure=0.5).change is Change.UP
    assert survey.trend(happy, happy, exposure=0.5).change is Change.NO_CLEAR
    assert survey.trend(happy, [], exposure=0.5).change is Change.UNKNOWN
    assert TOIL.trend(told(**NUMBERS), told(**NUMBERS), exposure=0.5).change is Change.UNKNOWN


def test_a_file_is_read_whole_before_anything_is_written(lead: User, payments: Team) -> None:
    good = "first,last,scope,toil_h,work_h,answered,asked\n2026-10-05,2026-10-11,team:payments,30,100,6,8\n"
    bad = (
        good
        + "2026-10-12,2026-10-18,team:payouts,30,100,6,8\n5 Oct,2026-10-11,,1,2,3,4\n2026-10-05,2026-10-11,,x,2,3,4\n"
    )
    found = read_file(lead, TOIL, bad.encode(), at=AT)
    assert [each.line for each in found.problems] == [3, 4, 5]
    with pytest.raises(Invalid):
        enter_file(lead, found, at=AT)
    assert not KpiInput.objects.exists()
    (row,) = enter_file(lead, read_file(lead, TOIL, good.replace(",", ";").encode("utf-8-sig"), at=AT), at=AT)
    assert (row.source, row.scope, row.number) == ("csv", "team", payments.pk)


@pytest.mark.parametrize(
    "content", [b"", b"first,last\n", b"\xff\xfe\x00", b"first,last,toil_h,work_h,answered,asked\n"]
)
def test_what_is_no_table_of_these_numbers_is_refused_as_a_whole(lead: User, content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_file(lead, TOIL, content, at=AT)


def test_a_target_is_set_from_a_day_on_and_never_edited(lead: User) -> None:
    for green in (0.2, 0.25):
        set_target(lead, Target(kpi="toil", since=OCTOBER.first, green=green, red=0.4, reason="SRE council"), at=AT)
    set_target(lead, Target(kpi="toil", since=OCTOBER.last, green=None, red=None, reason="Back"), at=AT)
    assert [(row.green, row.retired) for row in KpiTarget.objects.order_by("pk")] == [
        (0.2, False), (0.25, False), (None, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kpi": "happiness"}, "kpi"),
        ({"green": 0.5, "red": 0.4}, "red"),
        ({"red": None}, "red"),
        ({"green": float("inf"), "red": 0.4}, "green"),
        ({"tier": 5}, "tier"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(lead: User, given: dict[str, Any], field: str) -> None:
    fields: dict[str, Any] = {"kpi": "toil", "since": OCTOBER.first, "green": 0.2, "red": 0.4, "reason": "Council"}
    with pytest.raises(Invalid) as caught:
        set_target(lead, Target(**fields | given), at=AT)
    assert field in caught.value.errors
    assert not KpiTarget.objects.exists()


def test_only_stewards_set_targets(alice: User) -> None:
    with pytest.raises(NotAllowed):
        set_target(alice, Target(kpi="toil", since=OCTOBER.first, green=0.2, red=0.4, reason="x"), at=AT)


def test_two_who_comment_at_once_see_both_versions(lead: User, alice: User) -> None:
    of = (COMPANY, OCTOBER)
    first = comment(lead, "toil", of, text="We hired.", action=None, version=None, at=AT)
    with pytest.raises(Stale):
        comment(lead, "toil", of, text="We did not.", action=None, version=None, at=AT)
    comment(lead, "toil", of, text="We hired two.", action=None, version=first.version, at=AT)
    assert KpiComment.objects.get().text == "We hired two."
    with pytest.raises(NotAllowed):
        comment(alice, "toil", of, text="Not mine.", action=None, version=2, at=AT)
    with pytest.raises(Invalid):
        comment(lead, "toil", of, text="", action=None, version=2, at=AT)


ROADMAP: Any = KPIS["roadmap_delivery"]
HEAD = b"first,last,met,committed,added,added_names,dropped_names\n"


def test_what_a_number_counts_may_be_named_by_form_file_and_program_and_stands_behind_the_figure(lead: User) -> None:
    content = HEAD + b"2026-07-01,2026-09-30,7,9,3,Canary | Second region,Load test\n"
    (row,) = enter_file(lead, read_file(lead, ROADMAP, content, at=AT), at=AT)
    assert row.numbers == {"met": 7, "committed": 9, "added": 3, "dropped": 1}
    assert row.named == {"added": ["Canary", "Second region"], "dropped": ["Load test"]}
    fact = Entered(row.pk, whole=True, pushed=False, numbers=row.numbers, named=row.named)
    assert str(ROADMAP.rows(fact)[0].says) == (
        "Commitments met: 7 · Commitments in the baseline: 9 · Added on the way: 3 (Canary; Second region) · "
        "Dropped on the way: 1 (Load test)"
    )
    found = read_file(lead, ROADMAP, HEAD + b"2026-07-01,2026-09-30,7,9,1,a | b,\n", at=AT)
    assert [(each.column, each.text) for each in found.problems] == [
        ("added_names", "Of 1 you name 2. Correct one of the two.")
    ]


def test_names_are_taken_only_where_they_are_asked_for_and_no_endless_list_of_them(lead: User) -> None:
    assert "named" in refused(lead, named={"toil_h": ["Restarts"]})
    given: dict[str, Any] = {"kpi": "roadmap_delivery", "numbers": {"met": 7, "committed": 9}}
    assert "added_names" in refused(lead, **given, named={"added": ["x"] * 101})
    assert "added_names" in refused(lead, **given, named={"added": ["x" * 201]})
    row = enter(lead, entry(**given, named={"added": [" Canary ", ""], "dropped": ["", " "]}), at=AT)
    assert (row.numbers["added"], row.named, "dropped" in row.numbers) == (1, {"added": ["Canary"]}, False)
