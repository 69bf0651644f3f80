"""The form of a service, with its links and dependencies as rows that work without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core.actions.catalog import ServiceFields
from relportal.core.actions.catalog_parts import Edge, Link
from relportal.core.editing import ActionForm
from relportal.core.models import Lifecycle, LinkKind, Service, Team, Tier, User
from relportal.core.permissions import allowed
from relportal.core.reading.problems import did_you_mean, shortened

if TYPE_CHECKING:
    _Rows = forms.BaseFormSet[forms.Form]
else:
    _Rows = forms.BaseFormSet

MAX_ROWS = 40
SPARE_ROWS = 2


class AliasesField(forms.CharField):
    """Commas between them; an alias itself has none."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return tuple(value)
        names = [part.strip() for part in str(value or "").split(",")]
        return tuple(dict.fromkeys(name for name in names if name))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def run_validators(self, value: Any) -> None:
        for name in value:
            super().run_validators(name)

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")


class ServiceForm(ActionForm):
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=80,
        help_text=gettext_lazy(
            "Stands in addresses and imports and never changes: letters, digits, hyphens, underscores."
        ),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    tier = forms.TypedChoiceField(
        label=gettext_lazy("Tier"),
        choices=Tier.choices,
        coerce=int,
        initial=Tier.THREE.value,
        help_text=gettext_lazy("Tier 1 stops the business when it fails, tier 4 is noticed by few."),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=gettext_lazy("Owner team"), required=False, empty_label=gettext_lazy("No owner yet")
    )
    lifecycle = forms.ChoiceField(label=gettext_lazy("Lifecycle"), initial=Lifecycle.PRODUCTION.value)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What it does and for whom, in a sentence."),
    )
    aliases = AliasesField(
        label=gettext_lazy("Aliases"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Other names of it in labels, commas between them."),
    )

    def __init__(self, *args: Any, user: User, service: Service | None = None, **kwargs: Any) -> None:
        if service is not None:
            kwargs["initial"] = initial_of(service)
        super().__init__(*args, **kwargs)
        teams = self.fields["team"]
        if isinstance(teams, forms.ModelChoiceField):
            teams.queryset = owned_teams(user, service)
        # Retiring is an act of its own, with an undo; an edit only keeps it.
        keeps = service is not None and service.lifecycle == Lifecycle.RETIRED
        lifecycle = self.fields["lifecycle"]
        if isinstance(lifecycle, forms.ChoiceField):
            lifecycle.choices = [(one.value, one.label) for one in Lifecycle if keeps or one is not Lifecycle.RETIRED]
        if service is not None:
            del self.fields["slug"]

    def service_fields(self) -> ServiceFields:
        data = self.cleaned_data
        return ServiceFields(
            name=data["name"],
            tier=data["tier"],
            team=data["team"],
            lifecycle=Lifecycle(data["lifecycle"]),
            description=data["description"],
            aliases=data["aliases"],
        )


def owned_teams(user: User, service: Service | None) -> Any:
    """Every team for who may create anywhere, else the teams that the user owns services of."""
    anywhere = allowed(user, "service.import")
    mine = [team for _role, team in user.roles if team is not None]
    teams = Team.objects.all() if anywhere else Team.objects.filter(pk__in=mine)
    if service is not None and service.team_id is not None:
        teams = (teams | Team.objects.filter(pk=service.team_id)).distinct()
    return teams


def writable_services(user: User, ability: str) -> Any:
    """The services for which a user has an ability."""
    services = Service.objects.active()
    if allowed(user, ability, Service()):
        return services
    return services.filter(
        team__in=[pk for pk, _slug, _name in user.teams if allowed(user, ability, Service(team_id=pk))]
    )


def initial_of(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "tier": service.tier,
        "team": service.team_id,
        "lifecycle": service.lifecycle,
        "description": service.description,
        "aliases": list(service.aliases),
        "version": service.version,
    }


class LinkForm(forms.Form):
    """A row; without an address it says nothing, and a row that had one is taken away."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=LinkKind.choices, initial=LinkKind.RUNBOOK.value)
    url = forms.URLField(label=gettext_lazy("Address"), max_length=500, required=False, assume_scheme="https")
    label = forms.CharField(label=gettext_lazy("Label"), max_length=120, required=False)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("An address begins with https:// or http://."))
        return url


class ServiceField(forms.CharField):
    """A service by its short name or its name, with suggestions from a list; unknown ones are told with the nearest."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput({"list": "services", "autocomplete": "off", "spellcheck": "false"}))
        super().__init__(max_length=120, **kwargs)
        self.known: Callable[[], KnownServices] = KnownServices

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        return self.known().find(text)

    def prepare_value(self, value: Any) -> Any:
        return value.slug if isinstance(value, Service) else value


class KnownServices:
    """The services that a field may name, read once for all rows."""

    def __init__(self, *, without: Service | None = None) -> None:
        self.without = without

    @cached_property
    def services(self) -> list[Service]:
        everything = Service.objects.active().order_by("slug")
        return list(everything.exclude(pk=self.without.pk) if self.without else everything)

    @cached_property
    def _by_name(self) -> dict[str, Service]:
        by_name = {service.name.casefold(): service for service in self.services}
        return by_name | {service.slug.casefold(): service for service in self.services}

    def find(self, text: str) -> Service:
        found = self._by_name.get(text.strip().casefold())
        if found is None:
            raise ValidationError(
                _("There is no service “%(text)s”%(hint)s.")
                % {"text": shortened(text), "hint": did_you_mean(text, [one.slug for one in self.services])}
            )
        return found


class DependencyForm(forms.Form):
    service = ServiceField(label=gettext_lazy("Service"), required=False)
    hard = forms.TypedChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("1", gettext_lazy("Hard: cannot answer without it")), ("0", gettext_lazy("Soft: answers with less"))],
        coerce=lambda text: text == "1",
        required=False,
        initial="1",
    )


class StepForm(forms.Form):
    position = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=999, required=False)
    service = ServiceField(label=gettext_lazy("Service"), required=False)


class KnowingFormSet(_Rows):
    """Rows that name services, all from one reading of the catalog."""

    def __init__(self, *args: Any, known: KnownServices, **kwargs: Any) -> None:
        self.known = known
        super().__init__(*args, **kwargs)

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        field = form.fields["service"]
        if isinstance(field, ServiceField):
            field.known = lambda: self.known


LinkFormSet: Any = forms.formset_factory(LinkForm, extra=SPARE_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS)
DependencyFormSet: Any = forms.formset_factory(
    DependencyForm, formset=KnowingFormSet, extra=SPARE_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS
)
StepFormSet: Any = forms.formset_factory(
    StepForm, formset=KnowingFormSet, extra=SPARE_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS
)


def links_of(formset: Any) -> tuple[Link, ...]:
    rows = (form.cleaned_data for form in formset if form.cleaned_data)
    return tuple(Link(LinkKind(row["kind"]), row["url"], row["label"]) for row in rows if row["url"])


def edges_of(formset: Any) -> tuple[Edge, ...]:
    rows = (form.cleaned_data for form in formset if form.cleaned_data)
    return tuple(Edge(row["service"], hard=bool(row["hard"])) for row in rows if row["service"])


def steps_of(formset: Any) -> tuple[Service, ...]:
    """In the order of the numbers; rows without one come last, as they stand."""
    rows = [form.cleaned_data for form in formset if form.cleaned_data and form.cleaned_data["service"]]
    rows.sort(key=lambda row: row["position"] or 1000)
    return tuple(row["service"] for row in rows)
