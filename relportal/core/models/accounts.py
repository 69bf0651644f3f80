from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from relportal.core.models.history import tracked


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Theme(models.TextChoices):
    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


_HELD = """
    SELECT m.role, m.team_id, t.slug, t.name,
        (SELECT count(*) FROM core_notification n WHERE n.user_id = %s AND n.seen_at IS NULL)
    FROM core_membership m LEFT JOIN core_team t ON t.id = m.team_id
    WHERE m.user_id = %s ORDER BY t.name, m.role
"""


@tracked(exclude=("password", "last_login"))
class User(AbstractUser):
    """A person who signs in by e-mail address."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.AUTO)
    single_key_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    mail = models.BooleanField(_("e-mails"), default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        ordering = ("display_name", "pk")

    def __str__(self) -> str:
        return self.display_name or self.email

    @cached_property
    def roles(self) -> frozenset[tuple[str, int | None]]:
        """Every (role, team id) of this user, with None for a role that holds for the whole company."""
        held = frozenset((role, team) for role, team, *_words in self._held)
        return held | {(Role.ADMIN.value, None)} if self.is_superuser else held

    @property
    def teams(self) -> tuple[tuple[int, str, str], ...]:
        """(id, short name, name) of each team in which this user holds a role, by name."""
        return tuple(
            dict.fromkeys((team, slug, name) for _role, team, slug, name, _n in self._held if team is not None)
        )

    @property
    def unseen(self) -> int:
        """How many notifications this person has not seen; 0 for who has no role, and so sees nothing."""
        return next((count for *_role, count in self._held), 0)

    @cached_property
    def _held(self) -> tuple[tuple[str, int | None, str, str, int], ...]:
        """Roles, the words of their teams and what is unseen in one statement, which every page asks once."""
        # Also of a page that is not drawn again: building the query takes longer than answering it.
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [self.pk, self.pk])
            return tuple(cursor.fetchall())


@tracked()
class Team(models.Model):
    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    VIEWER = "viewer", _("Viewer")
    RESPONDER = "responder", _("Responder")
    SERVICE_OWNER = "service_owner", _("Service owner")
    DIRECTOR = "director", _("Engineering director")
    RELIABILITY_LEAD = "reliability_lead", _("Reliability lead")
    EXECUTIVE = "executive", _("Executive")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


TEAM_ROLES = (Role.SERVICE_OWNER, Role.DIRECTOR, Role.RESPONDER)


@tracked()
class Membership(models.Model):
    """A role of a user; service owner, director and responder are held for one team each, the others for the company."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        related_name="memberships",
        null=True,
        blank=True,
    )

    class Meta:
        ordering = ("user", "role", "team")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "role", "team"],
                nulls_distinct=False,
                name="membership_once",
                violation_error_message=_("This person holds that role already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=TEAM_ROLES, team__isnull=False) | (~Q(role__in=TEAM_ROLES) & Q(team__isnull=True)),
                name="membership_scope",
                violation_error_message=_(
                    "Service owner, director and responder are roles in a team; all other roles are held for the company."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class ApiToken(models.Model):
    """A token `rp_<id>_<secret>`; only a keyed hash of the secret is kept, by a numbered pepper."""

    class Scope(models.TextChoices):
        READ = "read", _("Read everything the owner may read")
        WRITE = "write", _("Change what the owner may change")
        PUSH = "push", _("Push good and total counts")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    lookup = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.BinaryField(max_length=32, editable=False)
    pepper = models.CharField(max_length=16, editable=False)
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope), verbose_name=_("scopes"))
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.name
