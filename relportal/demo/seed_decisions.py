"""The asks of the demo, what was decided on them, and what came of it."""

from __future__ import annotations

import datetime as dt
from functools import partial

from relportal.core.models import User
from relportal.demo.beats import Act, Days, tell
from relportal.demo.meetings import ASKS, DemoAsk
from relportal.demo.seed_learning import quiet
from reports.actions.asks import AskGiven, ask, withdraw
from reports.actions.decisions import decide, tell_outcome
from reports.models import Ask, Decision, Verdict
from risks.models import Risk

AGAIN: dt.timedelta = dt.timedelta(days=35)


def asks(*, at: dt.datetime) -> int:
    """Tells them once. How many asks there are new."""
    if Ask.objects.exists():
        return 0
    days, people = Days(at), {each.display_name: each for each in User.objects.all()}
    beats = [one for each in ASKS for one in days.told(each.title, _life(each, days, people), hour=10)]
    tell(beats, until=at)
    quiet(at=at)
    return Ask.objects.count()


def _life(told: DemoAsk, days: Days, people: dict[str, User]) -> list[tuple[int, Act]]:
    def asked(at: dt.datetime) -> None:
        risk = Risk.objects.filter(title=told.risk).first() if told.risk else None
        given = AskGiven(
            title=told.title,
            context=told.context,
            options=told.options,
            recommended=told.recommended,
            decider=people[told.decider],
            wanted_by=days.date(told.wanted),
            refs=(*([risk.short_id] if risk is not None else []), *(f"kpi:{key}" for key in told.kpis)),
        )
        ask(people[told.owner], given, at=at)

    def decided(option: str, reason: str, at: dt.datetime) -> None:
        again = days.date(told.follow_up) if told.follow_up is not None else None
        decide(people[told.decider], _ask(told), option=option, reason=reason, follow_up_on=again, at=at)

    def came_out(verdict: str, words: str, at: dt.datetime) -> None:
        one = Decision.objects.select_related("ask").get(ask=_ask(told))
        again = at.date() + AGAIN if verdict == Verdict.TOO_EARLY else None
        tell_outcome(people[told.owner], one, verdict=verdict, words=words, again_on=again, at=at)

    def taken_back(reason: str, at: dt.datetime) -> None:
        withdraw(people[told.owner], _ask(told), reason=reason, version=None, at=at)

    acts: list[tuple[int, Act]] = [(told.asked, asked)]
    if told.decided is not None:
        day, option, reason = told.decided
        acts.append((day, partial(decided, option, reason)))
    acts += [(day, partial(came_out, verdict, words)) for day, verdict, words in told.outcomes]
    if told.withdrawn is not None:
        acts.append((told.withdrawn[0], partial(taken_back, told.withdrawn[1])))
    return acts


def _ask(told: DemoAsk) -> Ask:
    return Ask.objects.get(title=told.title)
