"""The verbs of peer review: open a round, invite, answer, write, hand in, decide."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import TaskState

from cases.models import (
    CRITERIA,
    REVIEW_TRANSITIONS,
    Basis,
    CasePage,
    CaseReviewTask,
    Decision,
    PeerReview,
    ReviewRound,
    ReviewState,
)
from people.models import User
from people.roles import Role
from people.rules import is_editor

from .publication import clear, record_of
from .review_conflicts import Conflict, conflict_of, interests_in
from .review_letters import LetterKind, tell

DRAFT_FIELDS = (*CRITERIA, "to_author", "to_editor", "recommendation")


class ReviewRefused(ValueError):
    """Base of what may be wrong with a step; `str()` is a sentence for the person."""


class RoundClosed(ReviewRefused):
    """The round is decided or its workflow was cancelled."""


class WrongStep(ReviewRefused):
    """The review does not stand where this step begins."""


class NotAReviewer(ReviewRefused):
    """The person does not hold the role of reviewer."""


class HasConflict(ReviewRefused):
    """The person may not judge this case."""


class DeadlineTooSoon(ReviewRefused):
    """The deadline has passed already."""


class ReviewIncomplete(ReviewRefused):
    """A review is handed in whole."""


class TooFewReviews(ReviewRefused):
    """A case is accepted on the word of its reviewers."""


class LetterMissing(ReviewRefused):
    """Authors learn why."""


def refusal_to_submit(*, case: CasePage, user: Any) -> str:
    """Why a case may not be submitted now; empty if it may."""
    if case.pk is None:
        return ""
    record = record_of(case=case)
    if record and record.is_withdrawn:
        return _("This case has been withdrawn; it is not reviewed again.")
    last = last_round(case=case)
    if last and last.decision == Decision.REJECT and not is_editor(user):
        return _("This case was rejected. Please write to the editors before you submit it again.")
    return ""


def last_round(*, case: CasePage) -> ReviewRound | None:
    """The newest round of a case."""
    return ReviewRound.objects.filter(case_id=case.pk).order_by("-number").first()


@transaction.atomic
def open_round(*, task_state: TaskState) -> ReviewRound:
    """Begin the next round for what was submitted, and tell the editors."""
    state = task_state.workflow_state
    case = CasePage.objects.get(pk=state.object_id)
    last = ReviewRound.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    round_ = ReviewRound.objects.create(
        case=case,
        number=last + 1,
        task_state=TaskState.objects.get(pk=task_state.pk),
        revision=task_state.revision,
        submitted_by=state.requested_by,
        opened_at=timezone.now(),
    )
    for editor in User.objects.filter(groups__name=Role.EDITOR, is_active=True):
        tell(kind=LetterKind.SUBMITTED, to=editor, round_=round_)
    return round_


@transaction.atomic
def invite(
    *, round_: ReviewRound, reviewers: Collection[User], due_at: datetime, by: User
) -> list[PeerReview]:
    """Ask `reviewers` for a review until `due_at`; all of them, or none with a sentence.

    Raises `RoundClosed`, `DeadlineTooSoon`, `NotAReviewer`, `HasConflict`.
    """
    _require_open(round_)
    now = timezone.now()
    if due_at <= now:
        raise DeadlineTooSoon(_("The deadline lies in the past."))
    interests = interests_in(case=round_.case)
    invited = []
    for reviewer in reviewers:
        if Role.REVIEWER not in reviewer.roles or not reviewer.is_active:
            raise NotAReviewer(
                _("%(person)s is not a reviewer of this hub.") % {"person": reviewer}
            )
        conflict = conflict_of(user=reviewer, interests=interests)
        if conflict is not None:
            raise HasConflict(str(Conflict(conflict).label) % {"person": reviewer})
        review, created = PeerReview.objects.get_or_create(
            round=round_,
            reviewer=reviewer,
            defaults={"invited_by": by, "invited_at": now, "due_at": due_at},
        )
        if created:
            tell(kind=LetterKind.INVITATION, to=reviewer, round_=round_, review=review)
            invited.append(review)
    return invited


@transaction.atomic
def answer_invitation(*, review: PeerReview, accept: bool) -> PeerReview:
    """Take on the review, or decline it; one may also give up what one has taken on.

    Raises `RoundClosed`, `WrongStep`.
    """
    _require_open(review.round)
    to = ReviewState.ACCEPTED if accept else ReviewState.DECLINED
    _move(review, to, answered_at=timezone.now())
    if not accept and review.invited_by:
        tell(kind=LetterKind.DECLINED, to=review.invited_by, round_=review.round, review=review)
    return review


@transaction.atomic
def save_draft(*, review: PeerReview, values: Mapping[str, Any]) -> PeerReview:
    """Keep what is written so far. Raises `RoundClosed`, `WrongStep`."""
    _require_open(review.round)
    now = timezone.now()
    fields = {name: values[name] for name in DRAFT_FIELDS if name in values}
    kept = PeerReview.objects.filter(pk=review.pk, state=ReviewState.ACCEPTED).update(
        **fields, saved_at=now
    )
    if not kept:
        raise WrongStep(_("This review can no longer be changed."))
    review.refresh_from_db()
    return review


@transaction.atomic
def hand_in(*, review: PeerReview, values: Mapping[str, Any]) -> PeerReview:
    """Hand in the review; from then on it stands.

    Raises `RoundClosed`, `WrongStep`, `ReviewIncomplete`.
    """
    save_draft(review=review, values=values)
    if None in review.scores.values() or not review.recommendation:
        raise ReviewIncomplete(_("Please judge every line of the rubric, and recommend."))
    if not review.to_author.strip():
        raise ReviewIncomplete(_("Please write something to the authors."))
    _move(review, ReviewState.SUBMITTED, submitted_at=timezone.now())
    if review.invited_by:
        tell(kind=LetterKind.HANDED_IN, to=review.invited_by, round_=review.round, review=review)
    return review


@transaction.atomic
def move_deadline(*, review: PeerReview, due_at: datetime) -> PeerReview:
    """Give a reviewer another deadline; reminders follow it anew.

    Raises `RoundClosed`, `WrongStep`, `DeadlineTooSoon`.
    """
    _require_open(review.round)
    if due_at <= timezone.now():
        raise DeadlineTooSoon(_("The deadline lies in the past."))
    if not review.is_awaited:
        raise WrongStep(_("Nothing is awaited from this reviewer."))
    review.due_at = due_at
    review.save(update_fields=["due_at"])
    return review


@transaction.atomic
def release(*, review: PeerReview) -> PeerReview:
    """Take an invitation back, or go on without a review that is awaited.

    Raises `WrongStep`.
    """
    _move(review, ReviewState.RELEASED)
    tell(kind=LetterKind.RELEASED, to=review.reviewer, round_=review.round, review=review)
    return review


def reviews_needed(*, round_: ReviewRound) -> int:
    """How many reviews an acceptance in this round asks for.

    None for a published case and after a minor revision: there the editor sees for themself.
    """
    if record_of(case=round_.case) is not None:
        return 0
    before = ReviewRound.objects.filter(case_id=round_.case_id, number=round_.number - 1).first()
    if before is not None and before.decision == Decision.MINOR:
        return 0
    task = CaseReviewTask.objects.filter(pk=round_.task_state and round_.task_state.task_id).first()
    return task.reviews_needed if task else 0


@transaction.atomic
def decide(
    *, round_: ReviewRound, decision: Decision, letter: str, by: User, what_changed: str = ""
) -> ReviewRound:
    """Take the editor's decision: the workflow goes on, goes back or ends with it.

    Accepting publishes the case (or puts it on its schedule); of a case that is published
    already, `what_changed` is told to its readers. Raises `RoundClosed`, `TooFewReviews`,
    `LetterMissing`.
    """
    round_ = ReviewRound.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    _require_open(round_)
    letter = letter.strip()
    if decision != Decision.ACCEPT and not letter:
        raise LetterMissing(_("Please tell the authors in a letter what is to be done, or why."))
    if decision == Decision.ACCEPT:
        _require_reviews(round_)
        if not what_changed.strip() and record_of(case=round_.case):
            raise LetterMissing(_("Please say in a sentence what changed; readers see it."))
    case = CasePage.objects.get(pk=round_.case_id)
    round_.decision, round_.letter = decision, letter
    round_.decided_by, round_.decided_at = by, timezone.now()
    round_.decided_revision = case.get_latest_revision()
    round_.save()
    for review in round_.reviews.filter(state__in=[ReviewState.INVITED, ReviewState.ACCEPTED]):
        release(review=review)
    _move_workflow(round_, case, by, what_changed.strip())
    for author in _correspondents(round_, case):
        tell(kind=LetterKind.DECISION, to=author, round_=round_)
    return round_


def _require_reviews(round_: ReviewRound) -> None:
    needed = reviews_needed(round_=round_)
    there = round_.reviews.filter(state=ReviewState.SUBMITTED).count()
    if there < needed:
        raise TooFewReviews(
            _("Accepting needs %(needed)d reviews; %(there)d are handed in.")
            % {"needed": needed, "there": there}
        )


def _move_workflow(round_: ReviewRound, case: CasePage, by: User, what_changed: str) -> None:
    task_state = round_.task_state
    assert task_state is not None
    comment = round_.letter or str(Decision(round_.decision).label)
    if round_.decision == Decision.ACCEPT:
        assert round_.decided_revision is not None
        clear(
            case=case,
            revision=round_.decided_revision,
            basis=Basis.REVIEW,
            by=by,
            note=what_changed,
        )
        task_state.approve(user=by, comment=comment)
        return
    task_state.reject(user=by, comment=comment)
    if round_.decision == Decision.REJECT:
        task_state.workflow_state.refresh_from_db()
        task_state.workflow_state.cancel(user=by)


def _correspondents(round_: ReviewRound, case: CasePage) -> list[User]:
    """Whom the decision is written to: who submitted, else who began the case."""
    person = round_.submitted_by or case.owner
    return [person] if person else []


def _require_open(round_: ReviewRound) -> None:
    if not round_.is_open:
        raise RoundClosed(_("This round of review is closed."))


def _move(review: PeerReview, to: ReviewState, **values: Any) -> None:
    """Change a review's state if the table allows it, whoever else tries at the same time."""
    allowed = [state for state, next_ in REVIEW_TRANSITIONS.items() if to in next_]
    moved = PeerReview.objects.filter(pk=review.pk, state__in=allowed).update(state=to, **values)
    if not moved:
        raise WrongStep(_("This review can no longer be changed."))
    review.refresh_from_db()
