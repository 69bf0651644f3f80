"""An incident that everybody looks at: the room for readers, what a writer waits for, and that no line is lost."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import threading
import time
from typing import Final

from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from bench.pages import p95_ms, peopled
from bench.report import Report
from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare
from incidents.actions.timeline import write_line
from incidents.models import Entry, Incident
from incidents.queries.room import stamp
from relportal.core.models import Service, User

READERS: Final = 200
WRITERS: Final = 20
LINES: Final = 5
SLOWEST_MS: Final = 300
_STAMP: Final = re.compile(r"stamp=([0-9a-f]{16})")


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - incidents never ask Prometheus
    peopled()
    leader = User.objects.get(email="leader@bench.example")
    incident = _incident(leader)
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        _reading(report, leader, incident)
        _crowd(report, leader, incident)


def _incident(leader: User) -> Incident:
    at = timezone.now()
    Incident.objects.all().delete()
    services = list(Service.objects.order_by("pk")[:3])
    incident = declare(leader, Declaration(title="Card payments fail", services=services, severity=1), at=at)
    for number in range(100):
        write_line(leader, incident, f"-{number}m line {number}", zone=dt.UTC, at=at)
    add_segment(leader, incident, SegmentFields(service=services[0], start=at - dt.timedelta(minutes=20)), at=at)
    return incident


def _reading(report: Report, leader: User, incident: Incident) -> None:
    client = Client()
    client.force_login(leader)
    room, live = incident.get_absolute_url(), f"{incident.get_absolute_url()}live/"
    taken, quiet = [], []
    for _number in range(40):
        taken.append(_timed(client, room))
        quiet.append(_timed(client, f"{live}?stamp={stamp(incident)}"))
    report.add("room with 100 lines, p95", f"{p95_ms(taken):.1f} ms")
    report.add("room, nothing new: 204", f"{statistics.median(quiet) * 1000:.1f} ms")


def _crowd(report: Report, leader: User, incident: Incident) -> None:
    """200 readers who ask every six seconds are 33 a second; 20 writers write beside them, all in this one process."""
    before = Entry.objects.filter(incident=incident).count()
    over = threading.Event()
    read: list[float] = []
    wrote: list[float] = []
    readers = [threading.Thread(target=_reader, args=(leader, incident, over, read)) for _each in range(2)]
    writers = [threading.Thread(target=_writer, args=(leader, incident, number, wrote)) for number in range(WRITERS)]
    for each in (*readers, *writers):
        each.start()
    for each in writers:
        each.join()
    over.set()
    for each in readers:
        each.join()
    lost = before + WRITERS * LINES - Entry.objects.filter(incident=incident).count()
    report.add(f"{WRITERS} writers at once, lines lost", str(lost), target="0", met=lost == 0)
    p95 = p95_ms(wrote)
    report.add("  a line, p95", f"{p95:.0f} ms", target=f"<= {SLOWEST_MS} ms", met=p95 <= SLOWEST_MS)
    p95 = p95_ms(read)
    report.add("  a reader beside them, p95", f"{p95:.0f} ms", target=f"<= {SLOWEST_MS} ms", met=p95 <= SLOWEST_MS)


def _reader(leader: User, incident: Incident, over: threading.Event, taken: list[float]) -> None:
    client = Client()
    client.force_login(leader)
    mark, pause = "", 2 * 6 / READERS
    while not over.is_set():
        begun = time.perf_counter()
        answer = client.get(f"{incident.get_absolute_url()}live/", {"stamp": mark})
        taken.append(time.perf_counter() - begun)
        if found := _STAMP.search(answer.content.decode()):
            mark = found[1]
        time.sleep(pause)
    connection.close()


def _writer(leader: User, incident: Incident, number: int, taken: list[float]) -> None:
    """A person who writes a line every second."""
    client = Client()
    client.force_login(leader)
    for line in range(LINES):
        time.sleep(1 + number / WRITERS)
        begun = time.perf_counter()
        client.post(f"{incident.get_absolute_url()}line/", {"text": f"writer {number}, line {line}"})
        taken.append(time.perf_counter() - begun)
    connection.close()


def _timed(client: Client, path: str) -> float:
    begun = time.perf_counter()
    client.get(path)
    return time.perf_counter() - begun
