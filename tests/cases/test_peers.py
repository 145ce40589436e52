"""How others answered: told of groups only, never of one person."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import CaseAnswer
from cases.peers import FEWEST, crowded, peers_of
from quizzes.domain.versions import current_version
from quizzes.models import Item
from tests.cases.stack_items import content
from tests.factories import UserFactory, locale_of, make_case, make_item


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=60),
    k=st.integers(2, 7),
)
def test_no_field_of_the_map_holds_fewer_than_k_and_nobody_is_counted_twice(points, k):
    cells, elsewhere = crowded(points, k=k)
    assert all(cell.count >= k for cell in cells)
    assert sum(cell.count for cell in cells) + elsewhere == len(points)


def test_many_marks_in_one_place_give_a_fine_field():
    cells, elsewhere = crowded([(40.1, 60.2)] * 7 + [(2.0, 3.0)])
    assert [(cell.count, cell.size) for cell in cells] == [(7, 100 / 32)]
    assert elsewhere == 1


def answer(item: Item, response: dict, share: float, **fields) -> CaseAnswer:
    case = make_case()
    return CaseAnswer.objects.create(
        user=fields.pop("user", None) or UserFactory(),
        case_key=case.translation_key,
        version=current_version(item),
        response=response,
        share=share,
        is_correct=share == 1,
        answered_at=timezone.now(),
        **fields,
    )


@pytest.mark.django_db
def test_peers_are_told_of_five_at_least_and_never_include_the_reader():
    item, reader = make_item(), UserFactory()
    right, wrong = (one["id"] for one in current_version(item).content["options"][:2])
    answer(item, {"option": wrong}, 0.0, user=reader)
    answer(item, {"option": wrong}, 0.0, after_reading=True)
    for _ in range(FEWEST - 1):
        answer(item, {"option": right}, 1.0)
    version = current_version(item)
    assert peers_of(version=version, user=reader) is None
    answer(item, {"option": wrong}, 0.0)
    peers = peers_of(version=version, user=reader)
    assert (peers.count, peers.right_percent) == (5, 80)
    assert [(share.percent, share.is_key) for share in peers.shares] == [
        (80, True),
        (20, False),
        (0, False),
    ]
    assert peers_of(version=version, user=AnonymousUser()).count == 6


@pytest.mark.django_db
def test_marks_of_others_come_as_fields():
    mark = {"at": 3, "x": 40, "y": 30, "rx": 4, "ry": 4, "depth_mm": 0}
    item = Item.objects.create(
        title="Where", locale=locale_of("en"), body=[("mark_lesion", content(mark))]
    )
    for _ in range(6):
        answer(item, {"image": 4, "x": 50.6, "y": 47.0}, 1.0)
    answer(item, {"image": 9, "x": 2.0, "y": 2.0}, 0.0)
    peers = peers_of(version=current_version(item))
    assert [(cell.count, peers.elsewhere) for cell in peers.cells] == [(6, 1)]
