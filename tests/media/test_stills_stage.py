"""Slides and posters as a stage beside the transcoding, which never fails a lecture."""

import dataclasses
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.domain.leases import LeaseLost, claim
from jobs.models import WorkState
from media.domain import stills as stills_module
from media.domain.files import remove_work, sweep_files, work_directory
from media.domain.lectures import transcode_again
from media.domain.stages import next_stages, run_stage
from media.domain.stills import (
    NotExamined,
    UnknownPoster,
    choose_poster,
    make_stills_again,
    publish_stills,
)
from media.domain.work import WORK, examine
from media.models import Lecture, LectureState, Stage, StageKind
from media.pipeline.refusals import Refusal, Refused
from media.serving import HASHED
from tests.factories import make_ready_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_reader(own_folders, monkeypatch):
    # Reading words is tested with the pipeline.
    monkeypatch.setattr("media.pipeline.stills.find_reader", lambda: None)


@pytest.fixture
def examined(import_recording) -> Lecture:
    """A lecture whose probe is done."""
    lecture = import_recording()
    stage = lecture.stages.get(kind=StageKind.PROBE)
    lease = claim(model=Stage, pk=stage.pk, holder="test")
    examine(stage, lease, lambda *_: True)
    lecture.refresh_from_db()
    return lecture


def stills_stage(lecture: Lecture) -> Stage:
    return lecture.stages.get(kind=StageKind.STILLS, generation=lecture.generation)


def run(lecture: Lecture) -> Stage:
    stage = stills_stage(lecture)
    run_stage(lease=claim(model=Stage, pk=stage.pk, holder="test"))
    stage.refresh_from_db()
    lecture.refresh_from_db()
    return stage


def published(lecture: Lecture) -> list[str]:
    folder = Path(settings.MEDIA_ROOT) / "lectures" / str(lecture.pk)
    return sorted(path.name for path in folder.glob("stills-*"))


def test_stills_wait_for_the_probe_alone(import_recording, examined):
    kinds = {stage.kind for stage in next_stages(examined.stages.all(), now=timezone.now())}
    assert StageKind.STILLS in kinds
    fresh = import_recording()
    assert {s.kind for s in next_stages(fresh.stages.all(), now=timezone.now())} == {
        StageKind.PROBE
    }


def test_stills_are_published_under_a_name_with_the_hash_of_their_content(examined):
    stage = run(examined)
    assert stage.state == WorkState.DONE
    assert published(examined) == [Path(examined.stills_directory).name]
    address = examined.still_url(examined.stills["slides"][0]["images"][0]["name"])
    assert HASHED.search(address)
    assert (Path(settings.MEDIA_ROOT) / address.removeprefix(settings.MEDIA_URL)).is_file()
    assert examined.still_url("") == ""


def test_slides_are_published_as_a_document_beside_their_pictures(examined, monkeypatch):
    monkeypatch.setattr("media.pipeline.handout.LEAST_PICTURES", 1)
    run(examined)
    folder = Path(settings.MEDIA_ROOT) / examined.stills_directory
    written = (folder / examined.stills["document"]).read_bytes()
    assert written.startswith(b"%PDF-1.7")
    assert len(written) == examined.stills["document_bytes"]


def test_failure_of_stills_leaves_the_lecture_alone(examined, monkeypatch):
    def fail(*_arguments):
        raise Refused(Refusal.DECODE_FAILED, "on purpose")

    monkeypatch.setitem(
        WORK, StageKind.STILLS, dataclasses.replace(WORK[StageKind.STILLS], do=fail)
    )
    stage = run(examined)
    assert stage.state == WorkState.FAILED
    assert examined.state != LectureState.FAILED
    assert examined.stills == {}


def test_worker_that_lost_its_lease_publishes_nothing(examined, monkeypatch):
    stage = stills_stage(examined)
    lease = claim(model=Stage, pk=stage.pk, holder="slow")
    make = stills_module.make_stills

    def slow(*arguments, **options):
        made = make(*arguments, **options)
        Stage.objects.filter(pk=stage.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert claim(model=Stage, pk=stage.pk, holder="quick")
        return made

    monkeypatch.setattr(stills_module, "make_stills", slow)
    with pytest.raises(LeaseLost):
        publish_stills(stage, lease, lambda *_: True)
    examined.refresh_from_db()
    assert (examined.stills_directory, published(examined)) == ("", [])


def test_packaging_beside_them_leaves_their_work_alone(examined):
    work = work_directory(lecture_id=examined.pk, generation=1)
    for name in ("stills-1", "encode-1"):
        (work / name).mkdir(parents=True)
    remove_work(lecture_id=examined.pk, generation=1)
    assert {path.name for path in work.iterdir()} == {"stills-1"}


def test_stills_made_again_replace_the_old_ones_which_stay_for_a_day(examined):
    run(examined)
    old = Path(settings.MEDIA_ROOT) / examined.stills_directory
    make_stills_again(lecture=examined)
    run(examined)
    assert examined.stills_directory != str(old.relative_to(settings.MEDIA_ROOT))
    os.utime(Path(settings.MEDIA_ROOT) / examined.stills_directory, (0, 0))
    sweep_files()
    assert len(published(examined)) == 2
    os.utime(old, (time.time() - 90_000,) * 2)
    sweep_files()
    assert published(examined) == [Path(examined.stills_directory).name]


def test_stills_of_an_older_generation_are_not_shown(examined):
    stage = stills_stage(examined)
    lease = claim(model=Stage, pk=stage.pk, holder="test")
    transcode_again(lecture=examined)
    publish_stills(stage, lease, lambda *_: True)
    examined.refresh_from_db()
    assert examined.stills == {}


def test_command_makes_stills_of_lectures_that_have_none(examined, capsys):
    Stage.objects.filter(kind=StageKind.STILLS).delete()
    call_command("make_stills", "--all")
    assert capsys.readouterr().out == f"{examined.pk}: queued\n"
    assert stills_stage(examined).state == WorkState.WAITING
    with pytest.raises(CommandError, match="There is no lecture 99999"):
        call_command("make_stills", "99999")
    with pytest.raises(CommandError, match="--all"):
        call_command("make_stills")


def test_lecture_that_was_not_examined_has_to_wait(import_recording):
    with pytest.raises(NotExamined):
        make_stills_again(lecture=import_recording())


def test_poster_is_the_authors_choice_while_it_is_among_the_candidates():
    lecture = make_ready_lecture()
    lecture.stills = {"posters": [{"name": "a.jpg", "at_s": 3.0}, {"name": "b.jpg", "at_s": 9.5}]}
    lecture.stills_directory = "lectures/1/stills-1-1-0123456789abcdef"
    lecture.save()
    assert lecture.poster_url.endswith("lectures/1/abc/poster.jpg")
    choose_poster(lecture=lecture, at_s=9.5)
    assert lecture.poster_url.endswith("stills-1-1-0123456789abcdef/b.jpg")
    with pytest.raises(UnknownPoster):
        choose_poster(lecture=lecture, at_s=4.0)
    lecture.stills = {"posters": [{"name": "c.jpg", "at_s": 9.0}, {"name": "d.jpg", "at_s": 3.5}]}
    assert lecture.poster_url.endswith("/c.jpg")
    choose_poster(lecture=lecture, at_s=None)
    assert lecture.poster_url.endswith("/poster.jpg")
