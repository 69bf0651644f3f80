"""A storm of alerts by webhook while the worker is away: all accepted, each kept once, and how soon they are caught up.

ALERT_MINUTES says how long the storm lasts: 1 unless told otherwise, so that all benchmarks end soon. The promise is about 5.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import threading
import time
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from bench.pages import p95_ms, peopled
from bench.report import Report
from bench.web import Portal, Tally, portal, start_worker, stop_worker
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Alert, Delivery, Integration
from relportal.core.models import Heartbeat, WorkItem
from relportal.core.permissions import SYSTEM

A_MINUTE: Final = 5000
SENDERS: Final = 8
AGAIN: Final = 50
"""Each so many deliveries is sent twice, as a sender does that got no answer in time."""
SECRET: Final = "correct-horse-battery"
SLOWEST_MS: Final = 300
CAUGHT_UP_S: Final = 300


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - alerts come by themselves
    peopled()
    WorkItem.objects.all().delete()
    Integration.objects.all().delete()
    fields = IntegrationFields(name="Alertmanager")
    create_integration(SYSTEM, slug="main", kind="alertmanager", fields=fields, secret=SECRET, at=timezone.now())
    minutes = float(os.environ.get("ALERT_MINUTES", "1"))
    with portal() as site:
        start_worker(site)
        _ticking()
        _storm(report, site, minutes=minutes)


def _ticking() -> None:
    """Waits for the first tick of the worker."""
    begun = timezone.now()
    while not Heartbeat.objects.filter(name="tick", at__gt=begun).exists():
        if timezone.now() - begun > dt.timedelta(minutes=1):
            raise RuntimeError("the worker does not tick")
        time.sleep(0.2)


def _storm(report: Report, site: Portal, *, minutes: float) -> None:
    """The worker is stopped after a fifth of it, and started again when it is over."""
    begun, count = timezone.now(), round(A_MINUTE * minutes)
    tallies = [Tally() for _each in range(SENDERS)]
    senders = [
        threading.Thread(target=_send, args=(site, tally, range(number, count, SENDERS), begun))
        for number, tally in enumerate(tallies)
    ]
    started, busy = time.monotonic(), site.processor_s()
    for each in senders:
        each.start()
    time.sleep(minutes * 60 / 5)
    stop_worker(site)
    left_at = Alert.objects.count()
    for each in senders:
        each.join()
    sent_s, busy = time.monotonic() - started, site.processor_s() - busy
    waiting = Delivery.objects.filter(result=Delivery.Result.WAITING).count()
    restarted = time.monotonic()
    start_worker(site)
    caught_up = _caught_up()
    drained_s = time.monotonic() - restarted
    taken = [seconds for tally in tallies for seconds in tally.taken]
    wrong = [words for tally in tallies for words in tally.wrong]
    report.add(f"{count} alerts, one a delivery, sent within", f"{sent_s:.0f} s ({count / sent_s * 60:.0f}/min)")
    report.add("  deliveries not accepted", str(len(wrong)), target="0", met=not wrong)
    p95 = p95_ms(taken)
    report.add("  accepted: p50", f"{statistics.median(taken) * 1000:.0f} ms")
    report.add("  accepted: p95", f"{p95:.0f} ms", target=f"<= {SLOWEST_MS} ms", met=p95 <= SLOWEST_MS)
    report.add("  processor that gunicorn used meanwhile", f"{busy / sent_s * 100:.0f} % of a core")
    report.add("  kept when the worker stopped; waiting when it came back", f"{left_at}; {waiting}")
    seconds = f"{drained_s:.0f} s" if caught_up else "not caught up"
    report.add("  caught up after", seconds, target=f"<= {CAUGHT_UP_S} s", met=caught_up)
    _each_once(report, count)
    for words in wrong[:3]:
        print(f"    {words}")


def _each_once(report: Report, count: int) -> None:
    """Also none that nobody sent: the fingerprints are the numbers that were sent."""
    kept = list(Alert.objects.values_list("fingerprint", flat=True))
    lost = len({_fingerprint(number) for number in range(count)} - set(kept))
    report.add("  alerts lost", str(lost), target="0", met=lost == 0)
    extra = len(kept) - (count - lost)
    report.add("  alerts doubled or not sent", str(extra), target="0", met=extra == 0)


def _caught_up() -> bool:
    deadline = time.monotonic() + CAUGHT_UP_S
    while Delivery.objects.filter(result=Delivery.Result.WAITING).exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _send(site: Portal, tally: Tally, numbers: range, begun: dt.datetime) -> None:
    """Each at its time, so that a slow answer delays no other sender and is caught up with."""
    started, path = time.monotonic(), reverse("incidents:hook", args=["main"])
    for number in numbers:
        time.sleep(max(0.0, started + number * 60 / A_MINUTE - time.monotonic()))
        body = json.dumps(_payload(number, begun)).encode()
        for _time in range(2 if number % AGAIN == 0 else 1):
            answer = site.ask(path, body=body, Authorization=f"Bearer {SECRET}", Content_Type="application/json")
            tally.add(answer, 202)


def _fingerprint(number: int) -> str:
    return f"{number:016x}"


def _payload(number: int, begun: dt.datetime) -> dict[str, Any]:
    """As Alertmanager writes it: a group with one alert."""
    labels = {
        "alertname": f"HighErrorRate{number % 40}",
        "instance": f"10.0.{number // 250 % 250}.{number % 250}:8080",
        "job": "checkout",
        "service": f"service-{number % 900}",
        "severity": "critical" if number % 10 == 0 else "warning",
    }
    alert = {
        "status": "firing",
        "labels": labels,
        "annotations": {
            "description": "5.2% of the requests fail for 5 minutes.",
            "runbook_url": "https://runbooks.example.com/HighErrorRate",
            "summary": f"{labels['service']} answers with errors",
        },
        "startsAt": (begun - dt.timedelta(seconds=30)).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=errors&g0.tab=1",
        "fingerprint": _fingerprint(number),
    }
    return {
        "receiver": "relportal",
        "status": "firing",
        "alerts": [alert],
        "groupLabels": {"alertname": labels["alertname"]},
        "commonLabels": labels,
        "commonAnnotations": alert["annotations"],
        "externalURL": "http://alertmanager.example.com:9093",
        "version": "4",
        "groupKey": f'{{}}:{{instance="{labels["instance"]}"}}',
        "truncatedAlerts": 0,
    }
