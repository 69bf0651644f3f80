from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries as AssertNum

from relportal.core.models import AuditEvent, Service, ServiceLink, User
from reports.actions.levels import evaluate
from reports.domain.ladder_text import from_json
from reports.models import Attestation, LadderVersion, ServiceLevel
from risks.models import GovernanceException
from tests import make
from tests.reports.ladders import in_force
from tests.risks.defaults import fill_defaults
from tests.risks.views.test_treatments import undone

LADDER = "/scorecards/ladder/"
DRAFT = f"{LADDER}rules/draft/"


@pytest.fixture
def shop(alice: User) -> Service:
    """Bronze of tier 1, whose minimum is silver; a second service of tier 2 holds its bronze."""
    in_force()
    team = alice.memberships.get().team
    shop = make.service(slug="shop", name="Shop", tier=1, team=team)
    search = make.service(slug="search", name="Search", tier=2, team=team)
    for one in (shop, search):
        ServiceLink.objects.create(service=one, kind="runbook", url="https://wiki.example/x")
    make.service(slug="loner", name="Loner", tier=3)
    evaluate(at=timezone.now())
    return shop


def heading(page: Any) -> str:
    text: str = page.content.decode()
    return text.partition("<h1>")[2].partition("</h1>")[0]


def test_the_list_says_how_many_hold_their_minimum_and_which_rule_stops_most(
    shop: Service, bob: User, client: Client, django_assert_max_num_queries: AssertNum
) -> None:
    client.force_login(bob)
    with django_assert_max_num_queries(14):
        page = client.get(LADDER)
    assert heading(page) == "1 of 2 services hold the level that their tier asks for"
    text = page.content.decode()
    assert text.index(">Shop<") < text.index(">Search<") < text.index(">Loner<")
    assert "Run a backup." in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"stands": "short"}, ["shop"]), ({"tier": "2,3"}, ["search", "loner"]), ({"team": "payments"}, ["shop", "search"]),
        ({"rule": "runbook"}, ["loner"]), ({"q": "sea"}, ["search"]), ({"journey": "none"}, []),
        ({"tier": "x", "stands": "maybe"}, ["shop", "search", "loner"]),
    ],
)  # fmt: skip
def test_the_csv_has_what_the_list_shows(
    shop: Service, bob: User, client: Client, query: dict[str, str], names: list[str]
) -> None:
    client.force_login(bob)
    answer = client.get(LADDER, query | {"format": "csv"}).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [row["service"] for row in rows] == names
    assert all(row["ladder"] == "1" for row in rows)


def test_a_service_shows_each_rule_with_its_fix_or_what_to_connect(
    shop: Service, bob: User, client: Client, django_assert_max_num_queries: AssertNum
) -> None:
    client.force_login(bob)
    with django_assert_max_num_queries(14):
        page = client.get(f"{LADDER}services/shop/")
    assert heading(page) == "Shop: Bronze; 1 rule is missing for Silver"
    text = page.content.decode()
    assert "No backup tool is connected: attest what you have seen." in text
    assert "Unknown" in text
    assert "Silver at least" in text
    loner = client.get(f"{LADDER}services/loner/").content.decode()
    assert '<a href="/services/loner/edit/">Link the runbook.</a>' in loner
    assert client.get(f"{LADDER}services/nobody/").status_code == 404


def test_an_owner_attests_and_the_level_follows(shop: Service, alice: User, client: Client) -> None:
    client.force_login(alice)
    path = f"{LADDER}services/shop/attest/"
    assert 'value="backup_job" selected' in client.get(path, {"fact": "backup_job"}).content.decode()
    given = {"fact": "backup_job", "on": "2019-01-01", "holds": "yes", "note": "x", "url": ""}
    refused = client.post(path, given)
    assert refused.status_code == 422
    assert "this one is over already" in refused.content.decode()
    today = timezone.localdate().isoformat()
    assert client.post(path, given | {"on": today, "note": "Green for a month"}).status_code == 302
    row = Attestation.objects.get()
    assert (row.by, row.holds, AuditEvent.objects.filter(action="ladder.attest").count()) == (alice, True, 1)
    evaluate(at=timezone.now())
    page = client.get(f"{LADDER}services/shop/").content.decode()
    assert "Shop holds Silver, the highest level" in page
    assert "Green for a month" in page


def test_an_exception_of_a_rule_is_asked_for_with_the_rule_as_its_subject(
    shop: Service, alice: User, client: Client
) -> None:
    fill_defaults()
    client.force_login(alice)
    path = f"{LADDER}services/shop/backup_job/except/"
    assert client.get(path).status_code == 200
    ends = timezone.localdate().replace(year=timezone.localdate().year + 1)
    assert client.post(path, {"reason": "", "ends_on": ends}).status_code == 422
    sent = client.post(path, {"title": "No backup", "reason": "Rebuilt from events", "ends_on": _soon()})
    row = GovernanceException.objects.get()
    assert sent.headers["Location"] == row.get_absolute_url()
    assert (row.kind, row.service, row.subject_key) == ("standard", shop, "ladder:backup_job")
    assert client.get(f"{LADDER}services/shop/nothing/except/").status_code == 404


def _soon() -> str:
    return (timezone.localdate() + dt.timedelta(days=30)).isoformat()


# Rules.


@pytest.fixture
def steward(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def sent(row: LadderVersion, **changes: str) -> dict[str, Any]:
    """The form of the draft as the page draws it, with changes."""
    ladder = from_json(row.content)
    form: dict[str, Any] = {
        "version": str(row.version), "name": row.name, "level": [one.key for one in ladder.levels],
        "rule": [one.key for one in ladder.rules],
    }  # fmt: skip
    form |= {f"level.{one.key}.name": one.name for one in ladder.levels}
    form |= {f"minimum.{tier}": level for tier, level in ladder.minimums.items()}
    for one in ladder.rules:
        words = {"fact": one.fact, "level": one.level, "compare": one.compare.value, "fix": one.fix, "link": one.link}
        form |= {f"rule.{one.key}.{name}": value for name, value in words.items()}
        form[f"rule.{one.key}.threshold"] = "" if one.threshold is None else f"{one.threshold:g}"
    return form | {name.replace("__", "."): value for name, value in changes.items()}


@pytest.fixture
def draft(shop: Service, steward: Client) -> LadderVersion:
    assert steward.post(f"{LADDER}rules/begin/").headers["Location"] == DRAFT
    assert steward.post(f"{LADDER}rules/begin/").headers["Location"] == DRAFT
    return LadderVersion.objects.get(state="draft")


def test_everybody_reads_the_rules_and_the_versions(shop: Service, bob: User, client: Client) -> None:
    client.force_login(bob)
    page = client.get(f"{LADDER}rules/")
    assert heading(page) == "3 rules decide on 2 levels"
    assert "Overdue actions of SEV-0 to SEV-2: at most 0" in page.content.decode()
    assert client.get(f"{LADDER}rules/1/").status_code == 200
    assert client.get(f"{LADDER}rules/9/").status_code == 404


def test_a_draft_is_changed_looked_at_and_published(
    draft: LadderVersion, steward: Client, django_assert_max_num_queries: AssertNum
) -> None:
    assert "can be published" in heading(steward.get(DRAFT))
    assert steward.post(DRAFT, sent(draft, do="add.rule.bronze")).status_code == 302
    draft.refresh_from_db()
    faulty = steward.get(DRAFT)
    assert "2 things are wrong" in heading(faulty)
    assert "What it would change" not in faulty.content.decode()
    assert steward.post(f"{DRAFT}publish/", {"note": "More", "version": draft.version}).status_code == 422
    steward.post(
        DRAFT,
        sent(draft)
        | {"rule.new-1.fact": "actionability", "rule.new-1.compare": "at_least", "rule.new-1.threshold": "70 %"}
        | {"rule.new-1.fix": "Mend alerts."},
    )
    draft.refresh_from_db()
    added = from_json(draft.content).rules[-1]
    assert (added.key, added.threshold, added.level) == ("actionability", 0.7, "bronze")
    with django_assert_max_num_queries(40):
        page = steward.get(DRAFT).content.decode()
    assert "At the minimum of their tier: 0 of 2 services, now 1 of 2." in page
    assert "2 from Bronze to No level." in page
    assert steward.post(f"{DRAFT}publish/", {"note": "", "version": draft.version}).status_code == 422
    assert steward.post(f"{DRAFT}publish/", {"note": "Alerts count", "version": draft.version}).status_code == 302
    evaluate(at=timezone.now())
    assert {one.rank for one in ServiceLevel.objects.filter(until=None)} == {0}
    assert "Version 1 was replaced" in heading(steward.get(f"{LADDER}rules/1/"))
    assert AuditEvent.objects.filter(action="ladder.publish", reason="Alerts count").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule__overdue_actions__threshold": "many"}, "“many” is not a number."),
        ({"rule__runbook__link": "javascript:alert(1)"}, "must begin with https:// or /."),
        ({"name": ""}, "This field cannot be blank."),
    ],
)
def test_what_no_draft_can_be_is_refused_and_what_was_typed_stays(
    draft: LadderVersion, steward: Client, changes: dict[str, str], said: str
) -> None:
    page = steward.post(DRAFT, sent(draft, rule__runbook__fix="Typed", **changes))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert 'value="Typed"' in page.content.decode()


def test_two_who_change_a_draft_do_not_overwrite_each_other(draft: LadderVersion, steward: Client) -> None:
    form = sent(draft)
    assert steward.post(DRAFT, form).status_code == 302
    assert steward.post(DRAFT, form | {"name": "Mine"}).status_code == 409
    assert steward.post(f"{DRAFT}publish/", {"note": "x", "version": form["version"]}).status_code == 409


def test_a_level_goes_with_its_rules_and_a_discarded_draft_comes_back(draft: LadderVersion, steward: Client) -> None:
    steward.post(DRAFT, sent(draft, do="remove.level.silver"))
    draft.refresh_from_db()
    assert [one.key for one in from_json(draft.content).levels] == ["bronze"]
    steward.post(f"{DRAFT}discard/")
    assert not LadderVersion.objects.filter(state="draft").exists()
    assert steward.post(f"{DRAFT}discard/").status_code == 302
    undone(steward, f"{LADDER}rules/")
    assert len(from_json(LadderVersion.objects.get(state="draft").content).levels) == 1
    assert steward.get(DRAFT).status_code == 200
