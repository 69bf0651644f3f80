"""A small world whose every event is known: what happened, what a counter showed, and what a portal must say. No portal code.

Times are epoch seconds. Scrapes are 60 s apart, a few seconds off the grid. `known` is the events that a reader of the 5-minute
grid can know of at an instant: those up to the last scrape at or before the newest grid instant that had a fresh scrape (one of
its last five minutes). Everything is added up in plain loops.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from tests.slo.prom import Counter

SCRAPE = 60
FRESH = 300
UTC = dt.UTC


def stamp(text: str) -> int:
    """Epoch seconds of an instant in UTC, `2026-03-01 05:00`."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass(slots=True)
class Scrape:
    """What had happened in truth until this scrape, and what the two counters of each pod showed (None: not there yet)."""

    at: int
    total: int
    bad: int
    fast: int
    shown: dict[str, tuple[int, int | None, int]]


@dataclass(slots=True)
class World:
    """One service. `restarts` are the scrapes (numbers) at which a pod begins anew; scrapes inside `gaps` did not happen."""

    name: str
    start: int
    end: int
    offset: int
    pods: int = 1
    rate: int = 20
    failing: float = 0.01
    seed: int = 1
    restarts: tuple[int, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    quiet_hours: tuple[int, int] | None = None
    lazy: bool = False
    outages: tuple[tuple[int, int], ...] = ()
    scrapes: list[Scrape] = field(default_factory=list)

    def __post_init__(self) -> None:
        stamps = list(range(self.start + self.offset, self.end, SCRAPE))
        own = {f"{self.name}-{number}": [0, 0, 0] for number in range(self.pods)}
        drawn = {pod: self._drawn(stamps, seed=100 * self.seed + place) for place, pod in enumerate(own)}
        total = bad = fast = 0
        for number, at in enumerate(stamps):
            for place, (pod, counts) in enumerate(own.items()):
                if number in self.restarts and place == number % self.pods:
                    counts[:] = [0, 0, 0]
                happened, failed, quick = drawn[pod][number]
                total, bad, fast = total + happened, bad + failed, fast + quick
                counts[0] += happened
                counts[1] += failed
                counts[2] += quick
            if any(low <= at < high for low, high in self.gaps):
                continue
            shown = {
                pod: (counts[0], counts[1] if counts[1] or not self.lazy else None, counts[2])
                for pod, counts in own.items()
            }
            self.scrapes.append(Scrape(at, total, bad, fast, shown))

    def _drawn(self, stamps: list[int], *, seed: int) -> list[list[int]]:
        """Requests, failures and quick answers of each minute of a pod."""
        chance = np.random.default_rng(seed)
        failing = [0.5 if any(low <= at < high for low, high in self.outages) else self.failing for at in stamps]
        happened = chance.integers(0, self.rate + 1, len(stamps))
        happened[[self._quiet(at) for at in stamps]] = 0
        failed, quick = chance.binomial(happened, failing), chance.binomial(happened, 0.9)
        return [list(each) for each in zip(happened.tolist(), failed.tolist(), quick.tolist(), strict=True)]

    def _quiet(self, at: int) -> bool:
        if self.quiet_hours is None:
            return False
        hour = at // 3600 % 24
        low, high = self.quiet_hours
        return hour >= low or hour < high

    def counters(self, *, until: int | None = None, since: int | None = None) -> list[Counter]:
        """Its series, as Prometheus would have them, as far as they were scraped in [since, until)."""
        kept = [
            each for each in self.scrapes if (since is None or each.at >= since) and (until is None or each.at < until)
        ]
        found = []
        for pod in {pod for each in kept for pod in each.shown}:
            labels = {"service": self.name, "pod": pod}
            ok = [(each.at, each.shown[pod][0] - (each.shown[pod][1] or 0)) for each in kept]
            failed = [(each.at, each.shown[pod][1]) for each in kept if each.shown[pod][1] is not None]
            everything = [(each.at, each.shown[pod][0]) for each in kept]
            quick = [(each.at, each.shown[pod][2]) for each in kept]
            for metric, more, samples, kind in (
                ("http_requests_total", {"code": "200"}, ok, "counter"),
                ("http_requests_total", {"code": "500"}, failed, "counter"),
                ("http_request_duration_seconds_bucket", {"le": "0.3"}, quick, "unknown"),
                ("http_request_duration_seconds_bucket", {"le": "+Inf"}, everything, "unknown"),
            ):
                if samples:
                    at, values = zip(*samples, strict=True)
                    found.append(
                        Counter(metric, labels | more, np.array(at, np.int64), np.array(values, np.float64), kind)
                    )
        return found

    def known(self, at: int, *, step: int = 300) -> Scrape | None:
        """What a reader of the grid of `step` knows at `at`; None before the first fresh instant."""
        for instant in range(at // step * step, self.start, -step):
            fresh = self.fresh(instant)
            if fresh is not None:
                return fresh
        return None

    def fresh(self, instant: int) -> Scrape | None:
        """The newest scrape of the last five minutes before `instant`, if any."""
        low, high = 0, len(self.scrapes)
        while low < high:
            middle = (low + high) // 2
            if self.scrapes[middle].at <= instant:
                low = middle + 1
            else:
                high = middle
        if low == 0 or self.scrapes[low - 1].at < instant - FRESH:
            return None
        return self.scrapes[low - 1]


@dataclass(frozen=True, slots=True)
class Figures:
    """What must be shown for a window: None where nothing may be shown."""

    bad: int
    total: int
    sli: float | None
    consumed: float | None
    remaining: float | None


def figures(world: World, start: int, end: int, *, allowed: float, what: str = "bad") -> Figures:
    """Budget figures of [start, end); `allowed` is the error budget as a ratio; `what` counts failures or slowness."""
    first, last = world.known(start), world.known(end)
    assert first is not None
    assert last is not None
    total = last.total - first.total
    bad = last.bad - first.bad if what == "bad" else total - (last.fast - first.fast)
    if total == 0:
        return Figures(bad, 0, None, None, None)
    consumed = bad / total / allowed
    return Figures(bad, total, (total - bad) / total, consumed, 1 - consumed)


def burn(world: World, end: int, seconds: int, *, allowed: float, what: str = "bad") -> float | None:
    """The burn rate of the last `seconds`; None without traffic, or when less than nine tenths were measured."""
    buckets = range(end - seconds + 300, end + 1, 300)
    measured = sum(world.fresh(instant) is not None for instant in buckets)
    if measured < 0.9 * len(buckets):
        return None
    found = figures(world, end - seconds, end, allowed=allowed, what=what)
    return None if found.total == 0 else found.bad / found.total / allowed
