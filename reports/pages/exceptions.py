"""Page 10: what is excepted from a rule, until when, and who signed it. Zero is stated as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.payload import Figure, Page, Table, Tone
from reports.pages._base import ReportPage, cell, list_path, table
from reports.queries.facts import Facts
from reports.queries.facts.exceptions import Excepted


class Exceptions(ReportPage):
    key = "exceptions"
    number = 10
    topic = gettext_lazy("Exceptions and acceptances")
    about = gettext_lazy("Exceptions in force by kind and tier, those that end soon, were extended often, or ran out.")

    def build(self, facts: Facts) -> Page:
        found = facts.exceptions
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            figures=[
                _figure(facts, "active", _("In force"), len(found.active), state="live"),
                _figure(facts, "ending", _("End in the next quarter"), len(found.ending)),
                _figure(facts, "often", _("Extended twice or more"), len(found.often), bad=True, renewed="2"),
                _figure(facts, "lapsed", _("Ran out, and nothing followed"), len(found.lapsed), bad=True),
            ],
            tables=[
                _kinds(found.active),
                _rows("ending", _("Ending next"), found.ending, _("None ends in the next quarter.")),
                _rows("lapsed", _("Ran out in this quarter"), found.lapsed, _("None ran out.")),
            ],
            notes=[_("What ran out acts: the risk, the gate or the gap that it covered is open again.")],
        )


def _figure(facts: Facts, key: str, label: str, n: int, *, bad: bool = False, **asked: str) -> Figure:
    tone = Tone.AMBER if bad and n else Tone.NONE
    word = _("Look at these") if tone else ""
    path = list_path(facts, "risks:exception-list", **asked)
    return Figure(key=key, label=label, text=str(n), value=float(n), unit="count", tone=tone, word=word, path=path)


def _title(facts: Facts) -> str:
    n, soon = len(facts.exceptions.active), len(facts.exceptions.ending)
    if not n:
        return _("No exception is in force")
    words = ngettext("%(n)d exception is in force", "%(n)d exceptions are in force", n) % {"n": n}
    return _("%(words)s; %(soon)d end in the next quarter") % {"words": words, "soon": soon}


def _so_what(facts: Facts) -> str:
    found = facts.exceptions
    if found.lapsed:
        return _("Decide on what ran out: mend it, or sign for it again.")
    if found.often:
        return _("What was extended twice is no exception any more: change the rule, or mend the cause.")
    return _("Prepare the ones that end next.") if found.ending else _("Nothing is to be decided here.")


def _kinds(rows: Sequence[Excepted]) -> Table:
    tally = Counter((one.kind, one.tier) for one in rows)
    return table(
        "kinds",
        _("In force, by kind and tier"),
        [(_("Kind"), False), (_("Tier"), False), (_("In force"), True)],
        [
            (cell(kind), cell(str(tier) if tier is not None else "–"), cell(str(n), value=float(n)))
            for (kind, tier), n in sorted(tally.items(), key=lambda each: (-each[1], each[0][0], each[0][1] or 9))
        ],
        empty=_("None."),
    )


def _rows(key: str, title: str, rows: Sequence[Excepted], empty: str) -> Table:
    return table(
        key,
        title,
        [
            (_("Exception"), False),
            (_("Kind"), False),
            (_("Last day"), True),
            (_("Renewals"), True),
            (_("Signed by"), False),
        ],
        [
            (
                cell(one.label, one.path),
                cell(one.kind),
                cell(formats.date_format(one.ends_on, "j M Y")),
                cell(str(one.renewal), value=float(one.renewal)),
                cell(", ".join(one.approvers) or "–"),
            )
            for one in rows
        ],
        empty=empty,
        most=8,
    )


PLUGIN = Exceptions()
