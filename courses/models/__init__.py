"""Courses with their modules and lessons, cohorts, and how far each learner has come."""

from .cohorts import Cohort, CohortMessage
from .learning import CourseFeedback, Enrolment, LessonNote, LessonRecord
from .pages import CourseIndexPage, CoursePage, LessonPage, ModulePage
from .structure import CourseAuthor, CoursePrerequisite, LessonPrerequisite

__all__ = [
    "Cohort",
    "CohortMessage",
    "CourseAuthor",
    "CourseFeedback",
    "CourseIndexPage",
    "CoursePage",
    "CoursePrerequisite",
    "Enrolment",
    "LessonNote",
    "LessonPage",
    "LessonPrerequisite",
    "LessonRecord",
    "ModulePage",
]
