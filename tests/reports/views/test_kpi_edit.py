from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from relportal.core.models import Team, User
from reports.models import KpiComment, KpiInput, KpiTarget, ReportSettings

DAYS = {"first": "2026-10-05", "last": "2026-10-11"}
NUMBERS = {"toil_h": "30", "work_h": "100", "answered": "6", "asked": "8"}


def test_numbers_are_entered_and_stand_on_the_page_of_the_kpi(lead: User, payments: Team, client: Client) -> None:
    client.force_login(lead)
    wrong = client.post("/scorecards/kpis/toil/enter/", DAYS | NUMBERS | {"toil_h": "300", "team": "payments"})
    assert wrong.status_code == 422
    assert "This is a part of 100" in wrong.content.decode()
    assert 'value="300"' in wrong.content.decode()
    sent = client.post("/scorecards/kpis/toil/enter/", DAYS | NUMBERS | {"team": "payments"}, follow=True)
    page = sent.content.decode()
    assert KpiInput.objects.get().numbers == {"toil_h": 30, "work_h": 100, "answered": 6, "asked": 8}
    assert "What was entered" in page
    assert "Payments" in page


def test_what_was_added_and_dropped_is_named_a_line_each(lead: User, client: Client) -> None:
    client.force_login(lead)
    given = DAYS | {"met": "7", "committed": "9", "added_names": "Canary\r\nSecond region\r\n"}
    page = client.post("/scorecards/kpis/roadmap_delivery/enter/", given, follow=True).content.decode()
    assert "Added on the way: 2 (Canary; Second region)" in page
    wrong = client.post("/scorecards/kpis/roadmap_delivery/enter/", given | {"added": "1"})
    assert wrong.status_code == 422
    assert "Of 1 you name 2." in wrong.content.decode()


def test_a_file_says_its_problems_by_line_and_is_only_checked_when_asked(lead: User, client: Client) -> None:
    client.force_login(lead)
    header = client.get("/scorecards/kpis/toil/file/?format=csv").getvalue().decode("utf-8-sig")
    assert header.startswith("first,last,scope,toil_h")
    good = b"first,last,toil_h,work_h,answered,asked\n2026-10-05,2026-10-11,30,100,6,8\n"

    def send(content: bytes, **more: str) -> str:
        file = SimpleUploadedFile("toil.csv", content)
        return client.post("/scorecards/kpis/toil/file/", {"file": file, **more}, follow=True).content.decode()

    assert "1 row can be entered" in send(good, check="on")
    assert "1 problem: nothing was written" in send(good + b"x,y,1,2,3,4\n")
    assert not KpiInput.objects.exists()
    send(good)
    assert KpiInput.objects.count() == 1


def test_a_target_is_written_in_percent(lead: User, client: Client) -> None:
    client.force_login(lead)
    given = {"since": "2026-10-01", "green": "20", "red": "35", "reason": "Council of October"}
    page = client.post("/scorecards/kpis/toil/target/", given, follow=True).content.decode()
    row = KpiTarget.objects.get()
    assert (row.green, row.red) == (0.2, 0.35)
    assert "Council of October" in page
    wrong = client.post("/scorecards/kpis/toil/target/", given | {"green": "40"})
    assert wrong.status_code == 422


def test_a_comment_is_shown_beside_the_figure(lead: User, client: Client) -> None:
    client.force_login(lead)
    first = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    of = f"?period=month:{first.replace(day=1)}"
    sent = client.post(f"/scorecards/kpis/toil/comment/{of}", {"text": "We hired two."}, follow=True)
    assert KpiComment.objects.get().first == first.replace(day=1)
    assert sent.status_code == 200


def test_numbers_of_a_kpi_that_is_counted_cannot_be_entered(lead: User, client: Client) -> None:
    client.force_login(lead)
    assert client.get("/scorecards/kpis/incidents/enter/").status_code == 404


def test_the_year_is_cut_anew_once_its_author_has_read_what_changes(lead: User, client: Client) -> None:
    client.force_login(lead)
    given = {
        "first_month": "2", "shift": "0", "began_on": "2026-01-01", "customers": "1000", "promise": "99.9",
        "reason": "As the books", "version": "1",
    }  # fmt: skip
    told = client.post("/scorecards/settings/", given).content.decode()
    assert "Quarters will be cut anew" in told
    assert "Feb–Apr" in told
    assert not ReportSettings.objects.filter(first_month=2).exists()
    sent = client.post("/scorecards/settings/", given | {"confirm": "on"}, follow=True)
    assert sent.redirect_chain == [("/scorecards/", 302)]
    row = ReportSettings.objects.get()
    assert (row.first_month, row.allowed_minutes) == (2, 1.0)
    assert "Feb–Apr" in client.get("/scorecards/").content.decode()
    stale = client.post("/scorecards/settings/", given | {"confirm": "on", "first_month": "3"})
    assert stale.status_code == 409
    for wrong in ({"promise": ""}, {"began_on": "2999-01-01"}, {"promise": "100"}):
        refused = client.post("/scorecards/settings/", given | {"confirm": "on", "version": "2"} | wrong)
        assert refused.status_code == 422, wrong
