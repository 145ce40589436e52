"""Conflicts of interest: who may not judge a case, and why."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from cases.models import CaseAuthor, CasePage
from people.models import Membership, User


class Conflict(models.TextChoices):
    """Why somebody may not judge a case; the label is the sentence for the editor."""

    AUTHOR = "author", _("%(person)s is an author of this case.")
    DEPARTMENT = "department", _("%(person)s belongs to the same department as an author.")


@dataclass(frozen=True)
class Interests:
    """Whose case it is: its authors' accounts, and the departments of any of them."""

    author_ids: frozenset[int]
    department_ids: frozenset[int]


def interests_in(*, case: CasePage) -> Interests:
    """Everybody who had a hand in the case, and where they belong.

    Authors are those named, the page's owner and whoever of a department saved a draft; an editor
    who mended a comma does not become one. Five queries.
    """
    # Authors of the newest draft count as well as those of the live page.
    drafted = case.get_latest_revision_as_object()
    named = [author.user_id for author in drafted.authors.all()]
    published = CaseAuthor.objects.filter(case=case).values_list("user_id", flat=True)
    own = {number for number in (case.department_id,) if number is not None}
    wrote = (
        Revision.objects.for_instance(case)
        .filter(user__memberships__department__in=own)
        .values_list("user_id", flat=True)
    )
    authors = frozenset(
        number for number in (*named, *published, *wrote, case.owner_id) if number is not None
    )
    departments = set(
        Membership.objects.filter(user_id__in=authors).values_list("department_id", flat=True)
    )
    return Interests(author_ids=authors, department_ids=frozenset(departments | own))


def conflict_of(*, user: User, interests: Interests) -> Conflict | None:
    """What keeps `user` from judging the case; None if nothing does."""
    if user.pk in interests.author_ids:
        return Conflict.AUTHOR
    if interests.department_ids & user.department_ids:
        return Conflict.DEPARTMENT
    return None
