"""Prerequisites that lead back to themselves are refused, in drafts and other languages too."""

import itertools
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from courses.models import CourseIndexPage, CoursePage, CoursePrerequisite, LessonPrerequisite
from courses.models.circles import path_to
from people.domain.roles import give_role
from people.roles import Role
from tests.factories import UserFactory, make_course, make_lesson

pytestmark = pytest.mark.django_db


def need(course: CoursePage, *required: CoursePage) -> None:
    course.prerequisites = [CoursePrerequisite(required=one) for one in required]


def sentence(page) -> str:
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    return " ".join(caught.value.messages)


def test_circle_of_three_courses_is_named():
    first, second, third = (make_course(title=title) for title in ("CT", "MRI", "PET"))
    need(first, second)
    first.save()
    need(second, third)
    second.save()
    need(third, first)
    assert sentence(third) == (
        "These wait for each other, so that nobody could ever begin: “PET” → “CT” → “MRI” → “PET”."
    )


def test_course_cannot_wait_for_itself():
    course = make_course(title="CT")
    need(course, course)
    assert "“CT” → “CT”" in sentence(course)


def test_chain_without_a_circle_is_no_matter():
    first, second, third = (make_course() for _n in range(3))
    need(second, first)
    second.save()
    need(third, first, second)
    third.full_clean()


def test_lessons_of_a_course_cannot_wait_for_each_other():
    course = make_course()
    first, second = make_lesson(course, title="Physics"), make_lesson(course, title="Contrast")
    first.prerequisites = [LessonPrerequisite(required=second)]
    first.save()
    second.prerequisites = [LessonPrerequisite(required=first)]
    assert "“Contrast” → “Physics” → “Contrast”" in sentence(second)


def test_circle_through_a_draft_is_refused_before_either_is_published():
    first, second = make_course(title="CT"), make_course(title="MRI")
    need(first, second)
    first.save_revision()
    assert not CoursePrerequisite.objects.exists()
    need(second, first)
    assert "“MRI” → “CT” → “MRI”" in sentence(second)


def test_circle_through_another_language_is_refused():
    first, second = make_course(title="CT"), make_course(title="MRI")
    russian = CourseIndexPage.objects.get(locale__language_code="ru")
    translated = make_course(parent=russian, title="КТ", translation_key=first.translation_key)
    need(translated, second)
    translated.save()
    need(second, first)
    assert "“MRI” → “CT” → “MRI”" in sentence(second)


def test_an_existing_circle_elsewhere_holds_up_no_other_course():
    first, second, third = (make_course() for _n in range(3))
    CoursePrerequisite.objects.create(course=first, required=second)
    CoursePrerequisite.objects.create(course=second, required=first)
    need(third, first)
    third.full_clean()


def form_of(course: CoursePage, *required: CoursePage) -> dict:
    return nested_form_data(
        {
            "title": course.title,
            "slug": course.slug,
            "summary": course.summary,
            "level": course.level,
            "description": rich_text("<p>All about it.</p>"),
            "objectives": streamfield([]),
            "credits": "0",
            "authors": inline_formset([]),
            "prerequisites": inline_formset([{"required": one.pk} for one in required]),
            "comments": inline_formset([]),
        }
    )


def test_editor_reads_the_circle_above_the_form_and_nothing_is_saved(client):
    editor = UserFactory()
    give_role(user=editor, role=Role.EDITOR)
    client.force_login(editor)
    first, second = make_course(title="CT"), make_course(title="MRI")
    address = reverse("wagtailadmin_pages:edit", args=[first.pk])
    client.post(address, form_of(first, second) | {"action-publish": "1"})
    assert [one.required_id for one in first.prerequisites.all()] == [second.pk]
    address = reverse("wagtailadmin_pages:edit", args=[second.pk])
    answer = client.post(address, form_of(second, first))
    assert "“MRI” → “CT” → “MRI”" in answer.content.decode()
    assert second.revisions.count() == 0


keys = st.integers(0, 5).map(lambda n: uuid.UUID(int=n))


@given(st.dictionaries(keys, st.sets(keys)), keys, st.sets(keys))
def test_a_way_that_is_found_follows_the_edges_and_none_is_overlooked(edges, goal, begin):
    way = path_to(goal, begin=begin, edges=edges)
    reached, fresh = set(), set(begin)
    while fresh:
        reached |= fresh
        fresh = {key for one in fresh for key in edges.get(one, ())} - reached
    assert bool(way) == (goal in reached)
    if way:
        assert way[0] in begin
        assert way[-1] == goal
        assert all(there in edges[here] for here, there in itertools.pairwise(way))
