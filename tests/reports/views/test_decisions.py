from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from relportal.core.models import Role, User
from reports.models import Ask, Decision
from tests import make
from tests.reports.asked import asked

FORM = {
    "title": "A second region", "context": "<script>alert(1)</script> see RISK-1", "wanted_by": "2099-12-15",
    "recommended": "1", "name_1": "Build it", "effect_1": "Fewer outages", "cost_1": "0.38 M", "effect_nothing": "As bad",
    "refs": "kpi:toil",
}  # fmt: skip


def test_an_ask_is_written_read_and_decided_in_place(lead: User, client: Client) -> None:
    executive = make.user("cto@example.com", role=Role.EXECUTIVE)
    make.objective()
    client.force_login(lead)
    wrong = client.post("/decisions/asks/new/", FORM | {"decider": executive.pk, "refs": "RISK-99"})
    assert wrong.status_code == 422
    assert "There is no RISK-99" in wrong.content.decode()
    assert 'value="0.38 M"' in wrong.content.decode()
    page = client.post("/decisions/asks/new/", FORM | {"decider": executive.pk}, follow=True).content.decode()
    one = Ask.objects.get()
    assert "<script>alert(1)" not in page
    assert "Fewer outages" in page
    assert "Withdraw the ask" in page
    client.force_login(executive)
    assert "Decisions wanted from you" in client.get("/").content.decode()
    empty = client.post(f"{one.get_absolute_url()}decide/", {"option": "1", "reason": ""})
    assert empty.status_code == 422
    given = {"option": "1", "reason": "It pays back", "version": "1", "follow_up_on": "2099-01-01"}
    client.post(f"{one.get_absolute_url()}decide/", given)
    made = Decision.objects.get()
    assert "Decisions wanted from you" not in client.get("/").content.decode()
    page = client.get(made.get_absolute_url()).content.decode()
    assert "It pays back" in page
    sent = client.post(
        f"{made.get_absolute_url()}outcome/", {"verdict": "worked", "words": "Quiet nights"}, follow=True
    )
    assert "Quiet nights" in sent.content.decode()
    newer = client.post(f"{made.get_absolute_url()}supersede/", {"title": "Sell it", "reason": "Offer"}, follow=True)
    assert f'Supersedes</dt><dd><a href="{made.get_absolute_url()}' in newer.content.decode()


def test_a_lost_update_of_an_ask_shows_both(lead: User, client: Client) -> None:
    executive = make.user("cto@example.com", role=Role.EXECUTIVE)
    one = asked(lead, executive, at=timezone.now() - dt.timedelta(minutes=1), wanted_by=dt.date(2099, 1, 1))
    client.force_login(lead)
    Ask.objects.filter(pk=one.pk).update(title="Theirs", version=2)
    page = client.post(f"{one.get_absolute_url()}edit/", FORM | {"decider": executive.pk, "version": "1"})
    assert page.status_code == 409
    assert "Theirs" in page.content.decode()


def test_the_lists_answer_first_and_are_to_be_had_as_csv(
    lead: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    executive = make.user("cto@example.com", role=Role.EXECUTIVE)
    client.force_login(lead)
    assert "No decision is wanted" in client.get("/decisions/asks/").content.decode()
    at = timezone.now() - dt.timedelta(days=40)
    for days in (5, 90):
        asked(lead, executive, at=at, wanted_by=at.date() + dt.timedelta(days=days))
    client.get("/decisions/asks/")
    with django_assert_max_num_queries(12):
        page = client.get("/decisions/asks/").content.decode()
    assert "2 decisions are wanted, 1 overdue" in page
    late = client.get("/decisions/asks/?state=overdue&format=csv").getvalue().decode()
    assert late.count("A second region") == 1
    client.post("/decisions/new/", {"title": "Freeze on Fridays", "reason": "It burns", "refs": "kpi:toil"})
    with django_assert_max_num_queries(13):
        page = client.get("/decisions/?outcome=open,none").content.decode()
    assert "Freeze on Fridays" in page
    assert "DEC-" in client.get("/decisions/?format=csv").getvalue().decode()
    assert client.get(f"/r/DEC-{Decision.objects.get().pk}/").status_code == 302
    assert "Freeze on Fridays" in client.get("/search/?q=freeze").content.decode()
