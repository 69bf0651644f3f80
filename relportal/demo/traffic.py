"""What each service did in each minute: how many events, how many failed, how slow they were."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from relportal.demo import noise
from relportal.demo.events import MINUTE_S, Effect, Span, Timeline
from relportal.demo.noise import Floats, Ints
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.profiles import BUCKETS_S, PROFILES, Family, Gaps, Gauge, Latency, Profile, Stream

DAY_MIN: Final = 1440
YEAR_MIN: Final = 365.25 * DAY_MIN
TRAVEL_WEEK: Final = np.array([1.0, 0.95, 0.97, 1.05, 1.2, 0.92, 1.06])
OFFICE_WEEK: Final = np.array([1.0, 0.98, 1.0, 0.97, 0.9, 0.34, 0.2])
# A day of the morning commute, of lunch and of the evening, in local hours: (middle, width, height).
PEAKS: Final = ((8.2, 2.2, 0.62), (12.8, 2.6, 0.55), (18.6, 3.1, 0.95))
BLIP_SHARE: Final = 0.012
BLIP_BAD: Final = 0.01
MONITORING_LOST_DAY: Final = -203
MONITORING_LOST_MIN: Final = (190, 40)


@dataclass(frozen=True, slots=True)
class Counts:
    """Whole events of one stream in each minute; `bad` and `side` are parts of `total`."""

    total: Ints
    bad: Ints
    side: Ints

    @property
    def ok(self) -> Ints:
        return self.total - self.bad - self.side


@dataclass(frozen=True, slots=True)
class Histogram:
    """`within` has one row for each of BUCKETS_S: requests that took at most so long. `sum_ms` is the time of all."""

    within: Ints
    total: Ints
    sum_ms: Ints


@dataclass(frozen=True, slots=True)
class Conditions:
    """What incidents, works and blips do to a service in each minute."""

    bad: dict[Family, Floats]
    slow: Floats
    traffic: Floats
    stalled_s: Floats


def minutes_of(span: Span) -> Ints:
    """The minutes (since 1970) whose start lies in `span`."""
    first = -(-int(span.start.timestamp()) // MINUTE_S)
    return np.arange(first, -(-int(span.end.timestamp()) // MINUTE_S), dtype=np.int64)


def demand(profile: Profile, service: str, minutes: Ints, *, anchor: dt.datetime) -> Floats:
    """Traffic as a multiple of the busiest hour at the anchor: day, week, season, growth and noise."""
    local = minutes + _offset_min(minutes)
    hour = (local % DAY_MIN) / 60
    day = local // DAY_MIN
    curve = sum(height * np.exp(-((((hour - middle + 12) % 24 - 12) / width) ** 2)) for middle, width, height in PEAKS)
    shape = profile.night + (1 - profile.night) * np.asarray(curve, dtype=np.float64)
    # The first of January 1970 was a Thursday.
    shape *= (OFFICE_WEEK if profile.office else TRAVEL_WEEK)[(day + 3) % 7]
    of_year = (day % 365.25) / 365.25
    shape *= 1 + 0.14 * np.cos(2 * np.pi * (of_year - 0.55)) + 0.12 * np.exp(-(((of_year - 0.965) / 0.02) ** 2))
    shape *= (1 + profile.growth) ** ((minutes - anchor.timestamp() / MINUTE_S) / YEAR_MIN)
    shape *= 1 + 0.07 * noise.smooth(noise.seed(service, "day"), local, every=DAY_MIN)
    shape *= 1 + 0.05 * noise.smooth(noise.seed(service, "hour"), minutes, every=45)
    shape *= 1 + 0.06 * (noise.uniform(noise.seed(service, "minute"), minutes) - 0.5)
    if profile.open_hours:
        opens, closes = profile.open_hours
        shape = np.where((hour >= opens) & (hour < closes), shape, 0.0)
    return shape


def conditions(timeline: Timeline, service: str, minutes: Ints) -> Conditions:
    profile = PROFILES[service]
    good = {stream.family: _blips(service, stream.family, minutes) for stream in profile.streams}
    found = Conditions(
        {family: 1 - blip for family, blip in good.items()},
        np.ones(len(minutes)),
        np.ones(len(minutes)),
        np.zeros(len(minutes)),
    )
    if len(minutes):
        for effect, span in timeline.felt(service, _instant(int(minutes[-1]) + 1), since=_instant(int(minutes[0]))):
            _apply(found, effect, span, minutes)
    return Conditions(
        {family: 1 - left for family, left in found.bad.items()}, found.slow, found.traffic, found.stalled_s
    )


def counts(timeline: Timeline, service: str, stream: Stream, minutes: Ints, *, at: Conditions) -> Counts:
    """Whole events: a coin of the minute decides about fractions, so that small rates are right on average."""
    rate = stream.peak_per_s * demand(PROFILES[service], service, minutes, anchor=timeline.anchor) * at.traffic
    coin = noise.uniform(noise.seed(service, stream.family, "events"), minutes)
    total = np.floor(rate * MINUTE_S + coin).astype(np.int64)
    usual = stream.bad * (1 + 0.5 * noise.smooth(noise.seed(service, stream.family, "bad"), minutes, every=180))
    coin = noise.uniform(noise.seed(service, stream.family, "failures"), minutes)
    bad = np.floor(total * (1 - (1 - usual) * (1 - at.bad[stream.family])) + coin).astype(np.int64)
    bad = np.minimum(bad, total)
    coin = noise.uniform(noise.seed(service, stream.family, "side"), minutes)
    side = np.minimum(np.floor(total * stream.side + coin).astype(np.int64), total - bad)
    return Counts(total, bad, side * (stream.side > 0))


def histogram(
    timeline: Timeline, service: str, latency: Latency, requests: Ints, *, of: Ints, at: Conditions
) -> Histogram:
    """Durations of `requests` (one number for each minute in `of`)."""
    load = demand(PROFILES[service], service, of, anchor=timeline.anchor)
    median = latency.median_s * (0.92 + 0.12 * load) * at.slow
    median *= 1 + 0.08 * noise.smooth(noise.seed(service, "latency"), of, every=120)
    if latency.drift != 1.0:
        days = (of - timeline.anchor.timestamp() / MINUTE_S) / DAY_MIN
        median *= latency.drift ** (np.maximum(days, -latency.drift_days) / latency.drift_days)
    coin = noise.uniform(noise.seed(service, "durations"), of)
    shares = [1 / (1 + (median / bucket) ** latency.shape) for bucket in BUCKETS_S]
    within = np.stack([np.minimum(np.floor(requests * share + coin).astype(np.int64), requests) for share in shares])
    # The mean of a log-logistic. Source: Johnson, Kotz, Balakrishnan, "Continuous univariate distributions", vol. 2.
    angle = np.pi / latency.shape
    mean_ms = 1000 * median * angle / np.sin(angle)
    return Histogram(within, requests, np.rint(requests * mean_ms).astype(np.int64))


def gauge(service: str, spec: Gauge, minutes: Ints, *, at: Conditions) -> Floats:
    """The value at the start of each minute, with one decimal."""
    wander = noise.smooth(noise.seed(service, spec.family), minutes, every=30)
    jitter = noise.uniform(noise.seed(service, spec.family, "jitter"), minutes)
    return np.round(spec.usual * (1 + 0.35 * wander + 0.2 * jitter) + at.stalled_s * spec.grows_per_s, 1)


def scraped(timeline: Timeline, service: str, minutes: Ints) -> np.typing.NDArray[np.bool_]:
    """False where the sample at the start of that minute never reached Prometheus."""
    today = int(timeline.anchor.timestamp()) // MINUTE_S // DAY_MIN
    lost_from = (today + MONITORING_LOST_DAY) * DAY_MIN + MONITORING_LOST_MIN[0]
    seen = (minutes < lost_from) | (minutes >= lost_from + MONITORING_LOST_MIN[1])
    return seen & ~_lost(service, PROFILES[service].gaps, minutes, today=today)


def _lost(service: str, gaps: Gaps, minutes: Ints, *, today: int) -> np.typing.NDArray[np.bool_]:
    of_day = minutes % DAY_MIN
    nightly = (of_day >= gaps.nightly_from) & (of_day < gaps.nightly_from + gaps.nightly_min)
    nightly &= minutes // DAY_MIN >= today - gaps.nightly_days
    stretch = minutes // 360
    chance = noise.uniform(noise.seed(service, "gap"), stretch)
    begin = 20 + (noise.uniform(noise.seed(service, "gap begin"), stretch) * 300).astype(np.int64)
    short = (chance < gaps.short_share) & (minutes % 360 >= begin) & (minutes % 360 < begin + 14)
    return np.asarray(nightly | short, dtype=np.bool_)


def _blips(service: str, family: Family, minutes: Ints) -> Floats:
    """Now and then a few minutes of elevated errors, too small to be called an incident."""
    slot = minutes // 4
    happens = noise.uniform(noise.seed(service, family, "blip"), slot) < BLIP_SHARE / 4
    return np.where(happens, BLIP_BAD * noise.uniform(noise.seed(service, family, "blip size"), slot) ** 2, 0.0)


def _apply(found: Conditions, effect: Effect, span: Span, minutes: Ints) -> None:
    """Multiplies the good share that is left in `found.bad`, and the rest, in the minutes of `span`."""
    touched = slice(*np.searchsorted(minutes * MINUTE_S, [span.start.timestamp(), span.end.timestamp()]))
    inside = minutes[touched]
    uneven = 0.75 + 0.5 * noise.uniform(noise.seed(effect.service, "effect"), inside)
    for family, left in found.bad.items():
        if not effect.families or family in effect.families:
            left[touched] *= 1 - np.minimum(effect.bad * uneven, 0.98)
    found.slow[touched] *= 1 + (effect.slow - 1) * uneven
    found.traffic[touched] *= effect.traffic
    if effect.stalled:
        found.stalled_s[touched] += inside * MINUTE_S - span.start.timestamp()


def _offset_min(minutes: Ints) -> Ints:
    """Minutes to add to UTC for the company's clock; it changes on full hours only."""
    zone = ZoneInfo(COMPANY_ZONE)
    hours, where = np.unique(minutes // 60, return_inverse=True)
    offsets = [_instant(int(hour) * 60).astimezone(zone).utcoffset() or dt.timedelta() for hour in hours]
    return np.array([offset.total_seconds() // 60 for offset in offsets], dtype=np.int64)[where]


def _instant(minute: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(minute * MINUTE_S, tz=dt.UTC)
