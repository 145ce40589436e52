"""Recordings in items: shown with the stem or only with the explanation, never by themselves."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from media.models import Caption, Lecture, LectureState
from quizzes.domain.attempts import record_answer, start_attempt
from quizzes.models import Item
from tests.factories import make_image, make_item, make_quiz

pytestmark = pytest.mark.django_db


def recording(title: str, *, ready: bool = True) -> Lecture:
    made = Lecture.objects.create(title=title, language="en", original=ContentFile(b"", name="a"))
    if ready:
        Lecture.objects.filter(pk=made.pk).update(
            state=LectureState.READY,
            directory=f"lectures/{made.pk}",
            manifest="master.m3u8",
            fallback="lecture.mp4",
        )
        Caption.objects.create(lecture=made, language="en", webvtt="WEBVTT\n")
    return made


def item_with(**recordings: Lecture) -> Item:
    item = make_item()
    for name, lecture in recordings.items():
        item.body[0].value[name] = lecture
    item.save()
    return item


def pages(client, user, item: Item) -> tuple[str, str]:
    """The item's page before and after its answer."""
    attempt = start_attempt(quiz=make_quiz(item), user=user)
    client.force_login(user)
    url = reverse("quizzes:answer", args=[attempt.pk, 1])
    before = client.get(url).content.decode()
    options = attempt.answers.get().version.content["options"]
    record_answer(attempt=attempt, position=1, data={"option": options[0]["id"]})
    return before, client.get(url).content.decode()


def test_recording_of_the_stem_plays_when_asked_and_has_no_title(client, resident):
    shown = recording("Secretdiagnosis on ultrasound")
    before, after = pages(client, resident, item_with(video=shown))
    for page in (before, after):
        assert page.count("<video controls") == 1
        assert 'preload="none"' in page
        assert "autoplay" not in page
        assert reverse("lectures:captions", args=[shown.pk, "en"]) in page
        assert "Secretdiagnosis" not in page


def test_recording_of_the_explanation_comes_only_after_the_answer(client, resident):
    kept = recording("Why")
    before, after = pages(client, resident, item_with(explanation_video=kept))
    assert ("<video" in before, f"lectures/{kept.pk}" in before) == (False, False)
    assert ("<video" in after, f"lectures/{kept.pk}" in after) == (True, True)


def test_recording_that_is_not_ready_leaves_a_whole_item(client, resident):
    before, after = pages(client, resident, item_with(video=recording("Later", ready=False)))
    assert ("<video" in before, "Which density has water?" in before) == (False, True)
    assert "The scale is defined so." in after


def test_recordings_cost_two_queries_whatever_their_number(
    client, resident, django_assert_max_num_queries
):
    one = [item_with(video=recording("A"))]
    many = [item_with(video=recording(f"{n}"), explanation_video=recording("x")) for n in range(4)]
    counts = []
    for items in (one, many):
        attempt = start_attempt(quiz=make_quiz(*items), user=resident)
        for answer in attempt.answers.select_related("version"):
            option = answer.version.content["options"][0]["id"]
            record_answer(attempt=attempt, position=answer.position, data={"option": option})
        client.force_login(resident)
        client.post(reverse("quizzes:finish", args=[attempt.pk]))
        url = reverse("quizzes:attempt", args=[attempt.pk])
        client.get(url)
        with django_assert_max_num_queries(60) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_picture_to_draw_on_is_for_who_writes_questions(client, resident, editor):
    url = reverse("quizzes_desk:picture", args=[make_image().pk])
    client.force_login(editor)
    assert client.get(url).url.endswith(".jpg")
    client.force_login(resident)
    assert client.get(url).status_code in (302, 403)
    assert not client.get(url).get("Location", "").endswith(".jpg")
