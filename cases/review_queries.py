"""Reading peer reviews: who may be asked, what waits for whom. No list's queries grow with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Prefetch, Q, QuerySet
from django.utils import timezone
from wagtail.models import TaskState
from wagtail.rich_text import expand_db_html

from people.models import User
from people.roles import Role
from quizzes import item_types
from quizzes.domain.versions import current_version
from quizzes.queries import PresentedItem, present_item

from .domain.publication import record_of
from .domain.review import reviews_needed
from .domain.review_conflicts import Conflict, conflict_of, interests_in
from .domain.review_workflow import misplaced_reviews
from .key_images import KeyImage, key_images
from .marks import marks_of, tied_marks
from .models import (
    AWAITED,
    RUBRIC,
    CasePage,
    PeerReview,
    ReviewRound,
    ReviewState,
)
from .phrases import tie_phrases, without_bare_headings
from .record_queries import without_withdrawn
from .viewing import Viewing, viewing_of

_OPEN = Q(decision="", task_state__status=TaskState.STATUS_IN_PROGRESS)
_IN_OPEN_ROUND = Q(round__decision="", round__task_state__status=TaskState.STATUS_IN_PROGRESS)


def colleagues_of(*, user: Any, and_also: int | None = None) -> QuerySet[User]:
    """Members of the user's own departments, the user, and one more who was chosen before."""
    return (
        User.objects.filter(
            Q(memberships__department__in=user.department_ids) | Q(pk__in=[user.pk, and_also or 0])
        )
        .distinct()
        .order_by("last_name", "first_name", "email")
    )


# --- For reviewers -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewEntry:
    """A review on its reviewer's desk. The title is the draft's; nothing tells whose it is."""

    review: PeerReview
    title: str
    waiting_since: datetime

    @property
    def is_late(self) -> bool:
        return self.review.is_awaited and self.review.due_at < timezone.now()


@dataclass(frozen=True)
class ReviewerDesk:
    """What waits for a reviewer, nearest deadline first, and what they have done."""

    waiting: list[ReviewEntry]
    done: list[ReviewEntry]


def reviewer_desk(*, user: Any) -> ReviewerDesk:
    """Two queries, however many reviews there are."""
    reviews = PeerReview.objects.filter(reviewer=user).select_related("round__revision")
    waiting = reviews.filter(_IN_OPEN_ROUND, state__in=AWAITED).order_by("due_at", "pk")
    done = reviews.filter(state=ReviewState.SUBMITTED).order_by("-submitted_at", "-pk")[:50]
    return ReviewerDesk(waiting=_entries(waiting), done=_entries(done))


def _entries(reviews: Iterable[PeerReview]) -> list[ReviewEntry]:
    return [
        ReviewEntry(
            review=review,
            title=review.round.revision.content.get("title", ""),
            waiting_since=review.invited_at,
        )
        for review in reviews
    ]


def reviews_waiting_for(*, user: Any) -> int:
    """How many reviews a person owes; one query."""
    return PeerReview.objects.filter(_IN_OPEN_ROUND, reviewer=user, state__in=AWAITED).count()


@dataclass(frozen=True)
class BlindCase:
    """A case as its reviewer reads it: everything of it, and nothing of whose it is.

    `findings` is HTML with phrases tied to `marks`, as readers get it.
    """

    draft: CasePage
    items: list[PresentedItem]
    viewing: Viewing | None
    marks: list[dict[str, Any]]
    key_images: list[KeyImage]
    findings: str


def blind_case(*, review: PeerReview) -> BlindCase:
    """The submitted revision with its questions answered, so that their keys can be judged."""
    draft = review.round.revision.as_object()
    viewing = viewing_of(case_key=draft.translation_key)
    tied = tied_marks(
        marks_of(case_key=draft.translation_key, viewing=viewing),
        language=draft.locale.language_code,
    )
    return BlindCase(
        draft=draft,
        items=_items_with_keys(draft),
        viewing=viewing,
        marks=tied.marks,
        key_images=key_images(tied.marks, viewing=viewing),
        findings=tie_phrases(expand_db_html(without_bare_headings(draft.findings)), tied.phrases),
    )


def _items_with_keys(draft: CasePage) -> list[PresentedItem]:
    items = [step.question for step in draft.steps.all()]
    items.append(draft.question)
    presented = []
    for item in filter(None, items):
        version = current_version(item)
        key = item_types.get(version.item_type).key(version.content)
        presented.append(present_item(version=version, response=key))
    return presented


# --- For editors ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoundEntry:
    """A round on the editor's desk, with its counts."""

    round: ReviewRound
    now: datetime

    @property
    def needs_reviewers(self) -> bool:
        return not self.round.awaited and not self.round.handed_in  # type: ignore[attr-defined]

    @property
    def is_ready(self) -> bool:
        """Nothing more is awaited: the editor may decide."""
        return not self.round.awaited and self.round.handed_in > 0  # type: ignore[attr-defined]

    @property
    def late_by(self) -> timedelta | None:
        due = self.round.first_due  # type: ignore[attr-defined]
        return self.now - due if due and due < self.now else None


@dataclass(frozen=True)
class EditorDesk:
    """Open rounds, late ones first, then those that wait for the editor, then by age."""

    open: list[RoundEntry]
    decided: list[RoundEntry]
    # Names of workflows that no case goes through, because something follows peer review there.
    misplaced: list[str]


def _with_counts(rounds: QuerySet[ReviewRound]) -> QuerySet[ReviewRound]:
    awaited = Q(reviews__state__in=AWAITED)
    return rounds.select_related(
        "case__department", "submitted_by", "decided_by", "task_state"
    ).annotate(
        asked=Count("reviews", distinct=True),
        awaited=Count("reviews", filter=awaited, distinct=True),
        handed_in=Count("reviews", filter=Q(reviews__state=ReviewState.SUBMITTED), distinct=True),
        first_due=Min("reviews__due_at", filter=awaited),
    )


def editor_desk() -> EditorDesk:
    """All open rounds and the last decided; three queries."""
    now = timezone.now()
    rounds = _with_counts(ReviewRound.objects.all())
    entries = [RoundEntry(each, now) for each in rounds.filter(_OPEN)]
    entries.sort(
        key=lambda entry: (
            -(entry.late_by or timedelta(0)),
            not (entry.is_ready or entry.needs_reviewers),
            entry.round.opened_at,
        )
    )
    decided = rounds.exclude(decision="").order_by("-decided_at")[:30]
    return EditorDesk(
        open=entries,
        decided=[RoundEntry(each, now) for each in decided],
        misplaced=[workflow.name for workflow in misplaced_reviews()],
    )


def rounds_waiting() -> int:
    """How many rounds are open; one query."""
    return ReviewRound.objects.filter(_OPEN).count()


@dataclass(frozen=True)
class Candidate:
    """A reviewer who might be asked: what they have on their desk, and what forbids it."""

    user: User
    waiting: int
    conflict: Conflict | None
    was_asked_before: bool

    @property
    def refusal(self) -> str:
        return str(self.conflict.label) % {"person": self.user} if self.conflict else ""


def candidates(*, round_: ReviewRound) -> list[Candidate]:
    """Reviewers not yet asked in this round, free ones first; a constant number of queries."""
    interests = interests_in(case=round_.case)
    before = set(
        PeerReview.objects.filter(
            round__case=round_.case_id, state=ReviewState.SUBMITTED
        ).values_list("reviewer_id", flat=True)
    )
    reviewers = (
        User.objects.filter(groups__name=Role.REVIEWER, is_active=True)
        .exclude(peer_reviews__round=round_)
        .prefetch_related("memberships")
        .annotate(
            waiting=Count(
                "peer_reviews",
                filter=Q(
                    peer_reviews__state__in=AWAITED,
                    peer_reviews__round__decision="",
                    peer_reviews__round__task_state__status=TaskState.STATUS_IN_PROGRESS,
                ),
                distinct=True,
            )
        )
        .order_by("last_name", "first_name", "email")
    )
    found = []
    for user in reviewers:
        # What the property would ask the database for, of the memberships at hand.
        user.__dict__["department_ids"] = frozenset(
            membership.department_id for membership in user.memberships.all()
        )
        found.append(
            Candidate(
                user=user,
                waiting=user.waiting,
                conflict=conflict_of(user=user, interests=interests),
                was_asked_before=user.pk in before,
            )
        )
    return sorted(
        found, key=lambda each: (each.conflict is not None, not each.was_asked_before, each.waiting)
    )


@dataclass(frozen=True)
class ScoreLine:
    """A line of the rubric with the points of one review."""

    label: str
    points: int | None
    meaning: str


def score_lines(review: PeerReview) -> list[ScoreLine]:
    """The rubric as one reviewer filled it in."""
    lines = []
    for criterion in RUBRIC:
        points = getattr(review, criterion.name)
        meaning = str(criterion.meanings[points - 1]) if points else ""
        lines.append(ScoreLine(str(criterion.label), points, meaning))
    return lines


@dataclass(frozen=True)
class Comparison:
    """Two revisions whose difference an editor may look at in Wagtail's comparison."""

    label_number: int
    before_id: int
    after_id: int


@dataclass(frozen=True)
class RoundReading:
    """A round with everything its editor works with."""

    round: ReviewRound
    reviews: list[PeerReview]
    others: list[ReviewRound]
    comparisons: list[Comparison]
    needed: int
    is_published: bool

    @property
    def handed_in(self) -> list[PeerReview]:
        return [each for each in self.reviews if each.state == ReviewState.SUBMITTED]

    @property
    def means(self) -> list[tuple[str, float]]:
        """Criterion and mean of the points given, where any were."""
        result = []
        for criterion in RUBRIC:
            points = [p for each in self.handed_in if (p := getattr(each, criterion.name))]
            if points:
                result.append((str(criterion.label), sum(points) / len(points)))
        return result


def read_round(*, round_: ReviewRound) -> RoundReading:
    """A constant number of queries, whatever the numbers of rounds and reviews."""
    rounds = list(
        ReviewRound.objects.filter(case=round_.case_id)
        .prefetch_related(
            Prefetch("reviews", PeerReview.objects.select_related("reviewer").order_by("pk"))
        )
        .order_by("number")
    )
    here = next(each for each in rounds if each.pk == round_.pk)
    earlier = [each for each in rounds if each.number < round_.number]
    comparisons = [
        Comparison(each.number, each.revision_id, round_.revision_id) for each in earlier
    ]
    return RoundReading(
        round=round_,
        reviews=list(here.reviews.all()),
        others=[each for each in rounds if each.pk != round_.pk],
        comparisons=comparisons,
        needed=reviews_needed(round_=round_),
        is_published=record_of(case=round_.case) is not None,
    )


# --- For authors and their departments -----------------------------------------------------------


@dataclass(frozen=True)
class CaseStanding:
    """A department's case and where it stands. Of a round in progress no names and no counts."""

    case: CasePage
    round: ReviewRound | None
    waits_for_us: bool
    since: datetime | None


def department_cases(*, user: Any) -> list[CaseStanding]:
    """The unpublished and revised cases of a person's departments, what waits for them first.

    Nothing waits where a case was withdrawn. Two queries, however many cases there are.
    """
    rounds = ReviewRound.objects.select_related("task_state").order_by("-number")
    cases = (
        without_withdrawn(CasePage.objects.filter(department__in=user.department_ids))
        .filter(Q(live=False) | Q(has_unpublished_changes=True) | Q(review_rounds__isnull=False))
        .distinct()
        .select_related("department")
        .prefetch_related(Prefetch("review_rounds", rounds))
        .order_by(F("latest_revision_created_at").desc(nulls_last=True), "-pk")[:200]
    )
    standings = [_standing(case) for case in cases]
    return sorted(standings, key=lambda standing: not standing.waits_for_us)


def _standing(case: CasePage) -> CaseStanding:
    last = next(iter(case.review_rounds.all()), None)
    if last is not None and last.is_open:
        return CaseStanding(case, last, waits_for_us=False, since=last.opened_at)
    if last is not None and last.decision:
        waits = last.decision in {"minor", "major"}
        return CaseStanding(case, last, waits_for_us=waits, since=last.decided_at)
    waits = not case.live or case.has_unpublished_changes
    return CaseStanding(case, last, waits_for_us=waits, since=case.latest_revision_created_at)


def comments_to_author(*, round_: ReviewRound) -> list[tuple[int, PeerReview]]:
    """The reviews as authors read them: numbered, in the order handed in, without names."""
    reviews = round_.reviews.filter(state=ReviewState.SUBMITTED).order_by("submitted_at", "pk")
    return list(enumerate(reviews, start=1))
