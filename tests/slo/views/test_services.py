from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import Dependency, Journey, JourneyService, Lifecycle, Service, ServiceLink, Team, User
from slo.models import Status
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(payments: Team) -> Service:
    service = make.service(slug="checkout", name="Checkout", team=payments, tier=1)
    make.status(objective=make.objective(service=service, name="Availability"), band="breached", remaining=-0.5)
    make.status(objective=make.objective(service=service, name="Latency"))
    return service


def as_user(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_the_title_of_the_list_is_what_a_leader_asks(client: Client, bob: User, checkout: Service) -> None:
    make.service()
    assertContains(as_user(client, bob).get("/services/"), "1 breached of 2 services")


@pytest.mark.parametrize("services", [3, 50])
def test_the_list_takes_at_most_eight_statements_however_long_it_is(
    client: Client, bob: User, services: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(services):
        make.status(objective=make.objective())
    as_user(client, bob)
    with django_assert_max_num_queries(8):
        response = client.get("/services/")
    assert response.status_code == 200


def test_filters_and_order_are_in_the_address(client: Client, bob: User, checkout: Service) -> None:
    make.service(name="Stock", slug="stock", tier=2)
    as_user(client, bob)
    page = client.get("/services/?tier=1&q=check&sort=-name")
    assertContains(page, "Checkout")
    assertNotContains(page, ">Stock<")
    assertContains(page, '<option value="1" selected>')
    assertContains(page, 'aria-sort="descending"')


def test_several_values_in_one_filter_stay_when_the_form_is_sent_again(client: Client, bob: User) -> None:
    assertContains(
        as_user(client, bob).get("/services/?tier=1,2"), '<option value="1,2" selected>Tier 1, Tier 2</option>'
    )


@pytest.mark.parametrize(
    "query",
    [
        "tier=9",
        "tier=x",
        "band=blue",
        "lifecycle=gone",
        "below=0",
        "below=999",
        "page=-1",
        "page=9999999999999",
        "sort=id",
    ],
)
def test_an_address_that_means_nothing_shows_the_list_and_says_so(client: Client, bob: User, query: str) -> None:
    assertContains(as_user(client, bob).get(f"/services/?{query}"), "it was left out")


@pytest.mark.parametrize("query", ["q=%27%22%3C", "team=%F0%9F%92%A9", "q='; DROP TABLE core_service; --", "page=0"])
def test_hostile_addresses_are_answered_with_a_page(client: Client, bob: User, query: str) -> None:
    assert as_user(client, bob).get(f"/services/?{query}").status_code == 200


def test_a_filter_without_a_match_offers_to_clear_it(client: Client, bob: User, checkout: Service) -> None:
    assertContains(as_user(client, bob).get("/services/?q=nothing"), "Clear all filters")


def test_an_empty_catalog_teaches_what_to_do(client: Client, lead: User) -> None:
    assertContains(as_user(client, lead).get("/services/"), "Bring them in from CSV or Backstage")


def test_the_csv_holds_what_is_shown_on_every_page_of_it(client: Client, bob: User, checkout: Service) -> None:
    for number in range(60):
        make.service(name=f"=Service {number}", tier=2)
    make.service(tier=4)
    response = as_user(client, bob).get("/services/?tier=1,2&format=csv&page=2")
    text = b"".join(response).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 61
    assert (rows[0]["slug"], rows[0]["band"], rows[0]["remaining"]) == ("checkout", "breached", "-0.5")
    assert "Runbook" in rows[0]["missing"]
    assert rows[1]["name"].startswith("'=Service")


def test_the_title_of_a_service_is_the_claim(client: Client, bob: User, checkout: Service) -> None:
    assertContains(as_user(client, bob).get("/services/checkout/"), "Checkout: 1 of 2 objectives breached")


def test_a_service_shows_neighbours_journeys_and_what_is_missing(
    client: Client, bob: User, checkout: Service, payments: Team
) -> None:
    stock = make.service(slug="stock", name="Stock", team=payments)
    shop = make.service(slug="shop", name="Shop", team=payments)
    Dependency.objects.create(service=checkout, depends_on=stock, hard=False)
    Dependency.objects.create(service=shop, depends_on=checkout)
    journey = Journey.objects.create(slug="buy", name="Buy a ticket")
    JourneyService.objects.create(journey=journey, service=checkout)
    make.objective(service=checkout, name="Never measured")
    page = as_user(client, bob).get("/services/checkout/")
    for words in (
        "Never measured",
        "no data",
        "Stock",
        "soft",
        "Shop",
        "Buy a ticket",
        "Link what to read when it fails at night",
    ):
        assertContains(page, words)


def test_a_service_page_does_not_ask_more_for_more_objectives(
    client: Client, bob: User, checkout: Service, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        other = make.service()
        Dependency.objects.create(service=checkout, depends_on=other)
        make.status(objective=make.objective(service=checkout))
    as_user(client, bob)
    # One of them is for its risks, one for its level on the ladder, one for its launches, and two each for runbooks and recovery.
    with django_assert_max_num_queries(22):
        client.get("/services/checkout/")


def test_a_service_that_is_not_there_is_said_to_be(client: Client, bob: User) -> None:
    response = as_user(client, bob).get("/services/nothing/")
    assertContains(response, "There is no service nothing.", status_code=404)


@pytest.mark.parametrize(
    "path",
    [
        "/services/",
        "/services/checkout/",
        "/services/?format=csv",
        "/services/catalog.csv",
        "/journeys/",
        "/journeys/buy/",
    ],
)
def test_an_outsider_and_a_stranger_see_nothing_of_the_catalog(
    client: Client, charlie: User, checkout: Service, path: str
) -> None:
    Journey.objects.create(slug="buy", name="Buy")
    assert client.get(path).status_code == 302
    assert as_user(client, charlie).get(path).status_code == 403


def test_buttons_follow_the_permission(client: Client, alice: User, bob: User, checkout: Service) -> None:
    other = make.service(slug="other")
    as_user(client, bob)
    assertNotContains(client.get("/services/checkout/"), '/services/checkout/edit/" class')
    assertNotContains(client.get("/services/"), "/services/new/")
    as_user(client, alice)
    assertContains(client.get("/services/checkout/"), "/services/checkout/edit/")
    assertNotContains(client.get(f"/services/{other.slug}/"), 'class="btn" href="/services/other/edit/"')


def test_links_that_nobody_confirmed_lately_are_told_and_confirmed_one_or_all(
    client: Client, alice: User, bob: User, checkout: Service
) -> None:
    now = timezone.now()
    old = now - dt.timedelta(days=181)
    for kind, verified_at in (("logs", old), ("traces", None), ("runbook", now)):
        ServiceLink.objects.create(service=checkout, kind=kind, url=f"https://{kind}.example/", verified_at=verified_at)
    page = as_user(client, bob).get("/services/checkout/")
    for words in (f"not confirmed since {old:%-d %b %Y}", "never confirmed", f"Links entered {now:%-d %b %Y}"):
        assertContains(page, words)
    assertNotContains(page, "confirm-links")
    as_user(client, alice)
    assertContains(client.get("/services/checkout/"), "It works", count=2)
    url = "/services/checkout/confirm-links/"
    answer = client.post(url, {"url": "https://logs.example/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/services/checkout/#links")
    page = client.get("/services/checkout/")
    assertContains(page, "1 link of Checkout is confirmed.")
    assertContains(page, "never confirmed")
    assertContains(page, f"Links confirmed {now:%-d %b %Y} by Alice")
    client.post(url)
    assertNotContains(client.get("/services/checkout/"), "It works")
    assert client.post(url, {"url": "https://gone.example/"}).status_code == 404


def form_data(service: Service | None = None, /, **changes: object) -> dict[str, object]:
    data: dict[str, object] = {
        "name": service.name if service else "Mail",
        "tier": "2",
        "team": (service.team_id if service else None) or "",
        "lifecycle": "production",
        "description": "",
        "aliases": "",
        "links-TOTAL_FORMS": "0",
        "links-INITIAL_FORMS": "0",
        "dependencies-TOTAL_FORMS": "0",
        "dependencies-INITIAL_FORMS": "0",
    }
    data |= {"version": service.version} if service else {"slug": "mail"}
    return data | changes


def test_an_owner_creates_a_service_with_links_and_dependencies_in_one_form(
    client: Client, alice: User, payments: Team, checkout: Service
) -> None:
    data = form_data(
        team=payments.pk,
        aliases="post, mailer, post",
        **{
            "links-TOTAL_FORMS": "2",
            "links-0-kind": "runbook",
            "links-0-url": "https://wiki.example/mail",
            "links-0-label": "",
            "links-1-kind": "runbook",
            "links-1-url": "",
            "links-1-label": "",
            "dependencies-TOTAL_FORMS": "1",
            "dependencies-0-service": "CHECKOUT",
            "dependencies-0-hard": "0",
        },
    )
    response = as_user(client, alice).post("/services/new/", data)
    assert (response.status_code, response.headers["Location"]) == (302, "/services/mail/")
    mail = Service.objects.get(slug="mail")
    assert mail.aliases == ["post", "mailer"]
    assert [link.url for link in mail.links.all()] == ["https://wiki.example/mail"]
    assert [(edge.depends_on, edge.hard) for edge in mail.dependencies.all()] == [(checkout, False)]


def test_a_refused_form_keeps_what_was_typed_and_says_why(client: Client, alice: User, checkout: Service) -> None:
    data = form_data(
        name="Checkout",
        slug="a b",
        description="typed words",
        **{"dependencies-TOTAL_FORMS": "1", "dependencies-0-service": "chekout", "dependencies-0-hard": "1"},
    )
    response = as_user(client, alice).post("/services/new/", data)
    assertContains(response, "typed words", status_code=422)
    assertContains(response, "did you mean checkout?", status_code=422)


def test_what_the_action_refuses_is_shown_at_its_field(client: Client, alice: User, checkout: Service) -> None:
    response = as_user(client, alice).post("/services/new/", form_data(name="Checkout"))
    assertContains(response, "own teams only", status_code=422)


def test_saving_the_edit_form_as_it_was_changes_nothing(client: Client, alice: User, checkout: Service) -> None:
    Dependency.objects.create(service=checkout, depends_on=make.service(slug="stock"))
    as_user(client, alice)
    page = client.get("/services/checkout/edit/")
    form, editor = page.context["form"], page.context["editor"]
    data = {bound.html_name: bound.value() or "" for bound in form} | {"aliases": ""}
    for rows in (editor.links, editor.dependencies):
        data |= {bound.html_name: bound.value() for bound in rows.management_form}
        data |= {bound.html_name: bound.field.prepare_value(bound.value()) or "" for row in rows for bound in row}
    assert client.post("/services/checkout/edit/", data).status_code == 302
    checkout.refresh_from_db()
    assert checkout.version == 1


def test_a_lost_update_shows_both_versions_and_then_replaces_knowingly(
    client: Client, alice: User, checkout: Service
) -> None:
    as_user(client, alice)
    Service.objects.filter(pk=checkout.pk).update(version=7, description="Theirs.")
    data = form_data(checkout, description="Mine.")
    response = client.post("/services/checkout/edit/", data)
    assertContains(response, "Theirs.", status_code=409)
    assertContains(response, "Mine.", status_code=409)
    checkout.refresh_from_db()
    assert checkout.description == "Theirs."
    assertContains(response, 'name="version" value="7"', status_code=409)
    assert client.post("/services/checkout/edit/", data | {"version": "7"}).status_code == 302
    checkout.refresh_from_db()
    assert checkout.description == "Mine."


def test_a_retired_service_offers_its_return(client: Client, alice: User, checkout: Service) -> None:
    as_user(client, alice)
    page = client.post("/services/checkout/retire/", follow=True)
    assertContains(page, "Undo: bring it back")
    assertNotContains(client.get("/services/"), "Checkout")
    client.post("/services/checkout/restore/")
    checkout.refresh_from_db()
    assert checkout.lifecycle == Lifecycle.PRODUCTION


@pytest.mark.parametrize("path", ["edit/", "retire/", "restore/"])
def test_who_does_not_own_a_service_does_not_write_it(client: Client, bob: User, checkout: Service, path: str) -> None:
    response = as_user(client, bob).post(f"/services/checkout/{path}", form_data(checkout))
    assert response.status_code == 403
    checkout.refresh_from_db()
    assert checkout.version == 1


def test_writing_is_never_done_by_get(client: Client, alice: User, checkout: Service) -> None:
    as_user(client, alice)
    assert client.get("/services/checkout/retire/").status_code == 405
    assert client.get("/services/checkout/restore/").status_code == 405


def test_a_row_that_was_drawn_before_follows_its_numbers(client: Client, bob: User, checkout: Service) -> None:
    as_user(client, bob)
    assertContains(client.get("/services/"), "50\u202f%, ")
    Status.objects.filter(band="breached").update(remaining=-0.75)
    assertContains(client.get("/services/"), "75\u202f%, ")
    Service.objects.update(name="Check & out")
    assertContains(client.get("/services/"), "Check &amp; out")


@pytest.mark.parametrize("path", ["/services/", "/services/checkout/"])
def test_a_page_without_news_is_not_sent_again(client: Client, bob: User, checkout: Service, path: str) -> None:
    as_user(client, bob)
    client.get(path)  # the first answer brings the cookie that forms need
    etag = {"If-None-Match": client.get(path).headers["ETag"]}
    assert client.get(path, headers=etag).status_code == 304
    Status.objects.update(computed_at=timezone.now())
    assert client.get(path, headers=etag).status_code == 200
