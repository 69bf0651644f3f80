"""How an exception and its signatures are written and read over the API."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from relportal.core import company
from relportal.core.models import Service, Team
from risks.api.named import RISK
from risks.models import Approver, ExceptionKind, GovernanceException, Signature, Verdict
from risks.queries.exceptions.path import end_of_day
from risks.queries.exceptions.seen import Shown, sha256
from risks.queries.exceptions.signers import Signer, Turn
from risks.queries.exceptions.standing import Standing, standing

TEXT: Final = 4000
LAST_YEAR: Final = 2999
"""The day after the last that a calendar has is none."""


STANDS: Final = extend_schema_field(serializers.ChoiceField([(each.value, each.name) for each in Standing]))
"""Of a method that says how an exception stands."""


@dataclass(frozen=True, slots=True)
class ToSign:
    turn: Turn
    signers: tuple[Signer, ...]
    seen: Shown
    sha256: str


class PathStepSerializer(serializers.ModelSerializer[Signature]):
    """A step of the path, in the order of `position`. `verdict` empty: nobody has decided it yet.

    `sha256` is of what `by` had before them.
    """

    approver = serializers.ChoiceField(choices=Approver.choices)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)
    on_behalf_of = serializers.EmailField(source="on_behalf_of.email", allow_null=True, default=None)

    class Meta:
        model = Signature
        fields: tuple[str, ...] = ("position", "approver", "verdict", "by", "on_behalf_of", "at", "comment", "sha256")
        read_only_fields = fields


class SignatureSerializer(PathStepSerializer):
    """A decided step with what was seen, and the numbers of that instant. `intact`: what was seen still has the SHA-256 under
    which it was signed."""

    seen = serializers.JSONField(help_text="The request, its risk with rating and money, its files, who signed before.")
    figures: serializers.ListField = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="label, text (as it was read), note, source (what it is of) and as_of of each.",
    )
    intact = serializers.SerializerMethodField()

    class Meta(PathStepSerializer.Meta):
        fields = (*PathStepSerializer.Meta.fields, "seen", "figures", "intact")
        read_only_fields = fields

    def get_intact(self, row: Signature) -> bool:
        return sha256(row.seen) == row.sha256


class ExceptionSerializer(serializers.ModelSerializer[GovernanceException]):
    """`state` is how it stands now, by its own instants: `ending` is in force and ends within 30 days.

    `tier` and `level` (null, empty: none) are those at the request and decide its path. It holds through `ends_on`.
    """

    id = serializers.CharField(source="short_id", help_text="Such as EXC-12; its address has the number.")
    kind = serializers.ChoiceField(choices=ExceptionKind.choices)
    state = serializers.SerializerMethodField()
    risk = serializers.SerializerMethodField()
    objective = serializers.SerializerMethodField()
    action = serializers.SerializerMethodField()
    service = serializers.CharField(source="service.slug", allow_null=True, default=None)
    team = serializers.CharField(source="team.slug", allow_null=True, default=None)
    level = serializers.CharField(help_text="Key of a level; empty: of no rated risk.")
    requester = serializers.EmailField(source="requester.email")
    ends_on = serializers.SerializerMethodField()
    renews = serializers.SerializerMethodField()
    steps = PathStepSerializer(source="signatures", many=True)
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = GovernanceException
        fields = (
            "id", "kind", "title", "scope", "reason", "controls", "state", "risk", "objective", "action", "service", "team",
            "subject_key", "subject_url", "tier", "level", "requester", "requested_at", "in_force_at", "ends_on",
            "expires_at", "expired_at", "ended_at", "ended_because", "renews", "renewal", "steps", "url", "version",
        )  # fmt: skip
        read_only_fields = fields

    @STANDS
    def get_state(self, row: GovernanceException) -> Standing:
        return standing(row, at=self.context["at"])

    def get_risk(self, row: GovernanceException) -> str | None:
        return _short("RISK", row.risk_id)

    def get_objective(self, row: GovernanceException) -> str | None:
        return _short("SLO", row.objective_id)

    def get_action(self, row: GovernanceException) -> str | None:
        return _short("ACT", row.action_id)

    def get_ends_on(self, row: GovernanceException) -> dt.date:
        return company.day(row.last_moment)

    def get_renews(self, row: GovernanceException) -> str | None:
        return _short("EXC", row.renews_id)


def _short(prefix: str, number: int | None) -> str | None:
    return None if number is None else f"{prefix}-{number}"


class TermsSerializer(serializers.Serializer[Any]):
    """What every request says, a new one and a renewal."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=TEXT, help_text="Whoever signs reads this.")
    scope = serializers.CharField(max_length=TEXT, required=False, allow_blank=True)
    controls = serializers.CharField(max_length=TEXT, required=False, allow_blank=True)
    ends_on = serializers.DateField(help_text="The last day on which it holds. It never changes.")

    def validate_ends_on(self, day: dt.date) -> dt.date:
        if day.year > LAST_YEAR:
            raise serializers.ValidationError(_("Choose an earlier day."))
        return day

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return given | {"expires_at": end_of_day(given.pop("ends_on"))}


class RequestExceptionSerializer(TermsSerializer):
    """What it is about follows from `kind`: `risk` names a risk, `slo` an objective, `action` an action; the others may name a
    service, whose tier then decides who signs, and the address of what is excepted.
    """

    kind = serializers.ChoiceField(choices=ExceptionKind.choices)
    risk = serializers.RegexField(RISK, required=False, help_text="Such as RISK-12.")
    objective = serializers.RegexField(r"^(SLO-)?[0-9]{1,9}$", required=False, help_text="Such as SLO-12.")
    action = serializers.RegexField(r"^(ACT-)?[0-9]{1,9}$", required=False, help_text="Such as ACT-12.")
    service = serializers.SlugRelatedField[Service](
        slug_field="slug", queryset=Service.objects.active(), required=False, allow_null=True
    )
    team = serializers.SlugRelatedField[Team](
        slug_field="slug",
        queryset=Team.objects.all(),
        required=False,
        allow_null=True,
        help_text="Counts only where nothing else here belongs to a team.",
    )
    url = serializers.URLField(max_length=300, required=False, allow_blank=True)


class DecideExceptionSerializer(serializers.Serializer[Any]):
    """`step` and `sha256` as `to-sign` gave them, so that nobody signs something else than they read."""

    step = serializers.IntegerField(min_value=1, max_value=1000)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text="Needed to refuse.")
    on_behalf_of = serializers.EmailField(
        required=False, allow_null=True, help_text="Whoever has delegated it; left out: yourself, or the only one."
    )


class EndExceptionSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class WithdrawExceptionSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class SignerSerializer(serializers.Serializer[Any]):
    """`own`: for themselves; `for_others`: as the delegate of these."""

    person = serializers.EmailField(source="person.email")
    own = serializers.BooleanField()
    for_others = serializers.SerializerMethodField()

    def get_for_others(self, row: Signer) -> list[str]:
        return [one.email for one in row.for_others]


class ToSignSerializer(serializers.Serializer[Any]):
    """The next step: who may decide it now, whether the caller may (`why_not` says why not), and over what."""

    step = serializers.IntegerField(source="turn.step.position")
    approver = serializers.ChoiceField(source="turn.step.approver", choices=Approver.choices)
    may = serializers.BooleanField(source="turn.may")
    own = serializers.BooleanField(source="turn.own")
    for_others = serializers.SerializerMethodField()
    why_not = serializers.CharField(source="turn.why_not")
    signers = SignerSerializer(many=True)
    seen = serializers.JSONField(help_text="The request, its risk with rating and money, its files, who signed before.")
    sha256 = serializers.CharField()

    def get_for_others(self, row: ToSign) -> list[str]:
        return [one.email for one in row.turn.for_others]
