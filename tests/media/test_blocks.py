"""The lecture block in a page's body."""

import pytest
from django.contrib.auth.models import AnonymousUser

from media.blocks import LectureBlock
from media.models import Lecture
from tests.factories import make_ready_lecture

pytestmark = pytest.mark.django_db


def rendered(rf, lecture: Lecture) -> str:
    request = rf.get("/")
    request.user = AnonymousUser()
    block = LectureBlock()
    value = block.to_python({"lecture": lecture.pk, "caption": "Mind the apices."})
    return block.render(value, context={"request": request})


def test_block_shows_the_player_with_its_caption(rf):
    lecture = make_ready_lecture()
    page = rendered(rf, lecture)
    assert lecture.manifest_url in page
    assert "Mind the apices." in page


def test_block_says_when_the_lecture_is_not_ready(rf):
    lecture = make_ready_lecture()
    Lecture.objects.update(manifest="")
    assert "is being prepared" in rendered(rf, lecture)
