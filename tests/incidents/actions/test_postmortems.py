"""Postmortems: prefilled, written by several people, approved by another, published, and found again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from incidents.actions.action_items import Promised, promise
from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare, move, set_privacy
from incidents.actions.postmortems import (
    add_section,
    comment,
    describe,
    missing,
    open_postmortem,
    settle,
    write_section,
)
from incidents.actions.postmortems import move as move_on
from incidents.actions.timeline import write_line
from incidents.models import (
    Entry,
    FailureMode,
    Incident,
    Kind,
    Postmortem,
    PostmortemSection,
    PostmortemState,
    SectionKind,
    State,
)
from incidents.queries.postmortems import PostmortemFilters, PostmortemOrder, owing, postmortem_rows
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import Notification, Role, Team, User
from tests import make

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def olga(rita: User) -> User:
    return make.user("olga@example.com", role=Role.SERVICE_OWNER, team=Team.objects.get(slug="payments"))


@pytest.fixture
def ended(rita: User, at: Any) -> Incident:
    """A SEV-1 of the team payments that lasted an hour."""
    service = make.service(slug="checkout", team=Team.objects.get(slug="payments"))
    given = Declaration(
        title="Cards are refused",
        severity=1,
        services=[service],
        impact_started=at - HOUR,
        summary="The bank's link broke.",
    )
    incident = declare(rita, given, at=at - HOUR / 2)
    write_line(rita, incident, "! switched to the second bank", zone=dt.UTC, at=at - HOUR / 4)
    add_segment(rita, incident, SegmentFields(service=service, start=at - HOUR, end=at, user_share=0.4), at=at)
    return move(rita, incident, State.RESOLVED, at=at, despite=True)


@pytest.fixture
def begun(rita: User, ended: Incident, at: Any) -> Postmortem:
    return open_postmortem(rita, ended, at=at)


def part(row: Postmortem, kind: SectionKind) -> PostmortemSection:
    return row.sections.get(kind=kind)


def complete(rita: User, row: Postmortem, at: Any) -> Postmortem:
    write_section(rita, part(row, SectionKind.CAUSES), "A certificate ran out.", version=None, at=at)
    promise(rita, Promised(title="Watch certificates", incident=row.incident, owner=rita), at=at)
    return row


def test_it_begins_with_what_the_portal_knows(begun: Postmortem) -> None:
    assert "Cards are refused" in part(begun, SectionKind.SUMMARY).text
    assert "The bank's link broke." in part(begun, SectionKind.SUMMARY).text
    assert "40 % of users" in part(begun, SectionKind.IMPACT).text.replace("\u202f", " ")
    assert "second bank" in part(begun, SectionKind.RESPONSE).text
    assert part(begun, SectionKind.CAUSES).text == ""
    assert begun.sections.count() == len(SectionKind)


def test_a_lesser_severity_gets_a_shorter_template_that_can_grow(rita: User, at: Any) -> None:
    row = open_postmortem(rita, declare(rita, Declaration(title="Slow", severity=3), at=at), at=at)
    assert SectionKind.SURPRISED not in set(row.sections.values_list("kind", flat=True))

    add_section(rita, row, SectionKind.SURPRISED, at=at)
    add_section(rita, row, SectionKind.SURPRISED, at=at)

    assert row.sections.filter(kind=SectionKind.SURPRISED).count() == 1


def test_it_is_due_by_business_days_of_the_severity(begun: Postmortem, at: Any) -> None:
    # 2 November 2026 is a Monday; SEV-1 asks for three business days.
    assert begun.due_at is not None
    assert begun.due_at.date() == dt.date(2026, 11, 5)


def test_there_is_one_of_each_incident(rita: User, begun: Postmortem, ended: Incident, at: Any) -> None:
    assert open_postmortem(rita, ended, at=at) == begun
    assert Entry.objects.filter(incident=ended, key="postmortem").count() == 1


def test_nothing_is_learnt_from_a_false_alarm(rita: User, incident: Incident, at: Any) -> None:
    move(rita, incident, State.FALSE_ALARM, at=at)

    with pytest.raises(Conflict):
        open_postmortem(rita, incident, at=at)


def test_a_viewer_begins_and_writes_nothing(watcher: User, ended: Incident, begun: Postmortem, at: Any) -> None:
    with pytest.raises(NotAllowed):
        open_postmortem(watcher, ended, at=at)
    with pytest.raises(NotAllowed):
        write_section(watcher, part(begun, SectionKind.CAUSES), "x", version=1, at=at)


def test_two_writers_of_one_section_lose_nothing_and_of_two_do_not_meet(
    rita: User, olga: User, begun: Postmortem, at: Any
) -> None:
    causes, lucky = part(begun, SectionKind.CAUSES), part(begun, SectionKind.LUCKY)
    write_section(rita, causes, "first", version=causes.version, at=at)
    write_section(olga, lucky, "it was night", version=lucky.version, at=at)

    with pytest.raises(Stale) as stale:
        write_section(olga, causes, "second", version=causes.version, at=at)
    assert stale.value.current.text == "first"


class TestReviewing:
    def test_a_review_needs_causes_and_what_is_done_about_them(self, rita: User, begun: Postmortem, at: Any) -> None:
        assert len(missing(begun)) == 2
        with pytest.raises(Conflict):
            move_on(rita, begun, PostmortemState.IN_REVIEW, at=at)

        complete(rita, begun, at)

        assert missing(begun) == []

    def test_no_action_is_an_answer_when_it_says_why(self, rita: User, begun: Postmortem, at: Any) -> None:
        write_section(rita, part(begun, SectionKind.CAUSES), "Sunspots", version=None, at=at)
        row = describe(
            rita,
            begun,
            version=begun.version,
            owner=rita,
            tags=["Bank ", "bank", "TLS"],
            failure_modes=[],
            no_actions_because="The service is switched off next week",
            at=at,
        )

        assert missing(row) == []
        assert row.tags == ["bank", "tls"]

    def test_four_eyes_approve_and_everyone_who_had_a_role_hears_of_it(
        self, rita: User, olga: User, begun: Postmortem, at: Any
    ) -> None:
        row = move_on(rita, complete(rita, begun, at), PostmortemState.IN_REVIEW, at=at)
        assert Notification.objects.filter(user=olga, text__contains="waits for your approval").exists()

        with pytest.raises(NotAllowed):
            move_on(rita, row, PostmortemState.APPROVED, at=at)
        row = move_on(olga, row, PostmortemState.APPROVED, at=at)
        row = move_on(rita, row, PostmortemState.PUBLISHED, at=at)

        assert (row.approved_by, row.published_at) == (olga, at)
        assert Notification.objects.filter(user=rita, text__contains="approved").exists()

    def test_an_owner_never_approves_her_own(self, olga: User, ended: Incident, rita: User, at: Any) -> None:
        row = complete(olga, open_postmortem(olga, ended, at=at), at)
        row.owner = olga
        row.save()
        row = move_on(olga, row, PostmortemState.IN_REVIEW, at=at)

        with pytest.raises(NotAllowed):
            move_on(olga, row, PostmortemState.APPROVED, at=at)

    def test_what_is_approved_is_what_is_published(self, rita: User, olga: User, begun: Postmortem, at: Any) -> None:
        move_on(rita, complete(rita, begun, at), PostmortemState.IN_REVIEW, at=at)
        move_on(olga, begun, PostmortemState.APPROVED, at=at)

        with pytest.raises(Conflict):
            write_section(rita, part(begun, SectionKind.CAUSES), "changed", version=None, at=at)
        row = move_on(rita, begun, PostmortemState.DRAFT, at=at)
        assert (row.approved_by, row.published_at) == (None, None)
        write_section(rita, part(begun, SectionKind.CAUSES), "changed", version=None, at=at)

    def test_no_step_is_skipped(self, rita: User, begun: Postmortem, at: Any) -> None:
        complete(rita, begun, at)

        with pytest.raises(Conflict):
            move_on(rita, begun, PostmortemState.PUBLISHED, at=at)


def test_comments_are_told_to_the_owner_and_settled(rita: User, watcher: User, begun: Postmortem, at: Any) -> None:
    said = comment(watcher, begun, "Why was there no alert?", section="causes", at=at)
    assert Notification.objects.filter(user=rita, key=f"comment:{said.pk}").exists()

    assert settle(rita, said, at=at).settled_at == at
    assert settle(rita, said, at=at, settled=False).settled_at is None
    with pytest.raises(NotAllowed):
        settle(watcher, said, at=at)


def test_who_cannot_see_the_incident_does_not_write_it(
    rita: User, olga: User, begun: Postmortem, ended: Incident, at: Any
) -> None:
    set_privacy(rita, ended, is_private=True, people=[], at=at)

    with pytest.raises(Invalid):
        describe(rita, begun, version=None, owner=olga, tags=[], failure_modes=[], no_actions_because="", at=at)


class TestLibrary:
    def ids(self, user: User, at: Any, text: str = "", **filters: Any) -> list[int]:
        asked = PostmortemFilters(text=text, **filters)
        return [row.postmortem.pk for row in postmortem_rows(user, filters=asked, order=PostmortemOrder(), at=at).rows]

    def test_it_is_found_by_words_phrases_and_tags_and_not_by_others(
        self, rita: User, begun: Postmortem, at: Any
    ) -> None:
        write_section(
            rita, part(begun, SectionKind.CAUSES), "The certificates of a partner expired.", version=None, at=at
        )

        assert self.ids(rita, at, "certificate") == [begun.pk]
        assert self.ids(rita, at, '"partner expired"') == [begun.pk]
        assert self.ids(rita, at, "certificate -partner") == []
        assert self.ids(rita, at, "database") == []

    def test_it_is_found_by_failure_mode(self, rita: User, begun: Postmortem, at: Any) -> None:
        mode = FailureMode.objects.create(slug="expired", name="Something expired")
        describe(
            rita, begun, version=None, owner=rita, tags=["tls"], failure_modes=[mode], no_actions_because="", at=at
        )

        assert self.ids(rita, at, modes=("expired",)) == [begun.pk]
        assert self.ids(rita, at, "expired") == [begun.pk]
        assert self.ids(rita, at, tags=("tls",)) == [begun.pk]
        assert self.ids(rita, at, tags=("tls", "other")) == []

    def test_a_private_one_is_found_by_nobody_outside(
        self, rita: User, olga: User, begun: Postmortem, ended: Incident, at: Any, client: Client
    ) -> None:
        set_privacy(rita, ended, is_private=True, people=[], at=at)

        assert self.ids(olga, at, "cards") == []
        assert self.ids(rita, at, "cards") == [begun.pk]
        client.force_login(olga)
        assert client.get(begun.get_absolute_url()).status_code == 404
        assert "Cards are refused" not in client.get("/postmortems/").content.decode()

    def test_incidents_that_owe_one_are_named(self, rita: User, ended: Incident, at: Any) -> None:
        drill = declare(rita, Declaration(title="Drill", severity=1, kind=Kind.DRILL.value), at=at)
        move(rita, drill, State.RESOLVED, at=at)
        small = declare(rita, Declaration(title="Small", severity=4), at=at)
        move(rita, small, State.RESOLVED, at=at)

        assert list(owing(rita)) == [ended]
        open_postmortem(rita, ended, at=at)
        assert list(owing(rita)) == []

    def test_a_late_one_is_counted(self, rita: User, begun: Postmortem, at: Any) -> None:
        found = postmortem_rows(
            rita, filters=PostmortemFilters(), order=PostmortemOrder(), at=at + dt.timedelta(days=10)
        )

        assert (found.late, found.rows[0].is_late) == (1, True)

    def test_a_page_of_the_library_takes_few_statements(
        self, rita: User, begun: Postmortem, at: Any, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            open_postmortem(rita, declare(rita, Declaration(title=f"Number {number}", severity=2), at=at), at=at)
        client.force_login(rita)
        client.get("/postmortems/")

        with django_assert_max_num_queries(10):
            assert "Number 19" in client.get("/postmortems/").content.decode()


class TestPages:
    def test_scripts_in_a_section_are_shown_and_do_nothing(
        self, rita: User, begun: Postmortem, at: Any, client: Client
    ) -> None:
        write_section(
            rita, part(begun, SectionKind.CAUSES), "<script>alert(1)</script> [x](javascript:a)", version=None, at=at
        )
        client.force_login(rita)

        page = client.get(begun.get_absolute_url()).content.decode()

        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert 'href="javascript' not in page

    def test_words_that_blame_are_hinted_to_writers_only(
        self, rita: User, watcher: User, begun: Postmortem, at: Any, client: Client
    ) -> None:
        write_section(rita, part(begun, SectionKind.CAUSES), "Bob should have tested it.", version=None, at=at)
        client.force_login(rita)
        assert "“should have”" in client.get(begun.get_absolute_url()).content.decode()

        client.force_login(watcher)
        assert "“should have”" not in client.get(begun.get_absolute_url()).content.decode()

    def test_a_lost_section_shows_both_versions_and_keeps_what_was_typed(
        self, rita: User, begun: Postmortem, at: Any, client: Client
    ) -> None:
        causes = part(begun, SectionKind.CAUSES)
        write_section(rita, causes, "theirs", version=causes.version, at=at)
        client.force_login(rita)

        answer = client.post(f"{begun.get_absolute_url()}sections/causes/", {"text": "mine", "version": causes.version})

        assert answer.status_code == 409
        assert "theirs" in answer.content.decode()
        assert ">\nmine</textarea>" in answer.content.decode()

    def test_the_whole_way_by_pages(self, rita: User, olga: User, ended: Incident, at: Any, client: Client) -> None:
        client.force_login(rita)
        assert "Begin the postmortem" in client.get(f"/incidents/{ended.pk}/learning/").content.decode()
        url = client.post(f"/incidents/{ended.pk}/postmortem/open/")["Location"]
        row = Postmortem.objects.get()
        client.post(f"{url}sections/causes/", {"text": "A certificate", "version": 1})
        client.post("/actions/new/", {
            "title": "Watch certificates", "owner": rita.pk, "incident": ended.short_id, "kind": "detect", "priority": 1,
        })  # fmt: skip
        client.post(f"{url}comments/", {"section": "causes", "text": "Which one?"})
        assert "Which one?" in client.get(url).content.decode()
        client.post(f"{url}move/", {"to": "in_review"})
        client.force_login(olga)
        client.post(f"{url}move/", {"to": "approved"})
        client.post(f"{url}move/", {"to": "published"})

        row.refresh_from_db()
        assert row.state == PostmortemState.PUBLISHED
        assert row.incident.actions.get().title == "Watch certificates"
        assert "Published" in client.get("/postmortems/?q=certificate").content.decode()
