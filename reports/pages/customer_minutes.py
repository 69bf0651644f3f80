"""Page 6: what customers lost, by incident and by cause, and what the dearest three incidents leave behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.claims import Form, dominant, drivers, form
from reports.domain.contribution import sum_change
from reports.domain.payload import Chart, Claim, Drawing, Page, Series, Source, Table
from reports.domain.values import Unit
from reports.pages._base import (
    ReportPage,
    cell,
    fact_of,
    kpi_claim,
    kpi_figure,
    kpi_history,
    kpi_path,
    line_of,
    period_words,
    source_text,
    table,
    under,
)
from reports.pages.incidents import minutes_cell, mode_of, severity_name
from reports.queries.claim_words import change_words
from reports.queries.facts import Facts
from reports.queries.facts.incidents import Fix, Happened
from reports.queries.kpi_words import told

BARS = 10
TOP = 3
DRIVERS: Final = {
    Form.ROSE: gettext_lazy("The largest part of the rise is “%(cause)s”: %(before)s to %(now)s minutes."),
    Form.FELL: gettext_lazy("The largest part of the fall is “%(cause)s”: %(before)s to %(now)s minutes."),
}


class CustomerMinutes(ReportPage):
    key = "customer_minutes"
    number = 6
    topic = gettext_lazy("Customer minutes")
    about = gettext_lazy(
        "What customers lost: by incident, by cause, and the three dearest incidents with their fixes."
    )

    def build(self, facts: Facts) -> Page:
        rows = facts.incidents.of(facts.asked.period)
        return self.page(
            _title(facts),
            so_what=_so_what(rows),
            claims=[kpi_claim(facts, "customer_minutes"), *_largest(facts, rows), *_drivers(facts)],
            figures=[kpi_figure(facts, "customer_minutes")],
            charts=[
                _pareto(facts, rows),
                kpi_history(facts, "customer_minutes", title=_("Customer minutes a quarter")),
            ],
            tables=[_top(rows), _causes(rows)],
            notes=[_unknown(rows)],
        )


def _title(facts: Facts) -> str:
    line = line_of(facts, "customer_minutes")
    if line.value is None or line.value.value is None:
        return _("%(period)s: nobody knows yet how many customers incidents reached") % {"period": period_words(facts)}
    fact = fact_of(facts, line)
    said = _("Customers lost %(n)s in %(period)s") % {
        "n": told(line.value.value, Unit.MINUTES), "period": period_words(facts),
    }  # fmt: skip
    change = change_words(fact, Unit.MINUTES)
    return f"{said}; {change}" if change else said


def _so_what(rows: Sequence[Happened]) -> str:
    if not rows:
        return _("There was no incident.")
    if all(one.customer_minutes is None for one in rows):
        return _("Say of each incident whom it reached: until then nobody knows which was the dearest.")
    undone = [one for one in _dearest(rows) if one.fix.done < one.fix.promised]
    if undone:
        return _("The dearest incidents are not mended yet: hold the dates of their actions.")
    unmended = [one for one in _dearest(rows) if not one.fix.promised and not one.confidential]
    if unmended:
        return _("The dearest incidents have no action: ask for one, or for the reason why there is none.")
    return _("What was promised after the dearest incidents is done.")


def _dearest(rows: Sequence[Happened]) -> list[Happened]:
    known = [one for one in rows if one.customer_minutes]
    return sorted(known, key=lambda one: (-(one.customer_minutes or 0), one.pk))[:TOP]


def _largest(facts: Facts, rows: Sequence[Happened]) -> list[Claim]:
    one = dominant([(str(each.pk), each.customer_minutes) for each in rows])
    if one is None:
        return []
    label = next(each.label for each in rows if str(each.pk) == one.key)
    text = _("One incident of %(n)d, %(label)s, made %(share)s of them.") % {
        "n": one.of, "label": label, "share": units.percent(float(one.share), 0),
    }  # fmt: skip
    return [Claim(text=text, sources=(Source(label=label, path=kpi_path(facts, "customer_minutes")),))]


def by_cause(rows: Sequence[Happened]) -> dict[str, float]:
    """Minutes by failure mode; an incident of several counts under the first, so that the parts are disjoint."""
    found: defaultdict[str, float] = defaultdict(float)
    for one in rows:
        found[mode_of(one)] += one.customer_minutes or 0
    return dict(found)


def _drivers(facts: Facts) -> list[Claim]:
    """Nothing where the sum did not clearly rise or fall: what chance may explain has no driver."""
    now, before = (by_cause(facts.incidents.of(each)) for each in (facts.asked.period, facts.asked.before))
    if not before or not now:
        return []
    found = sum_change(before, now)
    pushed = drivers(found, 1)
    said = DRIVERS.get(form(fact_of(facts, line_of(facts, "customer_minutes"))))
    if not pushed or said is None:
        return []
    part = next(each for each in found.parts if each.key == pushed[0].key)
    given = {
        "cause": part.key,
        "before": units.three_digits(float(part.before)),
        "now": units.three_digits(float(part.after)),
    }
    sources = (Source(label=_("By cause"), path=kpi_path(facts, "customer_minutes")),)
    return [Claim(text=str(said) % given, sources=sources)]


def _pareto(facts: Facts, rows: Sequence[Happened]) -> Chart | None:
    known = sorted(
        (one for one in rows if one.customer_minutes), key=lambda one: (-(one.customer_minutes or 0), one.pk)
    )
    if not known:
        return None
    shown, rest = known[:BARS], known[BARS:]
    values = [float(one.customer_minutes or 0) for one in shown]
    names = [one.label for one in shown]
    if rest:
        values.append(sum(float(one.customer_minutes or 0) for one in rest))
        names.append(ngettext("%(n)d other", "%(n)d others", len(rest)) % {"n": len(rest)})
    whole = sum(values)
    return Chart(
        key="pareto",
        drawing=Drawing.BARS,
        title=_("Customer minutes by incident"),
        summary=_("The first makes %(first)s of %(whole)s minutes.")
        % {"first": units.three_digits(values[0]), "whole": units.three_digits(whole)},
        categories=tuple(_apart(names)),
        series=(
            Series(
                name=_("Customer minutes"),
                values=tuple(values),
                texts=tuple(units.three_digits(each) for each in values),
            ),
        ),
        unit="min",
        note=under(
            _("n = %(n)d incidents with a known reach, %(period)s") % {"n": len(known), "period": period_words(facts)},
            source=source_text(line_of(facts, "customer_minutes")),
        ),
    )


def _apart(names: Sequence[str]) -> list[str]:
    """Confidential ones have one name; as categories of a chart they must differ."""
    seen: defaultdict[str, int] = defaultdict(int)
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _top(rows: Sequence[Happened]) -> Table:
    return table(
        "top",
        _("The three dearest"),
        [(_("What"), False), (_("Reach"), False), (_("Cause"), False), (_("Fix"), False)],
        [
            (
                cell(
                    f"{severity_name(one.severity)}: {one.title}"
                    if one.confidential
                    else f"{one.label} {one.title} ({severity_name(one.severity)})",
                    one.path,
                ),
                cell(_reach(one), value=one.customer_minutes),
                cell(", ".join(name for _slug, name in one.modes) or _("no cause named")),
                cell(fix_words(one.fix), one.fix.next_path),
            )
            for one in _dearest(rows)
        ],
        empty=_("No incident has a known reach."),
    )


def _reach(one: Happened) -> str:
    said = [_("%(n)s customer minutes") % {"n": units.three_digits(one.customer_minutes)}]
    if one.budget_spent is not None:
        said.append(_("%(share)s of the error budget") % {"share": units.percent(one.budget_spent, 0)})
    return "; ".join([*said, *([", ".join(one.services)] if one.services else [])])


def fix_words(fix: Fix) -> str:
    if not fix.promised:
        return _("no action")
    done = ngettext("%(done)d of %(n)d action done", "%(done)d of %(n)d actions done", fix.promised) % {
        "done": fix.done, "n": fix.promised,
    }  # fmt: skip
    if not fix.next or fix.due_on is None:
        return done
    due = formats.date_format(fix.due_on, "j M Y")
    return _("%(done)s; next: %(next)s, due %(due)s") % {"done": done, "next": fix.next, "due": due}


def _causes(rows: Sequence[Happened]) -> Table:
    found = by_cause(rows)
    tally: defaultdict[str, int] = defaultdict(int)
    for one in rows:
        tally[mode_of(one)] += 1
    return table(
        "causes",
        _("By cause"),
        [(_("Cause"), False), (_("Incidents"), True), (_("Customer minutes"), True)],
        [
            (cell(name), cell(str(tally[name]), value=float(tally[name])), minutes_cell(found[name]))
            for name in sorted(found, key=lambda each: (-found[each], each))
        ],
        empty=_("There was no incident."),
        most=6,
    )


def _unknown(rows: Sequence[Happened]) -> str:
    unknown = sum(one.customer_minutes is None for one in rows)
    if not unknown:
        return ""
    return _("Of %(n)d of %(all)d incidents nobody knows the reach; they are in no sum.") % {
        "n": unknown, "all": len(rows),
    }  # fmt: skip


PLUGIN = CustomerMinutes()
