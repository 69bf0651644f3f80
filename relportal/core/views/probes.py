"""Probes and the portal's own metrics."""

from __future__ import annotations

import ipaddress
import os

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from relportal.core.exceptions import NotAllowed
from relportal.core.health import readiness


@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; says nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def readyz(_request: HttpRequest) -> HttpResponse:
    checks = readiness(at=timezone.now())
    ready = all(check.ok for check in checks)
    body = orjson.dumps({"ready": ready, "checks": checks}, option=orjson.OPT_INDENT_2)
    return HttpResponse(body, status=200 if ready else 503, content_type="application/json")


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Readable from METRICS_NETWORKS only, judged by the connection's own address."""
    address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - an address that no network contains
    if not any(address in network for network in settings.METRICS_NETWORKS):
        raise NotAllowed("This address may not read /metrics: see METRICS_NETWORKS.")
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """All web processes together where PROMETHEUS_MULTIPROC_DIR is set: each alone would look like a counter that resets."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
