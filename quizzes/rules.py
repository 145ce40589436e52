"""Who may do what to items, quizzes and attempts."""

import rules

from people.gates import is_let_in
from people.rules import in_department_of, is_active, is_author, is_editor


@rules.predicate
def is_own_attempt(user, attempt) -> bool:
    return attempt is not None and attempt.user_id == user.pk


@rules.predicate
def of_none_in_particular(user, obj) -> bool:
    """The question whether a person may at all, before it is known which item or quiz."""
    return obj is None


@rules.predicate
def is_shared(user, obj) -> bool:
    return bool(getattr(obj, "is_shared", False))


# The bank of questions: editors all of it, authors their own departments' part.
may_write = is_editor | (is_author & (of_none_in_particular | in_department_of))

for model in ("item", "quiz"):
    rules.set_perm(f"quizzes.add_{model}", is_editor | is_author)
    for verb in ("view", "change", "delete", "publish", "lock", "unlock"):
        rules.set_perm(f"quizzes.{verb}_{model}", may_write)
    rules.set_perm(f"quizzes.choose_{model}", may_write | (is_author & is_shared))
for model in ("topic", "extratime"):
    for verb in ("add", "view", "change", "delete", "choose"):
        rules.set_perm(f"quizzes.{verb}_{model}", is_editor)
rules.set_perm("quizzes.write_for_any_department", is_editor)
# Who writes an item or quiz reads how it proved, marks its free texts and re-scores it.
rules.set_perm("quizzes.analyse_item", may_write)
rules.set_perm("quizzes.analyse_quiz", may_write)
rules.set_perm("quizzes.import_items", is_editor | is_author)
rules.set_perm("quizzes.take_quiz", is_active & (may_write | is_let_in))
rules.set_perm("quizzes.keep_deck", is_active)
rules.set_perm("quizzes.see_attempt", is_active & is_own_attempt)
rules.set_perm("quizzes.answer_attempt", is_active & is_own_attempt)
rules.set_perm("quizzes.answer_card", is_active & is_own_attempt)
