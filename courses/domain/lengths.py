"""Keeping each course's estimated time at hand for the catalogue."""

from courses.models import CoursePage
from courses.outline import syllabuses


def measure_lengths() -> int:
    """Measure every live course anew and store what has changed; return how many have.

    Lessons, lectures and quizzes change in many places: a look at all of them is three queries,
    and nothing has to remember to tell.
    """
    courses = list(CoursePage.objects.live().only("path", "depth", "estimated_s"))
    found = syllabuses(courses, with_prerequisites=False)
    changed = [course for course in courses if course.estimated_s != found[course.path].estimated_s]
    for course in changed:
        CoursePage.objects.filter(pk=course.pk).update(estimated_s=found[course.path].estimated_s)
    return len(changed)
