"""Learning platforms that may launch the hub's courses (LTI 1.3), and whom they sent."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class WebAddressField(models.CharField):
    """An address of a platform; unlike Django's `URLField` it takes host names without a dot."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **{"max_length": 500} | kwargs)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: `https://moodle.example.org`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def check_web_address(value: str) -> None:
    """Raise `ValidationError` unless `value` is http(s) with a host and nothing odd in it."""
    parts = urlsplit(value)
    odd = any(sign in value for sign in " \"'<>;,\\*") or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or odd:
        raise ValidationError(_("Give a whole address, beginning with https://"))


def is_address(value: str) -> bool:
    """Whether `check_web_address` has nothing against `value`."""
    try:
        check_web_address(value)
    except ValidationError:
        return False
    return True


class Platform(models.Model):
    """A hospital's learning platform, as its administrator and ours have agreed on it.

    Several platforms of one maker share an issuer (all of Canvas' cloud does): issuer and client
    id together tell them apart.
    """

    name = models.CharField(_("name"), max_length=120, help_text=_("As learners know it."))
    issuer = WebAddressField(
        _("issuer"),
        validators=[check_web_address],
        help_text=_(
            "Moodle calls it platform id; of Canvas' cloud it is https://canvas.instructure.com"
        ),
    )
    client_id = models.CharField(_("client id"), max_length=255)
    deployment_ids = models.TextField(
        _("deployment ids"), help_text=_("One on each line; launches of others are refused.")
    )
    login_url = WebAddressField(
        _("address of authentication requests"), validators=[check_web_address]
    )
    token_url = WebAddressField(_("address of access tokens"), validators=[check_web_address])
    token_audience = models.CharField(
        _("audience of access tokens"),
        max_length=500,
        blank=True,
        help_text=_("Only where the platform asks for another than the address of access tokens."),
    )
    key_set_url = WebAddressField(_("address of the key set"), validators=[check_web_address])
    frame_origins = models.TextField(
        _("sites that show the hub in a frame"),
        blank=True,
        help_text=_(
            "One on each line, as https://hospital.instructure.com. Empty: the site of the "
            "authentication requests."
        ),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Off: its launches are refused, no grades are sent.")
    )
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)

    class Meta:
        verbose_name = _("learning platform")
        verbose_name_plural = _("learning platforms")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "client_id"],
                name="interop_platform_once",
                violation_error_message=_("This issuer and client id are registered already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if not self.deployments:
            raise ValidationError({"deployment_ids": _("Give one deployment id at least.")})
        for origin in self.frame_origins.split():
            try:
                check_web_address(origin)
            except ValidationError as error:
                raise ValidationError({"frame_origins": error.messages}) from error

    @property
    def deployments(self) -> frozenset[str]:
        lines = (line.strip() for line in self.deployment_ids.splitlines())
        return frozenset(line for line in lines if line)

    @property
    def frame_ancestors(self) -> list[str]:
        """Origins whose pages may hold ours in a frame, for the content-security policy."""
        return sorted({origin_of(url) for url in self.frame_origins.split() or [self.login_url]})


class Invitation(models.Model):
    """An address by which one platform may register itself, once (LTI Dynamic Registration).

    Whoever holds it is trusted as if an organiser had typed the platform in; only its digest is
    kept.
    """

    name = models.CharField(_("name"), max_length=120, help_text=_("As learners know it."))
    secret = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    good_until = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True)
    platform = models.OneToOneField(Platform, models.SET_NULL, null=True, related_name="invitation")

    class Meta:
        verbose_name = _("invitation of a learning platform")
        verbose_name_plural = _("invitations of learning platforms")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """A person as a platform knows them: its `sub`, and the account they chose to be here.

    Never found by e-mail address: a platform may say any address of anybody.
    """

    platform = models.ForeignKey(
        Platform, models.CASCADE, related_name="identities", verbose_name=_("learning platform")
    )
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="platform_identities",
        verbose_name=_("person"),
    )
    linked_at = models.DateTimeField(_("linked"), auto_now_add=True)
    last_launch_at = models.DateTimeField(_("last launch"), null=True, blank=True)

    class Meta:
        verbose_name = _("person on a learning platform")
        verbose_name_plural = _("people on learning platforms")
        ordering = ["-linked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "subject"], name="interop_identity_once_per_platform"
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} · {self.subject}"


class Launch(models.Model):
    """One launch from its beginning (OIDC login) to its use, kept for an hour.

    `state` is known to the platform for the length of a redirect; `browser` is the digest of what
    the browser that began it holds in a cookie. `claims` are there once the platform's token was
    found good, and only those that are used.
    """

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="launches")
    state = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=64)
    browser = models.CharField(max_length=64)
    asked = models.JSONField(default=dict)
    claims = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(_("begun"), db_index=True)
    validated_at = models.DateTimeField(_("validated"), null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(_("refused for"), max_length=40, blank=True)
    refusal_detail = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("launch")
        verbose_name_plural = _("launches")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.platform} · {self.created_at:%Y-%m-%d %H:%M}"
