"""Who may do what to items, quizzes and attempts."""

import rules

from people.rules import in_department_of, is_active, is_author, is_editor


@rules.predicate
def is_own_attempt(user, attempt) -> bool:
    return attempt is not None and attempt.user_id == user.pk


may_write = is_editor | (is_author & in_department_of)

rules.set_perm("quizzes.add_item", is_editor | is_author)
rules.set_perm("quizzes.change_item", may_write)
rules.set_perm("quizzes.add_quiz", is_editor | is_author)
rules.set_perm("quizzes.change_quiz", may_write)
rules.set_perm("quizzes.take_quiz", is_active)
rules.set_perm("quizzes.see_attempt", is_active & is_own_attempt)
rules.set_perm("quizzes.answer_attempt", is_active & is_own_attempt)
