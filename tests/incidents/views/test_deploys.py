"""The pages of deploys, and the panel of suspects in a room."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Deploy, DeployState, Entry, EntryKind, Suspect, SuspectVerdict
from relportal.core.models import Service, User
from tests import make
from tests.incidents.shipping import caused, deploy, incident, minutes

pytestmark = pytest.mark.django_db
LIST = "/deploys/"


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() - minutes(60)


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", team=rita.memberships.get().team)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def listed(client: Client, query: str = "") -> list[Deploy]:
    return [one.deploy for one in client.get(f"{LIST}?{query}").context["listed"].rows]


def test_the_list_is_filtered_searched_sorted_and_given_as_csv(
    rita: User, bob: User, checkout: Service, now: dt.datetime
) -> None:
    stock = make.service(slug="stock", name="Stock")
    bad = deploy(
        checkout, now, state=DeployState.FAILED, revision="2.0", author="Ann", size=40, url="https://ci.test/1"
    )
    back = deploy(checkout, now + minutes(9), is_rollback=True, revision="1.9")
    old = deploy(stock, now - dt.timedelta(days=200), description="Faster search", size=9)
    caused(incident(rita, checkout, began=now + minutes(5)), bad)
    client = client_of(bob)
    page = client.get(LIST)
    assert page.context["title"] == "1 deploy did not go through"
    for query, expected in (
        ("", [back, bad, old]),
        ("service=checkout", [back, bad]),
        ("state=failed", [bad]),
        ("rollback=yes", [back]),
        ("rollback=no", [bad, old]),
        ("verdict=cause", [bad]),
        ("verdict=fix", []),
        ("period=90", [back, bad]),
        (f"team={checkout.team.slug if checkout.team else ''}", [back, bad]),
        ("q=faster", [old]),
        ("q=ann+2.0", [bad]),
        ("sort=size", [old, bad, back]),
    ):
        assert listed(client, query) == expected, query
    assert "There is no verdict" in text(client.get(f"{LIST}?verdict=maybe"))
    lines = b"".join(client.get(f"{LIST}?state=failed&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert f"{bad.pk},checkout," in lines
    assert "cause failed rolled_back,INC-" in lines


def test_the_list_takes_as_many_statements_for_fifty_deploys_as_for_three(
    rita: User, checkout: Service, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    make.status(objective=make.objective(service=checkout))
    row, client = incident(rita, checkout, began=now), client_of(rita)
    for count in range(50):
        caused(row, deploy(checkout, now - minutes(9 * count + 10)))
    client.get(LIST)
    with django_assert_max_num_queries(24):
        assert len(listed(client)) == 50


def test_the_rates_stand_above_the_list_with_their_computation(
    rita: User, bob: User, checkout: Service, now: dt.datetime
) -> None:
    for _each in range(9):
        deploy(checkout, now - dt.timedelta(days=3))
    bad = deploy(checkout, now)
    deploy(checkout, now - dt.timedelta(days=200), state=DeployState.FAILED)
    caused(incident(rita, checkout, began=now + minutes(10)), bad)
    assert f'hx-get="{reverse("incidents:deploy-figures")}' in text(client_of(bob).get(LIST))
    body = text(client_of(bob).get(reverse("incidents:deploy-figures")))
    for words in ("10\u202f%", "1 of 10", "How is this computed?", "<details", "median of 1", "Checkout"):
        assert words in body, words
    nothing = text(client_of(bob).get(f"{reverse('incidents:deploy-figures')}?service=none"))
    assert "no deploy to production in this period" in nothing
    assert "2 of 11" in text(client_of(bob).get(f"{reverse('incidents:deploy-figures')}?period=365"))


def test_no_page_lets_a_private_incident_be_inferred_from_a_deploy(
    rita: User, bob: User, checkout: Service, now: dt.datetime
) -> None:
    one = deploy(checkout, now)
    secret = incident(rita, checkout, began=now + minutes(5), private=True)
    caused(secret, one)
    outsider, insider = client_of(bob), client_of(rita)
    for address in (LIST, f"{LIST}{one.pk}/", reverse("slo:service-detail", args=["checkout"])):
        assert "caused an incident" not in text(outsider.get(address)), address
        assert secret.short_id not in text(outsider.get(address)), address
    assert secret.short_id in text(insider.get(f"{LIST}{one.pk}/"))
    figures = reverse("incidents:deploy-figures")
    assert "0 of 1" in text(outsider.get(figures))
    assert "1 of 1" in text(insider.get(figures))
    assert (listed(outsider, "verdict=cause"), listed(insider, "verdict=cause")) == ([], [one])
    assert outsider.get(reverse("incidents:suspects", args=[secret.pk])).status_code == 404
    risks = [client.get(f"{LIST}{one.pk}/").context["row"].risk.score for client in (outsider, insider)]
    later = deploy(checkout, now + minutes(30))
    other = [client.get(f"{LIST}{later.pk}/").context["row"].risk.score for client in (outsider, insider)]
    assert risks[0] == risks[1]
    assert other[0] + 5 == other[1]


def test_a_deploy_shows_its_facts_its_risk_with_reasons_and_its_incidents(
    rita: User, checkout: Service, now: dt.datetime
) -> None:
    one = deploy(checkout, now, size=1200, author="Ann", description="<b>New</b> basket", took=None)
    row = incident(rita, checkout, began=now + minutes(5))
    caused(row, one, SuspectVerdict.FIX)
    body = text(client_of(rita).get(f"{LIST}{one.pk}/"))
    for words in ("1,200 lines changed", "of 100", row.short_id, "Ann", "nobody said so yet", "How is this computed?"):
        assert words in body, words
    assert "<b>New" not in body
    assert client_of(rita).get(f"{LIST}{one.pk + 1}/").status_code == 404


def test_the_newest_deploys_stand_on_the_page_of_their_service(bob: User, checkout: Service, now: dt.datetime) -> None:
    address = reverse("slo:service-detail", args=["checkout"])
    assert "All deploys" not in text(client_of(bob).get(address))
    one = deploy(checkout, now, revision="2.0")
    body = text(client_of(bob).get(address))
    assert f"{LIST}{one.pk}/" in body


def test_a_deploy_is_marked_in_the_room_with_and_without_scripts(
    rita: User, checkout: Service, now: dt.datetime
) -> None:
    one = deploy(checkout, now - minutes(8))
    row, client = incident(rita, checkout, began=now), client_of(rita)
    panel, button = (
        reverse("incidents:suspects", args=[row.pk]),
        reverse("incidents:suspect-mark", args=[row.pk, one.pk]),
    )
    assert f'hx-get="{panel}" hx-trigger="load"' in text(client.get(row.get_absolute_url()))
    page, fragment = text(client.get(panel)), text(client.get(panel, headers={"hx-request": "true"}))
    assert ("<html" in page, "<html" in fragment) == (True, False)
    assert "on Checkout itself" in page
    assert "on Checkout itself" in fragment
    assert client.post(button, {"verdict": "cause"}).status_code == 302
    assert Suspect.objects.get().verdict == "cause"
    drawn = client.post(button, {"verdict": ""}, headers={"hx-request": "true"})
    assert 'id="suspects"' in text(drawn)
    assert not Suspect.objects.exists()
    assert Entry.objects.filter(incident=row, kind=EntryKind.DEPLOY).count() == 2


@pytest.mark.parametrize(("verdict", "words"), [("suspect", "Choose cause"), ("cause", "cannot be its cause")])
def test_what_cannot_be_marked_is_said_in_the_panel(
    rita: User, checkout: Service, now: dt.datetime, verdict: str, words: str
) -> None:
    row, one = incident(rita, checkout, began=now), deploy(checkout, now + minutes(20))
    button = reverse("incidents:suspect-mark", args=[row.pk, one.pk])
    assert words in text(client_of(rita).post(button, {"verdict": verdict}, headers={"hx-request": "true"}))
    assert words in text(client_of(rita).post(button, {"verdict": verdict}, follow=True))
    assert not Suspect.objects.exists()


def test_who_only_reads_sees_the_suspects_without_buttons(
    rita: User, watcher: User, checkout: Service, now: dt.datetime
) -> None:
    one = deploy(checkout, now - minutes(8))
    row, client = incident(rita, checkout, began=now), client_of(watcher)
    body = text(client.get(reverse("incidents:suspects", args=[row.pk])))
    assert "on Checkout itself" in body
    assert 'name="verdict"' not in body
    assert client.post(reverse("incidents:suspect-mark", args=[row.pk, one.pk]), {"verdict": "fix"}).status_code == 403
