"""Frozen items: versions say for ever what was asked."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from quizzes.domain.attempts import record_answer, start_attempt
from quizzes.domain.versions import content_hash, current_version, current_versions
from quizzes.models import Item, ItemVersion
from tests.factories import UserFactory, make_image, make_item, make_quiz

pytestmark = pytest.mark.django_db


def reword(item: Item, stem: str) -> Item:
    """Save the item with another stem, as an author would."""
    item = Item.objects.get(pk=item.pk)
    value = item.body[0].value
    value["stem"] = type(value["stem"])(f"<p>{stem}</p>")
    item.body = [("single_best_answer", value)]
    item.save()
    return Item.objects.get(pk=item.pk)


def test_version_is_made_once_while_the_item_stays_the_same():
    item = Item.objects.get(pk=make_item().pk)
    first = current_version(item)
    again = current_version(Item.objects.get(pk=item.pk))
    assert (first.number, again.pk, item.versions.count()) == (1, first.pk, 1)


def test_version_holds_what_the_item_says_as_plain_json():
    version = current_version(make_item(stem="Which is air?", options=("-1000 HU", "0 HU")))
    assert version.item_type == "single_best_answer"
    assert version.content["stem"] == "<p>Which is air?</p>"
    assert [o["value"]["text"] for o in version.content["options"]] == ["-1000 HU", "0 HU"]
    assert version.content_hash == content_hash(version.item_type, version.content)


def test_changed_item_gets_a_next_version_and_the_old_one_stays():
    item = make_item(stem="Old words")
    old = current_version(item)
    new = current_version(reword(item, "New words"))
    old.refresh_from_db()
    assert (old.number, old.content["stem"]) == (1, "<p>Old words</p>")
    assert (new.number, new.content["stem"]) == (2, "<p>New words</p>")


def test_answered_item_never_changes_under_the_learner():
    item = make_item(stem="Old words")
    attempt = start_attempt(quiz=make_quiz(item), user=UserFactory())
    reword(item, "New words")
    answer = attempt.answers.get()
    assert answer.version.content["stem"] == "<p>Old words</p>"
    key = answer.version.content["options"][0]["id"]
    assert record_answer(attempt=attempt, position=1, data={"option": key}).points == 1.0


def test_next_attempt_meets_the_new_version():
    item, user = make_item(stem="Old words"), UserFactory()
    quiz = make_quiz(item)
    first = start_attempt(quiz=quiz, user=user)
    other = start_attempt(quiz=quiz, user=UserFactory())
    reword(item, "New words")
    third = start_attempt(quiz=quiz, user=UserFactory())
    numbers = [a.answers.get().version.number for a in (first, other, third)]
    assert numbers == [1, 1, 2]


def test_version_number_cannot_be_given_twice():
    version = current_version(make_item())
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.create(
            item=version.item, number=1, item_type="x", content={}, content_hash="0" * 64
        )


def test_versions_and_what_was_asked_cannot_be_deleted():
    item = make_item()
    start_attempt(quiz=make_quiz(item), user=UserFactory())
    with pytest.raises(ProtectedError):
        item.delete()
    with pytest.raises(ProtectedError):
        item.versions.get().delete()


def test_stale_copy_of_an_item_does_not_bring_back_old_words():
    item = make_item(stem="Old words")
    stale = Item.objects.get(pk=item.pk)
    newest = current_version(reword(item, "New words"))
    assert current_version(stale).pk == newest.pk
    assert item.versions.count() == 1


def test_unchanged_items_are_found_in_one_query(django_assert_num_queries):
    items = [make_item(stem=f"Question {n}") for n in range(5)]
    current_versions(items)
    fresh = list(Item.objects.filter(pk__in=[item.pk for item in items]))
    with django_assert_num_queries(1):
        found = current_versions(fresh)
    assert sorted(found) == sorted(item.pk for item in items)


def test_freezing_items_with_pictures_asks_for_no_picture(django_assert_num_queries):
    item = make_item()
    value = item.body[0].value
    value["image"], value["image_alt"] = make_image(), "A grey square"
    item.body = [("single_best_answer", value)]
    item.save()
    version = current_version(Item.objects.get(pk=item.pk))
    assert version.content["image_alt"] == "A grey square"
    fresh = Item.objects.get(pk=item.pk)
    with django_assert_num_queries(1):
        current_version(fresh)
