"""Who may do what in courses."""

import rules

from people.rules import is_active


@rules.predicate
def is_own_enrolment(user, enrolment) -> bool:
    return enrolment is not None and enrolment.user_id == user.pk


rules.set_perm("courses.enrol", is_active)
rules.set_perm("courses.see_learning", is_active)
rules.set_perm("courses.change_enrolment", is_active & is_own_enrolment)
