"""The beginning of a long lecture, which plays while the rest is made."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobs.domain.leases import claim
from jobs.domain.queue import waiting_arguments
from jobs.models import WorkState
from media.domain import opening as opening_module
from media.domain.files import sweep_files
from media.domain.lectures import transcode_again
from media.domain.stages import next_stages, process, refresh_state, run_stage
from media.domain.transcoding import cancel_transcoding
from media.models import Lecture, LectureState, Stage, StageKind
from media.pipeline.hls import read_media_playlist
from media.pipeline.policy import POLICIES, Policy
from media.pipeline.refusals import Refusal, Refused
from media.playing import player_context
from media.queries import progress, status
from media.tasks import process_lecture

pytestmark = pytest.mark.django_db

OPENING_S = 2.0


@pytest.fixture(autouse=True)
def _long_from_three_seconds_on(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.WORK_ROOT = tmp_path / "work"
    policy = Policy(preset="ultrafast", early_from_s=3.0, opening_s=OPENING_S)
    monkeypatch.setitem(POLICIES, "standard", policy)


def examined(lecture: Lecture) -> Lecture:
    """The lecture after its first stage, and nothing else, was done."""
    stage = Stage.objects.get(lecture=lecture, kind=StageKind.PROBE)
    run_stage(lease=claim(model=Stage, pk=stage.pk, holder="test"))
    lecture.refresh_from_db()
    return lecture


def published(lecture: Lecture) -> Path:
    return Path(settings.MEDIA_ROOT) / lecture.directory


@pytest.mark.parametrize("name", ["lecture.mp4", "silent.mp4"])
def test_beginning_plays_before_anything_else_is_made(import_recording, name):
    lecture = examined(import_recording(name))
    assert refresh_state(lecture_id=lecture.pk) == LectureState.PROCESSING
    assert (lecture.is_ready, lecture.is_opening) == (True, True)
    assert Path(lecture.directory).name == "1-opening-1"
    assert lecture.opening_s == pytest.approx(OPENING_S, abs=0.05)
    # What counts as having watched it is measured by the whole.
    assert lecture.duration_s == pytest.approx(4.0, abs=0.2)
    master = (published(lecture) / lecture.manifest).read_text()
    for line in master.splitlines():
        if line and not line.startswith("#"):
            made = read_media_playlist(published(lecture) / line)
            assert made.duration_s == pytest.approx(OPENING_S, abs=0.05)
    assert (published(lecture) / lecture.fallback).is_file()


def test_whole_lecture_takes_the_place_of_its_beginning(import_recording):
    lecture = examined(import_recording())
    beginning = published(lecture)
    assert process(lecture_id=lecture.pk) == LectureState.READY
    lecture.refresh_from_db()
    assert (Path(lecture.directory).name, lecture.is_opening) == ("1-1", False)
    assert lecture.stages.filter(part="early", state=WorkState.DONE).exists()
    sweep_files()
    # Whoever began with it goes on with it for a day.
    assert beginning.is_dir()


def test_short_lecture_has_no_beginning_of_its_own(import_recording, monkeypatch):
    monkeypatch.setitem(POLICIES, "standard", Policy(preset="ultrafast", early_from_s=5.0))
    lecture = examined(import_recording())
    assert (lecture.is_ready, lecture.is_opening) == (False, False)


def test_beginning_that_cannot_be_made_holds_nothing_up(import_recording, monkeypatch):
    def refuse(*_args, **_options):
        raise Refused(Refusal.DECODE_FAILED, "test")

    monkeypatch.setattr(opening_module, "make_opening", refuse)
    lecture = examined(import_recording())
    assert not lecture.is_ready
    assert process(lecture_id=lecture.pk) == LectureState.READY


def test_worker_that_lost_its_lease_shows_no_beginning(import_recording, monkeypatch):
    lecture = import_recording()
    make = opening_module.make_opening

    def make_slowly(*args, **options):
        made = make(*args, **options)
        Stage.objects.filter(lecture=lecture, kind=StageKind.PROBE).update(token=9)
        return made

    monkeypatch.setattr(opening_module, "make_opening", make_slowly)
    lecture = examined(lecture)
    assert not lecture.is_ready
    folder = Path(settings.MEDIA_ROOT) / "lectures" / str(lecture.pk)
    assert not folder.exists() or not list(folder.iterdir())


def test_what_plays_whole_is_not_replaced_by_a_beginning(import_recording):
    lecture = import_recording()
    process(lecture_id=lecture.pk)
    transcode_again(lecture=lecture)
    stage = Stage.objects.get(lecture=lecture, kind=StageKind.PROBE, generation=2)
    run_stage(lease=claim(model=Stage, pk=stage.pk, holder="test"))
    lecture.refresh_from_db()
    assert (Path(lecture.directory).name, lecture.is_opening) == ("1-1", False)


def test_attempt_after_a_crash_shows_the_beginning_again_and_the_whole_early(import_recording):
    lecture = examined(import_recording())
    Stage.objects.filter(lecture=lecture).exclude(kind=StageKind.PROBE).delete()
    Stage.objects.filter(lecture=lecture).update(state=WorkState.WAITING)
    lecture = examined(lecture)
    assert (Path(lecture.directory).name, lecture.is_opening) == ("1-opening-2", True)
    assert lecture.stages.filter(part="early").exists()


def test_failed_lecture_does_not_play_its_beginning(import_recording):
    lecture = examined(import_recording())
    Stage.objects.filter(lecture=lecture, kind=StageKind.ENCODE).update(state=WorkState.FAILED)
    refresh_state(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    assert (lecture.state, lecture.is_ready) == (LectureState.FAILED, False)


def test_beginning_of_a_recording_that_was_replaced_makes_no_lecture_ready(import_recording):
    lecture = examined(import_recording())
    transcode_again(lecture=lecture)
    cancel_transcoding(lecture=lecture)
    assert (lecture.state, lecture.is_ready) == (LectureState.FAILED, False)


def test_player_of_a_beginning_says_that_more_is_to_come(import_recording):
    lecture = examined(import_recording())
    player = player_context(lecture, AnonymousUser())
    assert (player["is_opening"], player["duration_s"]) == (True, lecture.opening_s)
    process(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    player = player_context(lecture, AnonymousUser())
    assert (player["is_opening"], player["duration_s"]) == (False, lecture.duration_s)


def test_lecture_that_plays_lets_those_pass_of_which_nothing_plays(
    import_recording, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = import_recording(), import_recording()
    DBTaskResult.objects.filter(args_kwargs__args=[first.pk]).delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert process(lecture_id=first.pk) == LectureState.PROCESSING
    first.refresh_from_db()
    assert first.is_opening
    assert {(first.pk,), (second.pk,)} == waiting_arguments(process_lecture)
    DBTaskResult.objects.filter(args_kwargs__args=[second.pk]).delete()
    # Nobody else is in need: both go on to their end.
    assert process(lecture_id=second.pk) == LectureState.READY
    assert process(lecture_id=first.pk) == LectureState.READY


def test_saver_plays_in_instalments_while_its_rest_is_made(import_recording, monkeypatch):
    in_seconds = Policy(
        preset="ultrafast", has_av1=False, segment_s=1, chunk_s=1, max_portion_s=1,
        early_from_s=3.0, opening_s=1.0,
    )  # fmt: skip
    monkeypatch.setitem(POLICIES, "standard", in_seconds)
    lecture = examined(import_recording())
    done = []
    while lecture.is_opening:
        stages = lecture.stages.exclude(kind=StageKind.STILLS)
        stage = next_stages(stages, now=timezone.now())[0]
        run_stage(lease=claim(model=Stage, pk=stage.pk, holder="test"))
        lecture.refresh_from_db()
        done.append(stage.part)
        if stage.part == "early.001":
            first = published(lecture)
            assert (first.name, lecture.opening_s) == (
                "1-early.001-1",
                pytest.approx(1.0, abs=0.05),
            )
            assert lecture.duration_s == pytest.approx(4.0, abs=0.2)
            for line in (first / lecture.manifest).read_text().splitlines():
                if line and not line.startswith("#"):
                    made = read_media_playlist(first / line)
                    assert made.duration_s == pytest.approx(1.0, abs=0.05)
    assert done[:3] == ["sound.000", "saver.000", "early.001"]
    assert (done[-1], Path(lecture.directory).name) == ("early", "1-early-1")
    assert process(lecture_id=lecture.pk) == LectureState.READY
    sweep_files()
    assert first.is_dir()


def test_what_is_published_early_is_no_progress_of_the_whole(import_recording):
    lecture = examined(import_recording())
    before = progress(list(lecture.stages.all()))
    assert lecture.stages.filter(part="early").update(state=WorkState.DONE) == 1
    assert progress(list(lecture.stages.all())) == before


def test_remaining_time_is_told_only_while_somebody_works(import_recording):
    lecture = examined(import_recording())
    lecture.stages.filter(kind=StageKind.ENCODE, part="sound.000").update(state=WorkState.DONE)
    refresh_state(lecture_id=lecture.pk)
    assert status(Lecture.objects.get(pk=lecture.pk)).remaining == ""
    encode = lecture.stages.filter(kind=StageKind.ENCODE, part="saver.000")
    encode.update(state=WorkState.RUNNING)
    assert status(Lecture.objects.get(pk=lecture.pk)).remaining == "less than a minute left"


def test_instalment_that_failed_holds_nothing_up(import_recording, monkeypatch):
    in_seconds = Policy(
        preset="ultrafast", has_av1=False, segment_s=1, chunk_s=1, max_portion_s=1,
        early_from_s=3.0, opening_s=0.0,
    )  # fmt: skip
    monkeypatch.setitem(POLICIES, "standard", in_seconds)
    lecture = examined(import_recording())
    assert lecture.stages.filter(part="early.001").update(state=WorkState.FAILED) == 1
    assert process(lecture_id=lecture.pk) == LectureState.READY
    lecture.refresh_from_db()
    assert Path(lecture.directory).name == "1-1"
