"""The form of an objective: what is wrong is said at the field, and nothing that was typed is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.models import Service, Team, User
from slo.models import Indicator, Objective
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(payments: Team) -> Service:
    return make.service(slug="checkout", name="Checkout", team=payments)


@pytest.fixture
def indicator(service: Service) -> Indicator:
    indicator = make.indicator(slug="http", name="HTTP")
    make.series(indicator=indicator, service=service)
    return indicator


@pytest.fixture
def typed(service: Service, indicator: Indicator) -> dict[str, object]:
    return {
        "indicator": indicator.pk,
        "services": [service.pk],
        "name": "Availability",
        "target": "99.9",
        "window_kind": "rolling",
        "window_days": 30,
        "counting": "occurrences",
    }


@pytest.fixture
def owner(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_percent_is_typed_and_a_ratio_is_promised(owner: Client, typed: dict[str, object]) -> None:
    answer = owner.post("/slos/new/", typed)
    made = Objective.objects.get()
    assertRedirects(answer, f"/slos/{made.pk}/", fetch_redirect_response=False)
    assert made.target == Decimal("0.999")
    assertContains(owner.get(f"/slos/{made.pk}/"), "Availability is promised.")


def test_one_form_promises_for_several_services(
    owner: Client, typed: dict[str, object], payments: Team, indicator: Indicator, service: Service
) -> None:
    other = make.service(team=payments)
    make.series(indicator=indicator, service=other)
    owner.post("/slos/new/", typed | {"services": [service.pk, other.pk]})
    assert set(Objective.objects.values_list("service_id", flat=True)) == {service.pk, other.pk}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"target": "100"}, "no error budget"),
        ({"target": "0"}, "target"),
        ({"target": "high"}, "Enter a number"),
        ({"window_days": "0"}, "day"),
        ({"window_kind": "fortnight"}, "fortnight"),
        ({"window_kind": "month", "window_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"counting": "timeslices"}, "slice target"),
        ({"rules": "page often"}, "Line 1"),
        ({"rules": "page 2000x 1h/5m"}, "can never fire"),
        ({"services": []}, "required"),
    ],
)
def test_what_cannot_be_promised_is_said_and_what_was_typed_stays(
    owner: Client, typed: dict[str, object], changed: dict[str, object], said: str
) -> None:
    answer = owner.post("/slos/new/", typed | changed)
    assertContains(answer, said, status_code=422)
    assertContains(answer, 'value="Availability"', status_code=422)
    assert not Objective.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"target": "100"},
        {"target": ""},
        {"indicator": ""},
        {"services": []},
        {"window_days": "0"},
        {"window_kind": "month", "window_zone": "Mars/Olympus"},
        {"counting": "often"},
        {"counting": "timeslices"},
        {"counting": "timeslices", "slice_target": "200"},
        {"rules": "page often"},
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_preview_of_anything_answers_and_saves_nothing(
    owner: Client, typed: dict[str, object], changed: dict[str, object], headers: dict[str, str]
) -> None:
    answer = owner.post("/slos/new/", typed | changed | {"preview": "1"}, headers=headers)
    assert answer.status_code == 200
    assertContains(answer, "Preview")
    if headers:
        assertNotContains(answer, "<html")
    assert not Objective.objects.exists()


def test_a_preview_says_that_the_source_does_not_answer(owner: Client, typed: dict[str, object]) -> None:
    """The source of the builder stands at a port where nothing listens."""
    assertContains(owner.post("/slos/new/", typed | {"preview": "1"}), "rp-error")


def test_a_lost_update_shows_what_the_other_saved_and_keeps_both(
    owner: Client, typed: dict[str, object], lead: User
) -> None:
    owner.post("/slos/new/", typed)
    made = Objective.objects.get()
    path = f"/slos/{made.pk}/edit/"
    theirs, mine = Client(), owner
    theirs.force_login(lead)
    assert theirs.post(path, typed | {"target": "99.5", "version": 1}).status_code == 302
    answer = mine.post(path, typed | {"target": "99", "version": 1})
    assert answer.status_code == 409
    assertContains(answer, "Now saved", status_code=409)
    assertContains(answer, 'value="99"', status_code=409)
    made.refresh_from_db()
    assert made.target == Decimal("0.995")


def test_retiring_can_be_undone(owner: Client, typed: dict[str, object]) -> None:
    owner.post("/slos/new/", typed)
    made = Objective.objects.get()
    assert owner.post(f"/slos/{made.pk}/retire/").status_code == 302
    assertContains(owner.get(f"/slos/{made.pk}/"), "Restore")
    assert owner.post(f"/slos/{made.pk}/restore/").status_code == 302
    made.refresh_from_db()
    assert made.retired_at is None


def test_a_reader_edits_nothing(client: Client, bob: User, typed: dict[str, object], service: Service) -> None:
    objective = make.objective(service=service)
    client.force_login(bob)
    for path in ("/slos/new/", f"/slos/{objective.pk}/edit/"):
        assert client.get(path).status_code == 403
        assert client.post(path, typed).status_code == 403
    assert client.post(f"/slos/{objective.pk}/retire/").status_code == 403


def test_an_owner_is_not_offered_services_of_other_teams(owner: Client, service: Service) -> None:
    other = make.service(name="Someone else's")
    page = owner.get("/slos/new/")
    assertContains(page, f'value="{service.pk}"')
    assertNotContains(page, str(other.name))


def test_an_objective_that_is_not_there_is_a_404_with_its_name(owner: Client) -> None:
    assertContains(owner.get("/slos/4711/"), "SLO-4711", status_code=404)
    assertContains(owner.get("/slos/4711/edit/"), "SLO-4711", status_code=404)


@pytest.mark.parametrize("values", [{"window_kind": "fortnight"}, {"window_kind": ""}, {"counting": "timeslices"}])
def test_a_preview_of_half_a_form_says_what_is_missing(values: dict[str, str], lead: User, client: Client) -> None:
    objective = make.objective()
    client.force_login(lead)
    form = {"indicator": objective.indicator.pk, "target": "99.9", "window_kind": "rolling", "window_days": "30"}
    answer = client.post("/slos/new/", {**form, "counting": "occurrences", **values, "preview": "1"})
    assert answer.status_code == 200
    assert "rp-error" in answer.content.decode()
