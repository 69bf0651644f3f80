"""A brake on runaway clients, counted in each process: it protects the server, it is no quota."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from rest_framework.throttling import UserRateThrottle


class LocalThrottle(UserRateThrottle):
    cache: Any = caches["local"]
