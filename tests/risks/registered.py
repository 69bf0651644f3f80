"""A small register in which every risk differs from the others by one thing, for its list and its heat map."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from incidents.models import FailureMode, Incident
from relportal.core.models import Service, User
from relportal.core.permissions import SYSTEM
from risks.actions.links import link
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, close, create
from risks.actions.treatments import Planned, add_treatment
from risks.models import RatingKind, Relation, Risk, RiskEstimate

DAY = dt.timedelta(days=1)
MILD = Rated(likelihood="unlikely", impact="moderate", reason="Seen once in ten years")
BAD = Rated(likelihood="likely", impact="major", reason="Twice a year")


@dataclass(frozen=True, slots=True)
class Register:
    """`worse` rose and `better` fell within the last 90 days; `calm` did not move; `fresh` is new, `over` was closed then."""

    calm: Risk
    worse: Risk
    better: Risk
    fresh: Risk
    over: Risk
    unrated: Risk

    @property
    def every(self) -> tuple[Risk, ...]:
        return self.calm, self.worse, self.better, self.fresh, self.over, self.unrated


def registered(owner: User, service: Service, *, at: dt.datetime) -> Register:
    """`worse` has a late treatment, `better` stands above its target, `fresh` came true and is costly, `calm` is stale, and
    nobody owns `unrated`."""
    long_ago, lately = at - 400 * DAY, at - 20 * DAY
    mode = FailureMode.objects.get_or_create(slug="capacity", defaults={"name": "Capacity"})[0]

    def risk(title: str, rated: Rated | None, begun: dt.datetime, **given: object) -> Risk:
        fields = {"owner": owner, "services": [service], "rated": rated, "identified_on": begun.date()} | given
        return create(owner, Given(title=title, **fields), at=begun)  # type: ignore[arg-type]

    calm = risk("Backups are never restored", MILD, long_ago)
    worse = risk("The only node fails", MILD, long_ago, category=mode, cause="There is one node.")
    better = risk("A certificate runs out", replace(BAD, likelihood="frequent"), long_ago)
    over = risk("The old queue fills up", MILD, long_ago)
    fresh = risk("A partner stops answering", BAD, lately)
    unrated = create(SYSTEM, Given(title="The office burns", team=service.team), at=at - 5 * DAY)
    rate(owner, worse, BAD, at=lately)
    rate(owner, better, replace(BAD, likelihood="possible"), at=lately)
    rate(owner, better, replace(MILD, kind=RatingKind.TARGET), at=lately)
    close(owner, over, because="The queue is gone", at=lately)
    add_treatment(owner, worse, Planned(title="A second node", due_on=(at - 3 * DAY).date()), at=lately)
    incident = Incident.objects.create(title="The partner was away", declared_at=lately, state="closed")
    link(owner, fresh, relation=Relation.MATERIALISED, incident=incident, at=lately)
    estimated(fresh, 1_234_567.0, at=lately)
    estimated(worse, 20_000.0, at=lately)
    return Register(*(Risk.objects.get(pk=one.pk) for one in (calm, worse, better, fresh, over, unrated)))


def estimated(risk: Risk, expected: float, *, at: dt.datetime, currency: str = "EUR") -> RiskEstimate:
    """An estimate as it would be stored, with this expected loss."""
    figures = dict.fromkeys(("p50", "p80", "p95", "p99", "standard_error"), 1.0)
    made = RiskEstimate.objects.create(
        risk=risk, currency=currency, rate_low=0.1, rate_high=1.0, loss_low=1e3, loss_high=1e6, reason="A guess", at=at,
        seed=1, trials=1000, expected=expected, zero_year=0.5, **figures,
    )  # fmt: skip
    Risk.objects.filter(pk=risk.pk).update(money=made)
    return made
