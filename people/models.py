"""Accounts, departments and who belongs to which."""

import functools
import zoneinfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager, Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Collection

from .roles import Role

REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@functools.cache
def known_time_zones() -> frozenset[str]:
    """Names of the IANA zones this machine has; looked up on disk once."""
    return frozenset(zoneinfo.available_timezones())


def time_zone_choices() -> list[tuple[str, str]]:
    """All IANA zones with a place in them, as (name, readable name)."""
    names = sorted(n for n in known_time_zones() if n.split("/")[0] in REGIONS)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def is_time_zone(name: str) -> bool:
    """Whether `name` is a zone this machine knows."""
    return name in known_time_zones()


def validate_time_zone(name: str) -> None:
    """Raise `ValidationError` unless `name` is an IANA time zone."""
    if not is_time_zone(name):
        raise ValidationError(_("%(zone)s is not a time zone we know."), params={"zone": name})


class UserManager(BaseUserManager["User"]):
    """Makes users who are known by their e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person with an account, known by e-mail; names are optional and in their own script."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("E-mail reaches you in this language."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("Dates and times are shown in this zone."),
    )

    printed_name = models.CharField(
        _("name on certificates"),
        max_length=200,
        blank=True,
        help_text=_(
            "In full and in the script you want, with your title if you like. "
            "Empty: given and family name."
        ),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="people_user_email_once_in_any_case")
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def save(self, *args, **kwargs) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone to show times in; UTC where this machine no longer knows the chosen one."""
        return zoneinfo.ZoneInfo(self.time_zone if is_time_zone(self.time_zone) else "UTC")

    @cached_property
    def roles(self) -> frozenset[str]:
        """Codes of the roles this person holds; one query, then remembered on the object."""
        return frozenset(self.groups.filter(name__in=Role.values).values_list("name", flat=True))

    @property
    def role_names(self) -> str:
        """The roles in words, for lists whose groups are prefetched."""
        codes = {group.name for group in self.groups.all()}
        names = [str(role.label) for role in Role if role in codes]
        return ", ".join([gettext("Superuser"), *names] if self.is_superuser else names)

    @cached_property
    def department_ids(self) -> frozenset[int]:
        """Departments this person is a member of; one query, then remembered."""
        return frozenset(self.memberships.values_list("department_id", flat=True))


class Department(ClusterableModel):
    """A radiology department that teaches on the hub.

    Its group carries the page and collection permissions of its members, so that what an
    author may touch ends at the department's own section.
    """

    # 130: the group's name is made of it, and that holds 150 characters.
    name = models.CharField(_("name"), max_length=130, unique=True)
    city = models.CharField(_("city"), max_length=120)
    country = models.CharField(_("country"), max_length=120)
    website = models.URLField(_("website"), blank=True)
    group = models.OneToOneField(Group, models.PROTECT, related_name="department", editable=False)
    collection = models.OneToOneField(
        Collection, models.PROTECT, related_name="department", editable=False
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="departments"
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in a department."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    department = ParentalKey(Department, related_name="memberships", verbose_name=_("department"))
    is_head = models.BooleanField(
        _("head of department"), default=False, help_text=_("Speaks for the department.")
    )
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "department"], name="people_membership_once_per_department"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.department}"
