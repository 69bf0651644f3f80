from __future__ import annotations

from typing import Final, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models.accounts import Team, User
from relportal.core.models.history import tracked

MOST_QUERY: Final = 1000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Their own, and those of every team, for anyone with a role in the company."""
        if not isinstance(user, User) or not user.roles:
            return self.none()
        return self.filter(Q(user=user) | Q(team__isnull=False))


@tracked()
class SavedView(models.Model):
    """Filters and order of a list page under a name: of one person, or of a team for everyone to open.

    `page` is the key of the list, `query` its query string in one order of its keys, without the page's number.
    """

    page = models.SlugField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters and order"), max_length=MOST_QUERY, blank=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="saved_views", null=True, blank=True, verbose_name=_("person")
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="saved_views", null=True, blank=True, verbose_name=_("team")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["page", "name", "user", "team"],
                nulls_distinct=False,
                name="saved_view_name_once",
                violation_error_message=_("There is a view of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True, team__isnull=False) | Q(user__isnull=False, team__isnull=True),
                name="saved_view_of_one_owner",
                violation_error_message=_("A view belongs to a person or to a team."),
            ),
        )

    def __str__(self) -> str:
        return self.name
