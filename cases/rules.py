"""Who may do what to cases beyond Wagtail's tree permissions."""

import rules

from people.rules import in_department_of, is_active, is_author, is_editor, is_reviewer

rules.set_perm("cases.solve_case", rules.always_allow)
# Those who write or edit a case see it whole without solving it.
rules.set_perm("cases.see_solution", is_editor | (is_author & in_department_of))
# Of the case that a study belongs to; studies without a case are the editors' matter.
rules.set_perm("cases.import_dicom", is_editor | (is_author & in_department_of))
# Of no case in particular: sending images to be imported.
rules.set_perm("cases.upload_images", is_editor | is_author)

# --- Collections and teaching rounds --------------------------------------------------------------


@rules.predicate
def owns_collection(user, collection) -> bool:
    return is_active(user) and collection is not None and collection.owner_id == user.pk


rules.set_perm("cases.keep_cases", is_active)
rules.set_perm("cases.change_collection", owns_collection)
# Whoever knows the round's random address.
rules.set_perm("cases.follow_round", rules.always_allow)

# --- Peer review and publication -----------------------------------------------------------------


@rules.predicate
def wrote_the_case(user, case) -> bool:
    """Whether the user is among a case's authors (asked of no case in particular: no)."""
    from .domain.review_conflicts import Conflict, conflict_of, interests_in  # noqa: PLC0415

    if case is None:
        return False
    return conflict_of(user=user, interests=interests_in(case=case)) == Conflict.AUTHOR


@rules.predicate
def was_asked_for(user, review) -> bool:
    """Whether the review is the user's own."""
    return is_active(user) and review is not None and review.reviewer_id == user.pk


@rules.predicate
def is_taken_on(user, review) -> bool:
    """Whether the reviewer has agreed to review: the case is shown to nobody before."""
    return review is not None and review.state in {"accepted", "submitted"}


@rules.predicate
def is_in_an_open_round(user, review) -> bool:
    return review is not None and review.round.is_open


@rules.predicate
def is_decided(user, round_) -> bool:
    return round_ is not None and bool(round_.decision)


@rules.predicate
def in_department_of_case(user, round_) -> bool:
    return round_ is not None and in_department_of(user, round_.case)


@rules.predicate
def submitted_the_round(user, round_) -> bool:
    return is_active(user) and round_ is not None and round_.submitted_by_id == user.pk


# Of a case: its rounds with reviewers' names, inviting, editing what is under review.
rules.set_perm("cases.manage_review", is_editor)
# Nobody decides on what they wrote.
rules.set_perm("cases.decide_review", is_editor & ~wrote_the_case)
# Of a review: the invitation; the case without its authors; writing.
rules.set_perm("cases.see_invitation", was_asked_for)
rules.set_perm("cases.read_blind", was_asked_for & is_taken_on & is_in_an_open_round)
rules.set_perm("cases.review_case", was_asked_for & is_in_an_open_round)
# Of a round: the decision and the comments to the authors.
rules.set_perm("cases.see_decision", is_decided & (submitted_the_round | in_department_of_case))
rules.set_perm("cases.see_own_reviews", is_active)
rules.set_perm("cases.has_review_desk", is_reviewer | is_author)
rules.set_perm("cases.see_department_reviews", is_editor | is_author)
# Of a published case.
rules.set_perm("cases.correct_case", is_editor)
rules.set_perm("cases.withdraw_case", is_editor)
