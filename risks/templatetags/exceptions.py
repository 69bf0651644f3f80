"""Words and signs of exceptions for templates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import company, units
from relportal.core.models import User
from relportal.core.templatetags.portal import shape
from risks.models import Approver, GovernanceException, Signature, Verdict
from risks.queries.exceptions.delegations import When
from risks.queries.exceptions.policy import LevelWord
from risks.queries.exceptions.signers import Signer
from risks.queries.register_rows import Held

register = template.Library()

_WHEN: Final = {
    When.NOW: ("healthy", gettext_lazy("In force")),
    When.COMING: ("no_data", gettext_lazy("Not yet")),
    When.OVER: ("no_data", gettext_lazy("Over")),
    When.REVOKED: ("no_data", gettext_lazy("Revoked")),
}


@register.filter
def last_day(one: GovernanceException | Held) -> str:
    """The last day on which it holds, in the company's calendar: the same for everybody who looks."""
    return date_format(company.day(one.last_moment))


@register.simple_tag
def until(one: GovernanceException) -> SafeString:
    """That day, with the instant on hover."""
    utc = one.expires_at.astimezone(dt.UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        _("ends at %(at)s UTC") % {"at": f"{utc:%Y-%m-%d %H:%M}"},
        last_day(one),
    )


@register.simple_tag
def level_tag(word: LevelWord | None, key: str = "") -> SafeString:
    """Shape, word and colour of a risk level; a key that no scale has any more stands as it is."""
    if word is None:
        return format_html('<span class="{}">{}</span>', "rp-tag" if key else "rp-muted", key or "–")
    return format_html('<span class="rp-tag is-{}">{}{}</span>', word.symbol, shape(word.symbol), word.name)


@register.simple_tag
def delegation_state(when: When) -> SafeString:
    band, word = _WHEN[when]
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), word)


@register.filter
def signer_names(signers: tuple[Signer, ...]) -> str:
    """ "Ann, Dan for Ben"."""
    return ", ".join(_name(one) for one in signers)


def _name(one: Signer) -> str:
    if one.own:
        return str(one.person)
    others = ", ".join(str(each) for each in one.for_others)
    return _("%(name)s for %(others)s") % {"name": one.person, "others": others}


@register.filter
def people_names(people: tuple[User, ...]) -> str:
    return ", ".join(str(each) for each in people)


@register.filter
def verdict_words(one: Signature) -> str:
    """ "Signed by Dan for Ben", "Refused by Ann"."""
    words = _("Refused by %(name)s") if one.verdict == Verdict.REFUSED else _("Signed by %(name)s")
    said = words % {"name": one.by}
    return said if one.on_behalf_of is None else _("%(said)s for %(other)s") % {"said": said, "other": one.on_behalf_of}


@register.filter
def approver_label(key: str) -> str:
    """Of a key as a signature kept it; one that there is no more stands as it is."""
    return str(Approver(key).label) if key in Approver.values else key


@register.filter
def seen_about(text: str) -> str:
    """A figure as a signature kept it, "123400.0": about 123 k."""
    try:
        return units.about(float(text))
    except ValueError:
        return units.no_data()


@register.filter
def seen_at(text: str) -> dt.datetime | None:
    return parse_datetime(text) if text else None


@register.filter
def seen_last_day(text: str) -> str:
    """Of an end as a signature kept it: what ends at midnight is told by the day that was its last."""
    end = parse_datetime(text) if text else None
    return "" if end is None else date_format(company.day(end - dt.timedelta(seconds=1)))


@register.simple_tag
def path_marks(row: object) -> SafeString:
    """How far a request has come: a filled mark for each signature, an open one for what is to come."""
    signed, steps = int(getattr(row, "signed", 0)), int(getattr(row, "steps", 0))
    marks = format_html_join("", '<i class="{}"></i>', (("is-signed" if n < signed else "",) for n in range(steps)))
    return format_html('<span class="rp-path-marks" aria-hidden="true">{}</span>', marks)
