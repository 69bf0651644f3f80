"""Risks from a file: what a table would do, what is wrong with it by line and column, and carrying it out whole or not at all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import FailureMode, Incident
from relportal.core.csvexport import Cell, csv_lines
from relportal.core.exceptions import Conflict, NotAllowed
from relportal.core.models import AuditEvent, Notification, Role, Service, Team, User
from relportal.core.reading.problems import Severity, Unreadable
from relportal.core.xlsxexport import xlsx
from risks.actions.imports import apply_import, plan_import
from risks.actions.links import link
from risks.actions.ratings import Rated, rate
from risks.actions.risks import close, edit
from risks.models import RatingKind, Relation, Risk, RiskRating
from risks.queries.imports.plan import Plan, Verb
from risks.queries.imports.table import COLUMNS, LONGEST, read, restored
from risks.queries.imports.template import template_rows
from risks.queries.register import RiskFilters, RiskOrder
from risks.queries.register_rows import risk_rows
from risks.views.register import COLUMNS as LISTED
from risks.views.register import cells
from tests import make

DAY = dt.timedelta(days=1)


def plan(actor: User, *lines: str, at: dt.datetime) -> Plan:
    return plan_import(actor, read("\n".join(lines).encode()), filename="register.csv", at=at)


def carry_out(actor: User, made: Plan, at: dt.datetime) -> int:
    return apply_import(actor, made, digest=made.digest, at=at)


def told(made: Plan) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.text) for one in made.problems]


def test_a_line_becomes_a_risk_with_its_ratings_and_one_row_of_audit(
    lead: User, alice: User, checkout: Service, at: dt.datetime
) -> None:
    FailureMode.objects.get_or_create(slug="single-point", defaults={"name": "Single point of failure"})
    made = plan(
        lead,
        "Title;Cause;Category;Owner;Services;Likelihood;Impact;Reason;Target likelihood;Target impact;Identified on",
        "One node;No replica;single-point;ALICE@example.com;checkout;Likely;major;Twice a year;Rare;Major;2026-01-05",
        at=at,
    )
    assert told(made) == []
    assert not Risk.objects.exists()
    (step,) = made.steps
    assert (step.verb, step.level.key) == (Verb.CREATE, "high")
    assert carry_out(lead, made, at) == 1
    risk = Risk.objects.get()
    assert (risk.title, risk.cause, risk.owner, risk.team) == ("One node", "No replica", alice, checkout.team)
    assert (risk.identified_on, list(risk.services.all())) == (dt.date(2026, 1, 5), [checkout])
    current, target = risk.current, risk.target
    assert current is not None
    assert target is not None
    assert (current.likelihood.key, current.impact.key, current.reason, current.by) == (
        "likely", "major", "Twice a year", lead,
    )  # fmt: skip
    assert (target.kind, target.likelihood.key, target.level.key) == (RatingKind.TARGET, "rare", "medium")
    assert risk.review_due_on == at.date() + dt.timedelta(days=current.level.review_days)
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.object_key, event.reason) == ("risk.create", risk.short_id, "Import of register.csv")
    assert event.changes[f"Current ({current.likelihood} × Major)"] == [None, "High"]
    assert event.changes["services"] == [None, "Checkout"]


def test_a_line_with_an_id_changes_only_what_it_speaks_of(
    lead: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    stock = make.service(slug="stock", name="Stock", team=checkout.team)
    made = plan(
        lead,
        "id,title,owner,services,likelihood,impact,reason",
        f"{risk.short_id},Two nodes,,checkout | Stock,Possible,Serious,Same as before",
        at=at,
    )
    (step,) = made.steps
    assert [(one.field, one.before, one.after) for one in step.changes] == [
        ("title", "One node holds every session", "Two nodes"),
        ("owner", "Alice", ""),
        ("services", "Checkout", "Checkout, Stock"),
    ]
    assert carry_out(lead, made, at) == 1
    version, risk = risk.version, Risk.objects.get()
    assert (risk.title, risk.owner, risk.version) == ("Two nodes", None, version + 1)
    assert set(risk.services.all()) == {checkout, stock}
    assert RiskRating.objects.count() == 1
    event = AuditEvent.objects.latest("pk")
    assert (event.action, set(event.changes)) == ("risk.edit", {"title", "owner", "services"})


def test_the_same_file_twice_changes_nothing(lead: User, risk: Risk, at: dt.datetime) -> None:
    made = plan(
        lead, "id,title,services", f"risk-{risk.pk},{risk.title},Checkout", f",{risk.title},", at=at
    )  # fmt: skip
    assert [step.verb for step in made.steps] == [Verb.KEEP, Verb.CREATE]
    ((line, column, text),) = told(made)
    assert (line, column) == (3, "title")
    assert text.startswith(f"{risk.short_id} has this title")
    assert made.problems[0].severity is Severity.NOTE
    again = plan(lead, "id,title", f"{risk.short_id},{risk.title}", at=at)
    assert not again.possible


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (",,,payments,,,,,,", "title", "Every risk has a title"),
        ("RISK-99999,A,,,,,,,,", "id", "There is no RISK-99999"),
        ("12b,A,,,,,,,,", "id", "write RISK-12"),
        (",A,alise@example.com,,,,,,,", "owner", "did you mean alice@example.com"),
        (",A,gone@example.com,,,,,,,", "owner", "cannot own a risk"),
        (",A,,paymens,,,,,,", "team", "did you mean payments"),
        (",A,,,checkuot,,,,,", "services", "did you mean"),
        (",A,,,,Posible,Major,why,,", "likelihood", "did you mean possible?"),
        (",A,,,,Possible,4,why,,", "impact", "Use one of: "),
        (",A,,,,Possible,,why,,", "impact", "Give it with likelihood"),
        (",A,,,,Possible,Major,,,", "reason", "rests on"),
        (",A,,,,,,,05/01/2026,", "identified_on", "write it as 2026-11-30"),
        (",A,,,,,,,2126-01-05,", "identified_on", "a day to come"),
        (",A,,,,,,,,soon", "review_due_on", "write it as"),
        (f",{'x' * 201},,,,,,,,", "title", "At most 200 characters, this has 201"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(
    lead: User, alice: User, checkout: Service, line: str, column: str, words: str, at: dt.datetime
) -> None:
    make.user("gone@example.com", role=Role.RESPONDER, team=checkout.team, is_active=False)
    header = "id,title,owner,team,services,likelihood,impact,reason,identified_on,review_due_on"
    made = plan(lead, header, ",Fine,alice@example.com,,,,,,,", line, at=at)
    assert made.errors == 1
    assert told(made)[0][:2] == (3, column)
    assert words in made.problems[0].text
    with pytest.raises(Unreadable, match="Nothing was imported"):
        carry_out(lead, made, at)
    assert not Risk.objects.exists()


def test_every_error_of_a_file_is_told_at_once(lead: User, alice: User, at: dt.datetime) -> None:
    made = plan(lead, "title,owner,team", "A,nobody@x,none", ",alice@example.com,", "B", "C,,,too many", at=at)
    assert [one[:2] for one in told(made)] == [(2, "owner"), (2, "team"), (3, "title"), (4, ""), (5, "")]
    assert made.errors == len(made.problems)


def test_a_formula_is_text_and_said_to_be(lead: User, at: dt.datetime) -> None:
    made = plan(lead, "title,cause", "=HYPERLINK(1),@SUM(A1)", at=at)
    assert [(one.column, one.severity) for one in made.problems] == [("title", Severity.NOTE), ("cause", Severity.NOTE)]
    carry_out(lead, made, at)
    risk = Risk.objects.get()
    assert (risk.title, risk.cause) == ("=HYPERLINK(1)", "@SUM(A1)")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        ("title\nAusfall der Dienste f\xfcr Kunden".encode("latin-1"), "Line 2 is not UTF-8"),
        (b"titel\nx", "with at least title"),
        (b"title,ownr\nx,y", "did you mean owner"),
        (b"title\n\n\n", "a header and no risks"),
        (b"title\n" + b"x\n" * 10_001, "more than 10,000 risks"),
        (b"PK\x03\x04nothing", "damaged"),
    ],
)
def test_what_is_no_table_of_risks_is_refused_as_a_whole(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(content)


def test_a_workbook_is_read_as_csv_is(lead: User, alice: User, at: dt.datetime) -> None:
    rows: list[list[Cell]] = [["One node", "alice@example.com", at.date() - DAY]]
    table = read(xlsx(["title", "owner", "identified_on"], rows, sheet="Risks"))
    assert restored(table.stored()) == table
    made = plan_import(lead, table, filename="register.xlsx", at=at)
    carry_out(lead, made, at)
    assert Risk.objects.filter(title="One node", owner=alice, identified_on=at.date() - DAY).exists()


def test_the_template_imports_as_it_stands(lead: User, checkout: Service, at: dt.datetime) -> None:
    content = "".join(csv_lines(COLUMNS, template_rows(lead, at=at), bom=True)).encode()
    made = plan_import(lead, read(content), filename="t.csv", at=at)
    assert told(made) == []
    assert carry_out(lead, made, at) == 2


def test_a_review_too_far_away_is_brought_forward_and_said(lead: User, at: dt.datetime) -> None:
    made = plan(
        lead,
        "title,likelihood,impact,reason,review_due_on",
        f"A,Likely,Major,why,{at.date() + 700 * DAY}",
        f"B,,,,{at.date() - 3 * DAY}",
        at=at,
    )
    ((line, column, text),) = told(made)
    assert (line, column) == (2, "review_due_on")
    assert text.startswith("High: it is looked at again by")
    carry_out(lead, made, at)
    high, overdue = Risk.objects.order_by("pk")
    assert high.current is not None
    assert high.review_due_on == at.date() + dt.timedelta(days=high.current.level.review_days)
    assert overdue.review_due_on == at.date() - 3 * DAY


def test_a_closed_risk_keeps_its_rating(lead: User, risk: Risk, at: dt.datetime) -> None:
    close(lead, risk, because="The node is gone", at=at)
    made = plan(
        lead, "id,title,likelihood,impact,reason,review_due_on",
        f"{risk.short_id},{risk.title},Rare,Minor,why,{at.date()}", at=at,
    )  # fmt: skip
    assert [(column, "is closed" in text) for _line, column, text in told(made)] == [
        ("likelihood", True), ("review_due_on", True),
    ]  # fmt: skip


def test_a_rating_far_from_its_incidents_needs_to_say_why(lead: User, risk: Risk, at: dt.datetime) -> None:
    for days in (30, 60, 90, 120):
        incident = Incident.objects.create(title="Signed out", declared_at=at - days * DAY, state="closed")
        link(lead, risk, relation=Relation.MATERIALISED, incident=incident, at=at)
    header = "id,title,likelihood,impact,reason,despite"
    line = f"{risk.short_id},{risk.title},Rare,Minor,We doubled it,"
    made = plan(lead, header, line, at=at)
    assert [column for _line, column, _text in told(made)] == ["despite"]
    carry_out(lead, plan(lead, header, f"{line}The cause is gone", at=at), at)
    rating = RiskRating.objects.filter(risk=risk).first()
    assert rating is not None
    assert (rating.likelihood.key, rating.despite) == ("rare", "The cause is gone")


def test_a_register_that_changed_after_the_preview_is_not_written_over(lead: User, risk: Risk, at: dt.datetime) -> None:
    lines = ("id,title", f"{risk.short_id},Another title", ",A new one")
    shown = plan(lead, *lines, at=at)
    edit(lead, risk, version=None, at=at, cause="Somebody was faster")
    with pytest.raises(Conflict, match="changed since this preview"):
        apply_import(lead, plan(lead, *lines, at=at), digest=shown.digest, at=at)
    # Between the plan and the write: the rows themselves are asked again.
    with pytest.raises(Conflict, match=r"^Line 2: "):
        carry_out(lead, shown, at)
    assert Risk.objects.count() == 1


def test_owners_hear_of_theirs_once(lead: User, alice: User, at: dt.datetime) -> None:
    made = plan(lead, "title,owner", *(f"Risk {n},alice@example.com" for n in range(3)), at=at)
    carry_out(lead, made, at)
    (note,) = Notification.objects.filter(user=alice)
    assert note.text.endswith("and 2 more risks are yours")


def test_only_stewards_import(alice: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        plan(alice, "title", "A", at=at)


def test_a_file_that_names_a_risk_twice_is_refused(lead: User, risk: Risk, at: dt.datetime) -> None:
    made = plan(lead, "id,title", f"{risk.short_id},A", f"{risk.pk},B", at=at)
    assert [one[:2] for one in told(made)] == [(3, "id")]


def test_the_columns_hold_what_the_models_do() -> None:
    held = {name: Risk._meta.get_field(name) for name in ("title", "cause", "event", "consequence")}
    held |= {name: RiskRating._meta.get_field(name) for name in ("reason", "despite")}
    assert {name: getattr(one, "max_length", None) for name, one in held.items()} == LONGEST


def test_the_number_of_statements_does_not_grow_with_the_file(
    lead: User, alice: User, payments: Team, checkout: Service, at: dt.datetime
) -> None:
    def statements(n: int) -> int:
        lines = [f"Risk {n}-{i},alice@example.com,checkout,Likely,Major,why" for i in range(n)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            carry_out(lead, plan(lead, "title,owner,services,likelihood,impact,reason", *lines, at=at), at)
        return len(seen)

    statements(1)
    assert statements(2) == statements(40)


def test_the_list_as_a_file_imports_again_as_it_was(lead: User, risk: Risk, at: dt.datetime) -> None:
    """Though its rating was made by columns, and the file has the impact as a whole."""
    make.service(slug="stock", name="Stock", team=risk.team)
    edit(lead, risk, version=None, at=at, services=list(Service.objects.all()), cause="=1\r\n2", owner=lead)
    rate(lead, risk, Rated(likelihood="likely", columns={"minutes": "major"}, reason="x"), at=at + DAY)
    listed = risk_rows(lead, filters=RiskFilters(), order=RiskOrder(), at=at + DAY)
    rows = [list(cells(row)) for row in listed.rows]
    for content in ("".join(csv_lines(LISTED, rows)).encode(), xlsx(LISTED, rows, sheet="Risks")):
        made = plan_import(lead, read(content), filename="risks.csv", at=at + DAY)
        assert [one for one in told(made) if "formula" not in one[2]] == []
        assert [(step.verb, step.changes) for step in made.steps] == [(Verb.KEEP, ())]
