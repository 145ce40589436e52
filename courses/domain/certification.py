"""A completed course becomes a certificate."""

from certificates.domain.certificates import Achievement, NoName, issue
from certificates.models import Certificate, CreditType
from courses.models import CoursePage, Enrolment
from pages.queries import in_language

KIND = "course"


class NotCompleted(Exception):
    """Lessons are still to be done."""


class NoCertificate(Exception):
    """The course, or what is left of it, issues none."""


def certify(*, enrolment: Enrolment) -> Certificate:
    """The certificate of a completed course, issued now if it was not before.

    In the learner's language where the course exists in it. Raises `NotCompleted`,
    `NoCertificate`, `NoName`.
    """
    if enrolment.completed_at is None:
        raise NotCompleted
    courses = CoursePage.objects.live().filter(translation_key=enrolment.course_key)
    course = in_language(
        courses.select_related("locale").order_by("locale_id"), enrolment.user.language
    )
    if course is None or not course.issues_certificate:
        raise NoCertificate
    return issue(
        holder=enrolment.user,
        language=course.locale.language_code,
        achievement=Achievement(
            kind=KIND,
            key=enrolment.course_key,
            title=course.title,
            credit_type=CreditType.ENDURING,
            credits=course.credits,
            completed_on=enrolment.completed_at.astimezone(enrolment.user.zone).date(),
        ),
    )


def certify_if_possible(*, enrolment: Enrolment) -> Certificate | None:
    """`certify` where a reason against it is no error: the learner can ask for it later."""
    try:
        return certify(enrolment=enrolment)
    except (NotCompleted, NoCertificate, NoName):
        return None


def certify_all(*, users: list[int] | None = None) -> int:
    """Issue what completed enrolments are owed, as after a course began to certify; how many.

    What was revoked is not owed again.
    """
    certified = Certificate.objects.filter(subject_kind=KIND)
    known = set(certified.values_list("holder_id", "subject_key"))
    owed = Enrolment.objects.exclude(completed_at=None).select_related("user")
    if users is not None:
        owed = owed.filter(user__in=users)
    return sum(
        certify_if_possible(enrolment=enrolment) is not None
        for enrolment in owed.iterator()
        if (enrolment.user_id, enrolment.course_key) not in known
    )
