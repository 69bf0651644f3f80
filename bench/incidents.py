"""An incident that everybody looks at, over HTTP: what the room costs, 200 readers beside 20 writers, and no line lost."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.pages import p95_ms, peopled
from bench.report import Report, repeated
from bench.web import Portal, Tally, portal, session_of
from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare
from incidents.actions.timeline import write_line
from incidents.models import Entry, Incident
from relportal.core.models import Membership, Role, Service, Team, User

READERS: Final = 200
WRITERS: Final = 20
OPENED_WITHIN_S: Final = 30
LASTS_S: Final = 60
ASKED_EVERY_S: Final = 6
"""As templates/incidents/room_live.html says."""
WRITTEN_EVERY_S: Final = 5
SLOWEST_MS: Final = 300
ROOM_MS: Final = 100
QUIET_MS: Final = 10
_STAMP: Final = re.compile(r'id="live-stamp" name="stamp" value="([^"]+)"')


@dataclass(slots=True)
class Crowd:
    """What all of them did; `wrote` are the lines that the portal said it had taken."""

    site: Portal
    room: str
    opened: Tally = field(default_factory=Tally)
    asked: Tally = field(default_factory=Tally)
    lines: Tally = field(default_factory=Tally)
    wrote: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - incidents never ask Prometheus
    peopled()
    leader = User.objects.get(email="leader@bench.example")
    readers, writers = _people()
    incident = _incident(leader)
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        _alone(report, leader, incident)
        sessions = [session_of(each) for each in (*readers, *writers)]
    with portal() as site:
        _together(report, site, incident, sessions)


def _people() -> tuple[list[User], list[User]]:
    """Most may only look; those who write may respond, so that their rooms show all that can be done."""
    User.objects.bulk_create(
        (
            User(email=f"p{number}@crowd.example", display_name=f"Person {number}")
            for number in range(READERS + WRITERS)
        ),
        ignore_conflicts=True,
    )
    people = list(User.objects.filter(email__endswith="@crowd.example").order_by("pk"))
    Membership.objects.filter(user__in=people).delete()
    readers, writers = people[:READERS], people[READERS:]
    team = Team.objects.order_by("pk")[0]
    Membership.objects.bulk_create(Membership(user=each, role=Role.VIEWER) for each in readers)
    Membership.objects.bulk_create(Membership(user=each, role=Role.RESPONDER, team=team) for each in writers)
    return readers, writers


def _incident(leader: User) -> Incident:
    at = timezone.now()
    Incident.objects.all().delete()
    services = list(Service.objects.order_by("pk")[:3])
    incident = declare(leader, Declaration(title="Card payments fail", services=services, severity=1), at=at)
    for number in range(100):
        write_line(leader, incident, f"-{number}m line {number}", zone=dt.UTC, at=at)
    add_segment(leader, incident, SegmentFields(service=services[0], start=at - dt.timedelta(minutes=20)), at=at)
    return incident


def _alone(report: Report, leader: User, incident: Incident) -> None:
    """In this process, with nobody else there; a leader sees the most."""
    client = Client(headers={"HX-Request": "true"})
    client.force_login(leader)
    room = incident.get_absolute_url()
    seen = _stamp_of(client.get(room).content.decode())
    rest = seen.partition(".")[0]
    asked: tuple[tuple[str, str, int], ...] = (
        ("room with 100 lines", room, ROOM_MS),
        ("room, anything changed: its moving part", f"{room}live/?stamp=other", ROOM_MS),
        ("room, a line is new: its timeline", f"{room}live/?stamp={rest}.other", SLOWEST_MS // 10),
        ("room, nothing new: 204", f"{room}live/?stamp={seen}", QUIET_MS),
    )
    for name, path, most in asked:
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        queries = len(captured)
        spent = _processor(lambda path=path: client.get(path))  # type: ignore[misc]
        taken = repeated(lambda _number, path=path: client.get(path), times=40)  # type: ignore[misc]
        middle = statistics.median(taken) * 1000
        report.add(f"{name}, median", f"{middle:.1f} ms", target=f"<= {most} ms", met=middle <= most)
        report.add("  p95; processor; queries", f"{p95_ms(taken):.0f} ms; {spent:.0f} ms; {queries}")


def _processor(work: Callable[[], object]) -> float:
    """Milliseconds of this process for each of 20 runs."""
    begun = time.process_time()
    for _number in range(20):
        work()
    return (time.process_time() - begun) * 50


def _together(report: Report, site: Portal, incident: Incident, sessions: Sequence[str]) -> None:
    """All open the room within half a minute; then, for a minute, they ask as the page does and twenty write."""
    crowd = Crowd(site, incident.get_absolute_url())
    looking = [
        threading.Thread(target=_look, args=(crowd, session, number * OPENED_WITHIN_S / len(sessions)))
        for number, session in enumerate(sessions)
    ]
    for each in looking:
        each.start()
    time.sleep(OPENED_WITHIN_S + ASKED_EVERY_S)
    crowd.asked, busy = Tally(), site.processor_s()
    writing = [
        threading.Thread(target=_write, args=(crowd, session, number))
        for number, session in enumerate(sessions[READERS:])
    ]
    for each in writing:
        each.start()
    for each in writing:
        each.join()
    busy = site.processor_s() - busy
    crowd.over.set()
    for each in looking:
        each.join()
    _told(report, crowd, incident)
    report.add("  processor that gunicorn used meanwhile", f"{busy / LASTS_S * 100:.0f} % of a core")


def _told(report: Report, crowd: Crowd, incident: Incident) -> None:
    stored = Counter(Entry.objects.filter(incident=incident, kind="note").values_list("text", flat=True))
    lost = sum(stored[text] != 1 for text in crowd.wrote)
    wrong = crowd.opened.wrong + crowd.asked.wrong + crowd.lines.wrong
    people = READERS + WRITERS
    report.add(f"{people} people open the room within {OPENED_WITHIN_S} s, p50", f"{_p50(crowd.opened):.0f} ms")
    report.add("  p95", f"{p95_ms(crowd.opened.taken):.0f} ms")
    _speed(report, f"{READERS} readers, {len(crowd.asked.taken)} questions in {LASTS_S} s", crowd.asked)
    _speed(report, f"{WRITERS} writers beside them, {len(crowd.wrote)} lines", crowd.lines)
    report.add("  lines lost or doubled", str(lost), target="0", met=lost == 0)
    report.add("  requests refused or failed", str(len(wrong)), target="0", met=not wrong)
    for words in wrong[:3]:
        print(f"    {words}")


def _speed(report: Report, name: str, tally: Tally) -> None:
    p95 = p95_ms(tally.taken)
    report.add(f"{name}: p50", f"{_p50(tally):.0f} ms")
    report.add("  p95", f"{p95:.0f} ms", target=f"<= {SLOWEST_MS} ms", met=p95 <= SLOWEST_MS)


def _p50(tally: Tally) -> float:
    return statistics.median(tally.taken) * 1000


def _look(crowd: Crowd, session: str, after: float) -> None:
    """Opens the room, and asks every few seconds what is new, as static/js/incidents.js does."""
    time.sleep(after)
    page = crowd.site.ask(crowd.room, session=session)
    crowd.opened.add(page, 200)
    seen = _stamp_of(page.text)
    while not crowd.over.wait(ASKED_EVERY_S):
        answer = crowd.site.ask(f"{crowd.room}live/?stamp={seen}", session=session, HX_Request="true")
        crowd.asked.add(answer, 200, 204)
        seen = _stamp_of(answer.text) or seen


def _write(crowd: Crowd, session: str, number: int) -> None:
    """A line every few seconds, not all at the same moment."""
    time.sleep(number * WRITTEN_EVERY_S / WRITERS)
    seen = ""
    for line in range(LASTS_S // WRITTEN_EVERY_S):
        text, begun = f"writer {number} writes line {line}", time.monotonic()
        form = {"text": text, "stamp": seen}
        answer = crowd.site.ask(f"{crowd.room}line/", session=session, form=form, HX_Request="true")
        crowd.lines.add(answer, 200)
        if answer.status == 200:
            crowd.wrote.append(text)
        seen = _stamp_of(answer.text) or seen
        time.sleep(max(0.0, begun + WRITTEN_EVERY_S - time.monotonic()))


def _stamp_of(text: str) -> str:
    found = _STAMP.search(text)
    return found[1] if found else ""
