"""Saved cases, and collections of cases for teaching rounds."""

import datetime as dt
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A reveal belongs to one round: the next morning the case is closed again.
REVEALED_FOR = dt.timedelta(hours=12)


def new_token() -> str:
    """A random address nobody guesses: 128 bits."""
    return secrets.token_urlsafe(16)


class SavedCase(models.Model):
    """A case somebody wants to find again; in all its languages."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_cases")
    case_key = models.UUIDField()
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved case")
        verbose_name_plural = _("saved cases")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "case_key"], name="cases_saved_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.case_key}"


class CaseCollection(models.Model):
    """Cases in an order, to be shown in a teaching round. Guests follow by the link's token."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="case_collections",
        verbose_name=_("owner"),
    )
    title = models.CharField(_("title"), max_length=120)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("collection of cases")
        verbose_name_plural = _("collections of cases")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class CollectionEntry(models.Model):
    """A case in its place. `shown` is how much of it the teacher has revealed, in stages."""

    collection = models.ForeignKey(CaseCollection, models.CASCADE, related_name="entries")
    case_key = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    shown = models.PositiveSmallIntegerField(default=0)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("case of a collection")
        verbose_name_plural = _("cases of a collection")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "case_key"], name="cases_once_per_collection"
            )
        ]

    def __str__(self) -> str:
        return f"{self.collection} · {self.position}"

    @property
    def shown_now(self) -> int:
        """How many stages are revealed now; a reveal does not outlast its round."""
        if self.shown_at is None or timezone.now() - self.shown_at > REVEALED_FOR:
            return 0
        return self.shown
