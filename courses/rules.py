"""Who may do what in courses."""

import rules

from people.gates import is_let_in
from people.rules import enters_admin, is_active, is_author, is_editor

from .models import CoursePage


@rules.predicate
def is_own_enrolment(user, enrolment) -> bool:
    return enrolment is not None and enrolment.user_id == user.pk


@rules.predicate
def is_course_author(user, course) -> bool:
    """Named among the course's authors in any language, or the author who made its page."""
    if course is None or not is_active(user):
        return False
    people = CoursePage.objects.filter(translation_key=course.translation_key).values_list(
        "owner_id", "authors__user_id"
    )
    return any(
        named == user.pk or (owner == user.pk and is_author(user)) for owner, named in people
    )


rules.set_perm("courses.enrol", is_active)
rules.set_perm("courses.see_learning", is_active)
rules.set_perm("courses.change_enrolment", is_active & is_own_enrolment)
rules.set_perm("courses.write_notes", is_active)
rules.set_perm("courses.fetch_document", enters_admin | is_let_in)
# Enrolments, results, cohorts and letters to them: whose course it is, and editors.
rules.set_perm("courses.teach_course", is_editor | is_course_author)
