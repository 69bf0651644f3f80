"""The pages of the scale: read by everybody, drafted by stewards button by button, put in force as a whole."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import User
from risks.actions.scale import begin_draft
from risks.domain.matrix import Scale
from risks.models import Matrix, MatrixState, Risk
from risks.queries.scale import current, scale_of
from risks.queries.scale_draft import draft_page
from tests.risks.scales import drafted, replaced
from tests.risks.views.test_risks import page
from tests.risks.views.test_treatments import undone

pytestmark = pytest.mark.django_db
DRAFT = "/risks/scale/draft/"


@pytest.fixture
def steward(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


@pytest.fixture
def draft(lead: User, at: dt.datetime) -> Matrix:
    return begin_draft(lead, at=at)


def sent(draft: Matrix, **changes: Any) -> dict[str, Any]:
    """What the page of the draft sends when nothing or a little is changed in it."""
    draft.refresh_from_db()
    scale = scale_of(draft)
    found = {"name": draft.name, "version": draft.version, "do": "save"} | _steps(scale)
    for row in draft_page(scale).rows:
        found |= {cell.name: cell.level for cell in row.cells}
    return found | {name.replace("__", "."): value for name, value in changes.items()}


def _steps(scale: Scale) -> dict[str, Any]:
    found: dict[str, Any] = {
        "likelihood": [one.key for one in scale.likelihoods],
        "impact": [one.key for one in scale.impacts],
        "column": [one.key for one in scale.columns],
        "level": [one.key for one in scale.levels],
    }
    for one in scale.likelihoods:
        found |= {f"likelihood.{one.key}.name": one.name, f"likelihood.{one.key}.low": one.low or ""}
    found |= {f"impact.{one.key}.name": one.name for one in scale.impacts}
    for column in scale.columns:
        found[f"column.{column.key}.name"] = column.name
        for impact, each in column.criteria.items():
            found[f"column.{column.key}.{impact}.words"] = each.words
            found[f"column.{column.key}.{impact}.low"] = each.low or ""
    for level in scale.levels:
        found |= {
            f"level.{level.key}.name": level.name,
            f"level.{level.key}.symbol": level.symbol,
            f"level.{level.key}.review_days": level.review_days,
        }
        asked = ("needs_plan", "needs_ask")
        found |= {f"level.{level.key}.{name}": "1" for name in asked if getattr(level, name)}
    return found


def test_everybody_reads_the_scale_with_its_criteria_and_what_a_level_asks_for(client: Client, bob: User) -> None:
    client.force_login(bob)
    shown = page(client, "/risks/scale/")
    for words in ("Unrecoverable, or wrong data acted upon", "0.25 to below 1", "Above: needs a plan and an executive"):
        assert words in shown, words
    assert "New version" not in shown


def test_an_older_version_stays_readable_and_a_draft_is_none(
    client: Client, bob: User, lead: User, at: dt.datetime
) -> None:
    replaced(lead, at=at, cells={("rare", "minor"): "low"})
    begin_draft(lead, at=at)
    client.force_login(bob)
    assert "Version 1 was replaced" in page(client, "/risks/scale/1/")
    assert "Serious is worse than we thought" in page(client, "/risks/scale/")
    assert client.get("/risks/scale/3/").status_code == 404
    assert client.get("/risks/scale/9/").status_code == 404


def test_a_draft_is_begun_and_sent_back_as_it_is(steward: Client, lead: User) -> None:
    before = current().scale
    assert steward.get(DRAFT)["Location"] == "/risks/scale/"
    steward.post("/risks/scale/begin/")
    row = Matrix.objects.get(state=MatrixState.DRAFT)
    assert row.created_by == lead
    assert steward.post(DRAFT, sent(row)).status_code == 302
    assert scale_of(row) == before
    assert "None of them would have another level." in page(steward, DRAFT)


def test_steps_come_and_go_by_buttons_and_get_the_key_of_their_name(steward: Client, draft: Matrix) -> None:
    steward.post(DRAFT, sent(draft, do="add.likelihood.frequent"))
    shown = page(steward, DRAFT)
    assert "Version 2 is not whole yet: 2 things are missing" in shown
    changes = {"likelihood__new-1__name": "Daily", "likelihood__new-1__low": "300"}
    steward.post(DRAFT, sent(draft, **changes))
    found = scale_of(draft)
    assert [(one.key, one.low, one.high) for one in found.likelihoods][-2:] == [
        ("frequent", 4.0, 300.0),
        ("daily", 300.0, None),
    ]
    assert found.level("daily", "severe").key == "critical"
    assert "Version 2 can be put in force" in page(steward, DRAFT)
    steward.post(DRAFT, sent(draft, do="remove.likelihood.daily"))
    assert scale_of(draft) == current().scale


@pytest.mark.parametrize("axis", ["impact", "column", "level"])
def test_each_axis_takes_one_more_and_gives_it_back(steward: Client, draft: Matrix, axis: str) -> None:
    steward.post(DRAFT, sent(draft, do=f"add.{axis}."))
    assert scale_of(draft) != current().scale
    steward.post(DRAFT, sent(draft, do=f"remove.{axis}.new-1"))
    assert scale_of(draft) == current().scale


def test_the_grid_is_filled_by_sums_with_floors(steward: Client, draft: Matrix) -> None:
    cells = {name: "" for name in sent(draft) if name.startswith("cell.")}
    steward.post(DRAFT, sent(draft) | cells)
    assert scale_of(draft).cells == {}
    given = sent(
        draft, do="fill", sum__medium="5", sum__high="7", sum__critical="9", floor__severe="high", floor__major="medium"
    )
    steward.post(DRAFT, given)
    assert scale_of(draft).cells == current().scale.cells
    answer = steward.post(DRAFT, sent(draft, do="fill", sum__medium="7", sum__high="5"))
    assert answer.status_code == 422
    assert "Each level begins at a higher sum" in answer.content.decode()


@pytest.mark.parametrize(("changes", "said"), [
    ({"likelihood__possible__low": "much"}, "“much” is not a number."),
    ({"likelihood__possible__low": "9"}, "its lower end is not below its upper one."),
    ({"column__money__serious__low": "1e9"}, "Money: “Serious” begins where it has ended already"),
    ({"likelihood__possible__low": "-1"}, "has an end that is no number above zero"),
    ({"likelihood__possible__low": "nan"}, "has an end that is no number above zero"),
    ({"level__high__review_days": "soon"}, "Give a number of days from 1 to 9,999."),
    ({"impact__severe__name": "x" * 61}, "at most 60 characters"),
    ({"do": "add.impact.nothing"}, "This step is not there any more."),
])  # fmt: skip
def test_what_not_even_a_draft_can_be_is_said_and_what_was_typed_stays(
    steward: Client, draft: Matrix, changes: dict[str, str], said: str
) -> None:
    answer = steward.post(DRAFT, sent(draft, name="Typed", **changes))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert 'value="Typed"' in shown
    assert scale_of(draft) == current().scale


def test_two_who_change_a_draft_see_both_versions(steward: Client, draft: Matrix) -> None:
    mine = sent(draft, impact__minor__name="Small")
    steward.post(DRAFT, sent(draft, impact__minor__name="Tiny"))
    answer = steward.post(DRAFT, mine)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"<td>Tiny</td><td>Small</td>", shown)
    seen = re.search(r'name="version" value="(\d+)"', shown)
    assert seen is not None
    steward.post(DRAFT, mine | {"version": seen[1]})
    assert scale_of(draft).impacts[0].name == "Small"


def test_a_hole_keeps_it_out_of_force_and_marks_the_cell(steward: Client, draft: Matrix) -> None:
    steward.post(DRAFT, sent(draft, cell__rare__severe=""))
    shown = page(steward, DRAFT)
    assert "“Rarer than 1 in 16 years” with “Severe” has no level: the grid has no hole." in shown
    assert 'name="cell.rare.severe" aria-label="Rarer than 1 in 16 years, Severe" aria-invalid="true"' in shown
    draft.refresh_from_db()
    answer = steward.post("/risks/scale/draft/force/", {"note": "x", "version": draft.version})
    assert answer.status_code == 422
    assert current().matrix.number == 1


def test_it_is_put_in_force_with_a_note_and_the_risks_are_listed(steward: Client, lead: User, risk: Risk) -> None:
    cells = {("possible", "serious"): "high", ("possible", "major"): "high", ("likely", "serious"): "high"}
    row = drafted(lead, at=timezone.now(), cells=cells)
    assert "1 from Medium to High" in page(steward, DRAFT)
    force = "/risks/scale/draft/force/"
    assert steward.post(force, {"note": "", "version": row.version}).status_code == 422
    assert steward.post(force, {"note": "x", "version": row.version - 1}).status_code == 409
    steward.post(force, {"note": "Serious is worse", "version": row.version})
    assert current().matrix.number == 2
    shown = page(steward, "/risks/to-rate/")
    assert "1 risk is to be rated by version 2 of the scale" in shown
    assert risk.title in shown
    assert risk.title not in page(steward, "/risks/to-rate/?mine=1")
    assert steward.post(force, {"note": "x"})["Location"] == "/risks/scale/"


def test_a_discarded_draft_comes_back(steward: Client, draft: Matrix) -> None:
    steward.post(DRAFT, sent(draft, impact__minor__name="Tiny", name="Fifth"))
    steward.post("/risks/scale/draft/discard/")
    assert not Matrix.objects.filter(state=MatrixState.DRAFT).exists()
    assert steward.post("/risks/scale/draft/discard/").status_code == 302
    undone(steward, "/risks/scale/")
    back = Matrix.objects.get(state=MatrixState.DRAFT)
    assert (back.name, scale_of(back).impacts[0].name) == ("Fifth", "Tiny")
