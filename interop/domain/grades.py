"""Results on their way back to the platform (LTI Assignment and Grade Services 2.0)."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from cases.facts import CaseAnswered
from courses.facts import Enrolled, Progressed
from interop.grade_service import send_score
from interop.models import Grade, Identity, Launch, Placement, ResourceLink, TargetKind
from interop.targets import Result, result_of
from interop.tasks import send_grade
from jobs.models import WorkState
from quizzes.facts import AttemptSettled

from .delivery import MOST_ATTEMPTS, enqueue_due, forget_sent, work_off

MAXIMUM = 100.0
KEPT_FOR = timedelta(days=365)


@transaction.atomic
def place(*, launch: Launch, identity: Identity, kind: str, key: Any) -> Placement:
    """Remember that the person came by this link, and queue what they have achieved already."""
    claims = launch.claims or {}
    service = claims["grades"]
    link, _created = ResourceLink.objects.update_or_create(
        platform=launch.platform,
        deployment_id=claims["deployment"],
        link_id=claims["link"]["id"],
        defaults={
            "target_kind": kind,
            "target_key": key,
            "title": claims["link"]["title"],
            "line_item": _address(service.get("lineitem")),
            "line_items": _address(service.get("lineitems")),
            "members_url": _address(claims.get("members")),
            "scopes": [str(scope) for scope in service.get("scope", [])][:10],
        },
    )
    placement, _created = Placement.objects.get_or_create(link=link, identity=identity)
    queue_grade(placement=placement)
    return placement


def _address(value: object) -> str:
    is_web = isinstance(value, str) and value.startswith(("https://", "http://"))
    return str(value)[:1000] if is_web else ""


def queue_grade(*, placement: Placement) -> Grade | None:
    """Queue the learner's result in the link's target; None where nothing is new, or to be told.

    To be called in the transaction that made the result. What still waits is replaced: a platform
    keeps one score, the latest.
    """
    link = placement.link
    if not (link.line_item or link.line_items):
        return None
    result = result_of(kind=link.target_kind, key=link.target_key, user=placement.identity.user)
    if result is None:
        return None
    values = _values(result, maximum=MAXIMUM)
    latest = placement.grades.order_by("-pk").first()
    if latest and all(getattr(latest, name) == value for name, value in values.items()):
        return None
    placement.grades.filter(state=WorkState.WAITING).delete()
    grade = Grade.objects.create(placement=placement, max_attempts=MOST_ATTEMPTS, **values)
    transaction.on_commit(lambda: send_grade.enqueue(grade.pk))
    return grade


def _values(result: Result, *, maximum: float) -> dict[str, Any]:
    return {
        "given": None if result.share is None else round(result.share * maximum, 4),
        "maximum": maximum,
        "activity": "Completed" if result.is_complete else "InProgress",
        "grading": _grading(result),
        "achieved_at": result.at,
    }


def _grading(result: Result) -> str:
    if result.share is None:
        return "PendingManual"
    return "FullyGraded" if result.is_complete else "Pending"


def _queue_for(*, user_id: int, kind: str, key: Any) -> None:
    placements = Placement.objects.filter(
        identity__user=user_id, link__target_kind=kind, link__target_key=key
    ).select_related("link", "identity__user")
    for placement in placements:
        queue_grade(placement=placement)


def on_attempt_settled(fact: AttemptSettled) -> None:
    attempt = fact.attempt
    _queue_for(user_id=attempt.user_id, kind=TargetKind.QUIZ, key=attempt.quiz.translation_key)


def on_case_answered(fact: CaseAnswered) -> None:
    _queue_for(user_id=fact.answer.user_id, kind=TargetKind.CASE, key=fact.answer.case_key)


def on_progress(fact: Progressed | Enrolled) -> None:
    enrolment = fact.enrolment
    _queue_for(user_id=enrolment.user_id, kind=TargetKind.COURSE, key=enrolment.course_key)


def deliver(*, grade_id: int) -> str:
    """Send a grade; returns its state."""
    return work_off(model=Grade, pk=grade_id, send=_send)


def _send(grade: Grade) -> None:
    newer = Grade.objects.filter(placement=grade.placement_id, pk__gt=grade.pk)
    if newer.exists():
        return  # It would be overwritten in a moment.
    send_score(grade=grade)


def sweep_grades() -> int:
    """Queue what is due and forget what is long past; returns how much was queued."""
    forget_sent(model=Grade, after=KEPT_FOR)
    return enqueue_due(model=Grade, task=send_grade)
