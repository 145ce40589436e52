"""The roles of the hub. Each is a Django group of the same code, made by `ensure_roles`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may be here; one person can be several at once."""

    RESIDENT = "resident", _("Resident")
    AUTHOR = "author", _("Author")
    REVIEWER = "reviewer", _("Reviewer")
    EDITOR = "editor", _("Editor")
    ORGANISER = "organiser", _("Organiser")


# Roles whose work is done in the Wagtail admin.
ADMIN_ROLES = frozenset({Role.AUTHOR, Role.REVIEWER, Role.EDITOR, Role.ORGANISER})

# Roles given to a person by hand. An author is who belongs to a department, so that role
# comes and goes with the membership.
GIVEN_ROLES = (Role.RESIDENT, Role.REVIEWER, Role.EDITOR, Role.ORGANISER)
