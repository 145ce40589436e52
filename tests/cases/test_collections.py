"""Saved cases, collections, and rounds: the diagnosis waits for the teacher, also for guests."""

import datetime as dt
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.domain.collections import (
    add_to_collection,
    begin_collection,
    move_in_collection,
    remove_from_collection,
)
from cases.domain.publication import admit, withdraw
from cases.models import CaseCollection, CasePage, CollectionEntry, SavedCase
from tests.factories import UserFactory, make_case, make_item

pytestmark = pytest.mark.django_db
SECRETS = ["Secretfinding", "Secretdifferential", "Secretdiagnosis", "Speaks against", "Telling"]


def told(client: Client, url: str) -> list[str]:
    page = client.get(url).content.decode()
    return [secret for secret in SECRETS if secret in page]


@pytest.fixture
def teacher():
    return UserFactory()


@pytest.fixture
def collection(teacher) -> CaseCollection:
    collection = begin_collection(owner=teacher, title="Monday round")
    for number in (1, 2):
        case = make_case(
            title=f"Case of {number}", telling_title="Telling title", question=make_item()
        )
        add_to_collection(collection=collection, case=case)
    return collection


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_case_is_saved_once_and_found_again_until_it_is_taken_out(resident):
    case, client = make_case(title="Kept for later"), signed_in(resident)
    url = reverse("cases:save_case", args=[case.pk])
    for _ in range(2):
        client.post(url, {"saved": "1"})
    assert SavedCase.objects.filter(user=resident).count() == 1
    assert "Kept for later" in client.get(reverse("cases:collections")).content.decode()
    assert 'aria-pressed="true"' in client.get(case.url).content.decode()
    client.post(url, {"saved": "0"})
    assert not SavedCase.objects.exists()


def test_saving_needs_an_account():
    case = make_case()
    answer = Client().post(reverse("cases:save_case", args=[case.pk]), {"saved": "1"})
    assert (answer.status_code, SavedCase.objects.count()) == (HTTPStatus.FOUND, 0)


def test_a_collection_is_its_owners_alone(collection, resident):
    case = make_case()
    for client in (Client(), signed_in(resident)):
        url = reverse("cases:collection", args=[collection.pk])
        change = reverse("cases:change_collection", args=[collection.pk])
        assert client.get(url).status_code in (HTTPStatus.FOUND, HTTPStatus.FORBIDDEN)
        client.post(change, {"delete": "1"})
        client.post(change, {"add": "1", "case": case.pk})
    assert collection.entries.count() == 2


def test_cases_are_added_once_moved_and_taken_out(collection, teacher):
    client = signed_in(teacher)
    case = make_case(title="The third")
    change = reverse("cases:change_collection", args=[collection.pk])
    for _ in range(2):
        client.post(change, {"add": "1", "case": case.pk})
    assert [entry.position for entry in collection.entries.all()] == [0, 1, 2]
    third = collection.entries.get(case_key=case.translation_key)
    move_in_collection(entry=third, by=-9)
    assert collection.entries.first().case_key == case.translation_key
    client.post(change, {"entry": third.pk, "down": "1"})
    assert [entry.case_key for entry in collection.entries.all()][1] == case.translation_key
    remove_from_collection(collection=collection, case_key=case.translation_key)
    assert collection.entries.count() == 2


def test_a_case_moves_past_those_that_cannot_be_seen(collection, teacher):
    client = signed_in(teacher)
    change = reverse("cases:change_collection", args=[collection.pk])
    hidden, third = make_case(title="Taken offline"), make_case(title="The third")
    for case in (hidden, third):
        client.post(change, {"add": "1", "case": case.pk})
    hidden.unpublish()
    keys = [entry.case_key for entry in collection.entries.all()]
    client.post(change, {"entry": collection.entries.last().pk, "up": "1"})
    assert [e.case_key for e in collection.entries.all()] == [keys[0], keys[3], keys[1], keys[2]]
    client.post(change, {"entry": collection.entries.all()[1].pk, "down": "1"})
    assert [e.case_key for e in collection.entries.all()] == [keys[0], keys[1], keys[3], keys[2]]


def test_a_case_that_is_in_a_collection_is_not_offered_to_it_again(collection, teacher):
    client, case = signed_in(teacher), first_case(collection)
    address = reverse("cases:collections")
    page = client.get(f"{address}?case={case.pk}").content.decode()
    assert "This case is here already." in page
    assert "Put it here" not in page
    page = client.get(f"{address}?case={make_case().pk}").content.decode()
    assert "This case is here already." not in page
    assert "Put it here" in page
    assert "2 cases" in page


def test_guests_see_of_a_case_what_the_teacher_has_revealed_and_no_more(collection, teacher):
    owner, guest = signed_in(teacher), Client()
    url = reverse("cases:round_case", args=[collection.token, 1])
    reveal = reverse("cases:reveal_case", args=[collection.token, 1])
    assert told(owner, url) == told(guest, url) == []
    stages = {
        1: ["Secretfinding"],
        2: ["Secretfinding", "Secretdifferential"],
        3: SECRETS,
        0: [],
    }
    for stage, secrets in stages.items():
        owner.post(reveal, {"stage": stage})
        assert told(guest, url) == told(owner, url) == secrets
    other = reverse("cases:round_case", args=[collection.token, 2])
    owner.post(reveal, {"stage": 3})
    assert told(guest, other) == []
    assert told(guest, reverse("cases:round", args=[collection.token])) == []
    # The round opens nothing elsewhere.
    assert told(guest, make_case_url(collection)) == []


def make_case_url(collection: CaseCollection) -> str:
    return first_case(collection).url


def test_nobody_but_the_owner_reveals(collection, resident):
    reveal = reverse("cases:reveal_case", args=[collection.token, 1])
    for client in (Client(), signed_in(resident)):
        client.post(reveal, {"stage": 3})
        assert client.get(reveal).status_code in (
            HTTPStatus.METHOD_NOT_ALLOWED,
            HTTPStatus.FOUND,
        )
    assert CollectionEntry.objects.filter(shown__gt=0).count() == 0


def test_a_second_click_does_not_open_the_next_stage(collection, teacher):
    owner = signed_in(teacher)
    reveal = reverse("cases:reveal_case", args=[collection.token, 1])
    for _ in range(2):
        owner.post(reveal, {"stage": 1})
    state = reverse("cases:round_state", args=[collection.token, 1])
    assert Client().get(state).json() == {"stage": 1}
    for nonsense in ("-1", "x", "", "9999"):
        owner.post(reveal, {"stage": nonsense})
    assert Client().get(state).json() == {"stage": 1}


def test_what_was_revealed_is_closed_the_next_day(collection, teacher):
    signed_in(teacher).post(reverse("cases:reveal_case", args=[collection.token, 1]), {"stage": 3})
    CollectionEntry.objects.update(shown_at=timezone.now() - dt.timedelta(hours=13))
    assert told(Client(), reverse("cases:round_case", args=[collection.token, 1])) == []


def test_a_round_that_nobody_knows_is_not_found(collection):
    for token in ("x", collection.token[:-1], collection.token.swapcase()):
        assert Client().get(reverse("cases:round", args=[token])).status_code == 404
    for number in (0, 3):
        url = reverse("cases:round_case", args=[collection.token, number])
        assert Client().get(url).status_code == 404
    assert len(collection.token) >= 22


def first_case(collection: CaseCollection) -> CasePage:
    return CasePage.objects.get(translation_key=collection.entries.first().case_key)


def test_a_case_taken_offline_leaves_the_round(collection):
    first_case(collection).unpublish()
    page = Client().get(reverse("cases:round", args=[collection.token])).content.decode()
    assert ("Case of 1" in page, "Case of 2" in page) == (False, True)


def test_a_withdrawn_case_leaves_the_round_and_its_teacher_is_told(collection, teacher, editor):
    case = first_case(collection)
    revision = case.save_revision()
    admit(case=case, revision=revision, note="From an archive")
    revision.publish()
    withdraw(case=case, notice="The diagnosis was wrong.", by=editor)
    page = Client().get(reverse("cases:round", args=[collection.token])).content.decode()
    assert ("Case of 1" in page, "Case of 2" in page) == (False, True)
    owner, address = signed_in(teacher), reverse("cases:collection", args=[collection.pk])
    page = owner.get(address).content.decode()
    assert "The round goes on without them." in page
    listed = owner.get(reverse("cases:collections")).content.decode()
    assert "1 case<" in listed
    assert page.index("Case of 2") < page.index("Case of 1")
    gone = collection.entries.first()
    change = reverse("cases:change_collection", args=[collection.pk])
    page = owner.post(change, {"entry": gone.pk, "remove": "1"}, follow=True).content.decode()
    assert "Case of 1" not in page
