"""A lecture's way from upload to ready, and what happens to it on the way."""

import dataclasses
import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobs.domain.leases import LeaseLost, claim
from jobs.domain.stopping import forget_stop, request_stop
from jobs.models import WorkState
from jobs.registry import sweeps
from media.domain import stages as stages_module
from media.domain.files import sweep_files
from media.domain.lectures import (
    NothingToRetry,
    delete_lecture,
    retry_lecture,
    transcode_again,
)
from media.domain.stages import BACK_OFF_S, next_stages, process, run_stage, sweep_stages
from media.domain.transcoding import NothingToCancel, cancel_transcoding, made_otherwise
from media.domain.work import WORK
from media.models import Lecture, LectureState, Rendition, Stage, StageKind
from media.pipeline.hls import read_media_playlist
from media.pipeline.policy import POLICIES, Policy
from media.pipeline.refusals import Refusal, Refused
from media.queries import status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_policy(own_folders, monkeypatch):
    # What is tested here is what happens around an encode.
    monkeypatch.setitem(POLICIES, "standard", Policy(preset="ultrafast", has_av1=False))
    yield
    forget_stop()


# The portion of a short lecture's pictures for everybody.
PICTURES = "ladder.000"


def stage_of(lecture: Lecture, kind: StageKind) -> Stage:
    """The only stage of its kind, the one that shows everything, or that of the pictures."""
    stages = Stage.objects.filter(lecture=lecture, generation=lecture.generation, kind=kind)
    return stages.filter(part__in=["", PICTURES]).get()


def files_below(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()}


def lapse(stage: Stage) -> None:
    Stage.objects.filter(pk=stage.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def due(lecture: Lecture) -> None:
    Stage.objects.filter(lecture=lecture).update(not_before=None)


def test_lecture_becomes_ready_and_plays(import_recording):
    lecture = import_recording()
    assert lecture.state == LectureState.QUEUED
    assert process(lecture_id=lecture.pk) == LectureState.READY
    lecture.refresh_from_db()
    published = Path(settings.MEDIA_ROOT) / lecture.directory
    assert lecture.duration_s == pytest.approx(4.0, abs=0.2)
    assert {(s.kind, s.part) for s in lecture.stages.all()} == {
        ("probe", ""), ("encode", "ladder.000"), ("encode", "sound.000"), ("package", ""),
        ("stills", ""),
    }  # fmt: skip
    assert {(s.state, s.attempts) for s in lecture.stages.all()} == {(WorkState.DONE, 1)}
    assert set(lecture.playlists) == {"saver", "audio"}
    for name in lecture.playlists.values():
        assert (published / name).is_file()
    assert (published / lecture.poster).is_file()
    assert (published / lecture.fallback).is_file()
    master = (published / lecture.manifest).read_text()
    lists = [line for line in master.splitlines() if line and not line.startswith("#")]
    assert len(lists) == lecture.renditions.exclude(width=None).count() >= 1
    for name in lists:
        assert read_media_playlist(published / name).duration_s == pytest.approx(4.0, abs=0.2)
    assert Path(lecture.original.path).is_file()
    assert not (Path(settings.WORK_ROOT) / "lectures").exists() or not files_below(
        Path(settings.WORK_ROOT) / "lectures"
    )


@pytest.mark.parametrize(
    ("name", "has_picture", "sounds"),
    [("silent.mp4", True, 0), ("voice.mp3", False, 1)],
)
def test_lecture_without_one_track_becomes_ready(import_recording, name, has_picture, sounds):
    lecture = import_recording(name)
    assert process(lecture_id=lecture.pk) == LectureState.READY
    lecture.refresh_from_db()
    assert (lecture.has_picture, bool(lecture.poster)) == (has_picture, has_picture)
    assert lecture.renditions.filter(width=None).exists() == bool(sounds)


@pytest.mark.parametrize(
    ("name", "code"), [("text.mp4", Refusal.TEXT_FILE), ("empty.mp4", Refusal.EMPTY_FILE)]
)
def test_file_that_is_no_recording_fails_at_once_with_its_reason(import_recording, name, code):
    lecture = import_recording(name)
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    stage = stage_of(lecture, StageKind.PROBE)
    assert (stage.state, stage.failure_code, stage.attempts) == (WorkState.FAILED, code, 1)
    assert Path(lecture.original.path).is_file()


def test_file_without_streams_fails_with_its_reason(import_recording, recording):
    bare = recording("text.mp4").with_name("bare.mp4")
    # A well-formed MP4 that holds no track: file type, then a movie box with a header only.
    bare.write_bytes(
        (24).to_bytes(4) + b"ftypisom" + (512).to_bytes(4) + b"isommp42"
        + (116).to_bytes(4) + b"moov" + (108).to_bytes(4) + b"mvhd" + bytes(12)
        + (1000).to_bytes(4) + bytes(4) + (65536).to_bytes(4) + bytes(76)
    )  # fmt: skip
    lecture = import_recording("bare.mp4")
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    assert stage_of(lecture, StageKind.PROBE).failure_code == Refusal.NO_STREAMS


def test_failed_lecture_leaves_the_others_alone(import_recording):
    bad, good = import_recording("text.mp4"), import_recording()
    sweep_stages()
    assert process(lecture_id=bad.pk) == LectureState.FAILED
    assert process(lecture_id=good.pk) == LectureState.READY


def test_two_workers_on_one_lecture_publish_once(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.PACKAGE)
    first = claim(model=Stage, pk=stage_of(lecture, StageKind.PACKAGE).pk, holder="first")
    assert claim(model=Stage, pk=first.pk, holder="second") is None
    lapse(stage_of(lecture, StageKind.PACKAGE))
    second = claim(model=Stage, pk=first.pk, holder="second")
    run_stage(lease=first)
    assert Lecture.objects.get(pk=lecture.pk).manifest == ""
    run_stage(lease=second)
    lecture.refresh_from_db()
    assert lecture.directory == f"lectures/{lecture.pk}/1-2"
    assert [p.name for p in (Path(settings.MEDIA_ROOT) / f"lectures/{lecture.pk}").iterdir()] == [
        "1-2"
    ]
    assert Rendition.objects.filter(lecture=lecture).values("name").distinct().count() == (
        Rendition.objects.filter(lecture=lecture).count()
    )


def process_until(lecture: Lecture, kind: StageKind) -> None:
    """Work on the lecture until `kind` is what comes next."""
    while True:
        stages = lecture.stages.exclude(kind=StageKind.STILLS)
        free = next_stages(stages, now=timezone.now())
        if free[0].kind == kind and free[0].part in ("", PICTURES):
            return
        run_stage(lease=claim(model=Stage, pk=free[0].pk, holder="test"))


def test_worker_that_lost_its_lease_writes_nothing(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.ENCODE)
    stage = stage_of(lecture, StageKind.ENCODE)
    lost = claim(model=Stage, pk=stage.pk, holder="slow")
    lapse(stage)
    held = claim(model=Stage, pk=stage.pk, holder="quick")
    run_stage(lease=lost)
    stage.refresh_from_db()
    assert (stage.state, stage.holder, stage.result) == (WorkState.RUNNING, "quick", None)
    with pytest.raises(LeaseLost):
        lost.fail(code="anything")
    run_stage(lease=held)
    stage.refresh_from_db()
    assert (stage.state, stage.token, stage.result["job"]) == (WorkState.DONE, 2, "ladder")


def refuse_with(monkeypatch, kind: StageKind, error: Exception) -> None:
    def fail(*_arguments):
        raise error

    monkeypatch.setitem(WORK, kind, dataclasses.replace(WORK[kind], do=fail))


def test_transient_reason_is_tried_again_later_then_told(import_recording, monkeypatch):
    lecture = import_recording()
    refuse_with(monkeypatch, StageKind.ENCODE, Refused(Refusal.ENCODER_STOPPED, "killed"))
    for attempt in (1, 2, 3):
        assert process(lecture_id=lecture.pk) == LectureState.PROCESSING
        stage = stage_of(lecture, StageKind.ENCODE)
        wait_s = (stage.not_before - timezone.now()).total_seconds()
        assert stage.attempts == attempt
        assert wait_s == pytest.approx(BACK_OFF_S[attempt - 1], abs=2)
        due(lecture)
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    stage = stage_of(lecture, StageKind.ENCODE)
    assert (stage.failure_code, stage.failure_detail) == (Refusal.ENCODER_STOPPED, "killed")


def test_costly_reason_gets_one_more_attempt_only(import_recording, monkeypatch):
    lecture = import_recording()
    refuse_with(monkeypatch, StageKind.ENCODE, Refused(Refusal.TIMED_OUT))
    process(lecture_id=lecture.pk)
    due(lecture)
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    assert stage_of(lecture, StageKind.ENCODE).attempts == 2


def test_unexpected_error_is_kept_for_the_record(import_recording, monkeypatch):
    lecture = import_recording()
    refuse_with(monkeypatch, StageKind.PROBE, ZeroDivisionError("what?"))
    process(lecture_id=lecture.pk)
    stage = stage_of(lecture, StageKind.PROBE)
    assert (stage.state, stage.failure_code) == (WorkState.WAITING, "unexpected")
    assert "ZeroDivisionError: what?" in stage.failure_detail


def test_full_disk_is_told_as_such(import_recording, monkeypatch):
    lecture = import_recording()
    refuse_with(monkeypatch, StageKind.ENCODE, OSError(28, "No space left on device"))
    process(lecture_id=lecture.pk)
    assert stage_of(lecture, StageKind.ENCODE).failure_code == Refusal.DISK_FULL


def test_worker_killed_too_often_sets_the_lecture_aside(import_recording):
    lecture = import_recording()
    stage = stage_of(lecture, StageKind.PROBE)
    for _attempt in range(stage.max_attempts):
        assert claim(model=Stage, pk=stage.pk, holder="doomed")
        lapse(stage)
    assert process(lecture_id=lecture.pk) == LectureState.FAILED
    assert stage_of(lecture, StageKind.PROBE).failure_code == "gave_up"


def test_stopping_worker_hands_its_stage_over_without_counting_it(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.ENCODE)
    lease = claim(model=Stage, pk=stage_of(lecture, StageKind.ENCODE).pk, holder="stopping")
    request_stop()
    run_stage(lease=lease)
    stage = stage_of(lecture, StageKind.ENCODE)
    assert (stage.state, stage.attempts) == (WorkState.WAITING, 0)
    forget_stop()
    assert process(lecture_id=lecture.pk) == LectureState.READY


def test_retry_takes_up_where_it_failed(import_recording, monkeypatch):
    lecture = import_recording()
    with monkeypatch.context() as patched:
        refuse_with(patched, StageKind.PACKAGE, Refused(Refusal.DECODE_FAILED))
        assert process(lecture_id=lecture.pk) == LectureState.FAILED
    retry_lecture(lecture=lecture)
    assert lecture.state == LectureState.PROCESSING
    assert process(lecture_id=lecture.pk) == LectureState.READY
    assert stage_of(lecture, StageKind.ENCODE).token == 1
    with pytest.raises(NothingToRetry):
        retry_lecture(lecture=lecture)


def test_bad_output_is_encoded_anew_once_by_itself_and_again_by_retry(
    import_recording, monkeypatch
):
    lecture = import_recording()
    with monkeypatch.context() as patched:
        refuse_with(patched, StageKind.PACKAGE, Refused(Refusal.OUTPUT_INVALID))
        assert process(lecture_id=lecture.pk) == LectureState.PROCESSING
        assert stage_of(lecture, StageKind.ENCODE).token == 2
        due(lecture)
        assert process(lecture_id=lecture.pk) == LectureState.FAILED
    retry_lecture(lecture=lecture)
    assert process(lecture_id=lecture.pk) == LectureState.READY
    assert stage_of(lecture, StageKind.ENCODE).token == 3


def test_renditions_that_vanished_are_made_again(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.PACKAGE)
    shutil.rmtree(settings.WORK_ROOT)
    assert process(lecture_id=lecture.pk) == LectureState.READY
    assert stage_of(lecture, StageKind.ENCODE).token == 2


def test_portion_of_another_release_gives_way_to_those_of_this_one(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.ENCODE)
    lecture.stages.filter(kind=StageKind.ENCODE, part=PICTURES).update(part="h264.000")
    assert process(lecture_id=lecture.pk) == LectureState.READY
    assert lecture.stages.get(part=PICTURES).state == WorkState.DONE
    assert lecture.stages.get(part="h264.000").attempts == 1


def test_new_transcoding_replaces_the_old_one_which_plays_on_meanwhile(import_recording):
    lecture = import_recording()
    process(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    old = lecture.directory
    transcode_again(lecture=lecture)
    assert (lecture.state, lecture.is_ready, lecture.directory) == ("queued", True, old)
    process(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    assert lecture.directory == f"lectures/{lecture.pk}/2-1"
    sweep_files()
    assert (Path(settings.MEDIA_ROOT) / old).is_dir()
    Lecture.objects.update(published_at=timezone.now() - timedelta(days=2))
    assert sweep_files() == 1
    assert not (Path(settings.MEDIA_ROOT) / old).exists()
    assert (Path(settings.MEDIA_ROOT) / lecture.directory).is_dir()


def test_deleted_lecture_leaves_no_file(import_recording, django_capture_on_commit_callbacks):
    lecture = import_recording()
    process(lecture_id=lecture.pk)
    original = Path(lecture.original.path)
    key = lecture.pk
    with django_capture_on_commit_callbacks(execute=True):
        delete_lecture(lecture=lecture)
    assert not original.exists()
    assert not (Path(settings.MEDIA_ROOT) / f"lectures/{key}").exists()
    assert process(lecture_id=key) == ""


def test_sweep_queues_each_lecture_once(import_recording, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as unsent:
        lecture = import_recording()
    assert len(unsent) == 1  # the hint that a crash kept out of the queue
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_stages() == 1
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[lecture.pk]]
    assert sweep_stages() == 0


def test_sweep_takes_up_lapsed_work_and_leaves_live_work(import_recording):
    lecture = import_recording()
    claim(model=Stage, pk=stage_of(lecture, StageKind.PROBE).pk, holder="worker")
    stages_module.refresh_state(lecture_id=lecture.pk)
    assert sweep_stages() == 0
    lapse(stage_of(lecture, StageKind.PROBE))
    assert sweep_stages() == 1


def test_sweep_mends_a_state_that_a_crash_left_behind(import_recording):
    lecture = import_recording("text.mp4")
    process(lecture_id=lecture.pk)
    Lecture.objects.update(state=LectureState.PROCESSING)
    sweep_stages()
    lecture.refresh_from_db()
    assert lecture.state == LectureState.FAILED


def test_file_sweep_removes_orphans_and_nothing_of_a_live_lease(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.PACKAGE)
    work = Path(settings.WORK_ROOT) / "lectures" / str(lecture.pk) / "1"
    published = Path(settings.MEDIA_ROOT) / "lectures" / str(lecture.pk)
    claim(model=Stage, pk=stage_of(lecture, StageKind.PACKAGE).pk, holder="worker")
    for kept in (work / "package-1", published / "1-1", published / ".1-1"):
        kept.mkdir(parents=True)
    for orphan in (work / "encode-0", work / "probe-7", work.with_name("9") / "encode-1",
                   published / "1-0", published / "7-1"):  # fmt: skip
        orphan.mkdir(parents=True)
    assert sweep_files() == 5
    assert files_below(work) >= {"renditions", "package-1"}
    assert {path.name for path in published.iterdir()} == {"1-1", ".1-1"}


def test_long_lecture_plays_its_saver_before_the_rest_is_made(import_recording, monkeypatch):
    early = Policy(preset="ultrafast", has_av1=False, early_from_s=3.0)
    monkeypatch.setitem(POLICIES, "standard", early)
    lecture = import_recording()
    process_until(lecture, StageKind.ENCODE)
    lecture.refresh_from_db()
    first = Path(settings.MEDIA_ROOT) / lecture.directory
    assert (lecture.is_ready, first.name) == (True, "1-early-1")
    assert stages_module.refresh_state(lecture_id=lecture.pk) == LectureState.PROCESSING
    assert {r.name for r in lecture.renditions.all()} == {"saver", "audio"}
    assert (first / lecture.fallback).is_file()
    assert process(lecture_id=lecture.pk) == LectureState.READY
    lecture.refresh_from_db()
    assert Path(lecture.directory).name == "1-1"
    assert {r.name for r in lecture.renditions.all()} == {"240p", "saver", "audio"}
    sweep_files()
    # Whoever began with it goes on with it for a day.
    assert first.is_dir()


def test_failure_of_the_first_publication_does_not_hold_up_the_whole(import_recording, monkeypatch):
    early = Policy(preset="ultrafast", has_av1=False, early_from_s=3.0)
    monkeypatch.setitem(POLICIES, "standard", early)
    lecture = import_recording()
    process_until(lecture, StageKind.PROBE)
    run_stage(lease=claim(model=Stage, pk=stage_of(lecture, StageKind.PROBE).pk, holder="test"))
    lecture.stages.filter(part="early").update(state=WorkState.FAILED)
    assert process(lecture_id=lecture.pk) == LectureState.READY


def test_failed_stills_leave_the_lecture_ready(import_recording, monkeypatch):
    lecture = import_recording()
    refuse_with(monkeypatch, StageKind.STILLS, Refused(Refusal.DECODE_FAILED))
    assert process(lecture_id=lecture.pk) == LectureState.READY
    assert stage_of(lecture, StageKind.STILLS).state == WorkState.FAILED


def test_cancelled_lecture_fails_with_a_sentence_and_goes_on_when_tried_again(import_recording):
    lecture = import_recording()
    process_until(lecture, StageKind.ENCODE)
    held = claim(model=Stage, pk=stage_of(lecture, StageKind.ENCODE).pk, holder="worker")
    cancel_transcoding(lecture=lecture)
    assert lecture.state == LectureState.FAILED
    assert "stopped by hand" in status(lecture).reason
    with pytest.raises(LeaseLost):
        held.finish()
    with pytest.raises(NothingToCancel):
        cancel_transcoding(lecture=lecture)
    retry_lecture(lecture=lecture)
    assert process(lecture_id=lecture.pk) == LectureState.READY


def test_cancelled_new_transcoding_leaves_the_older_one_ready(import_recording):
    lecture = import_recording()
    process(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    old = lecture.directory
    transcode_again(lecture=lecture)
    cancel_transcoding(lecture=lecture)
    assert (lecture.state, lecture.directory) == (LectureState.READY, old)
    sweep_stages()
    lecture.refresh_from_db()
    assert lecture.state == LectureState.READY


def test_all_lectures_are_made_anew_by_another_policy_behind_everything_else(
    import_recording, monkeypatch, django_capture_on_commit_callbacks
):
    other = Policy(name="other", preset="ultrafast", has_av1=False)
    monkeypatch.setitem(POLICIES, "other", other)
    lecture = import_recording("silent.mp4")
    process(lecture_id=lecture.pk)
    told = StringIO()
    call_command("transcode_all", policy="other", dry_run=True, stdout=told)
    assert f"{lecture.pk}: {lecture.title}" in told.getvalue()
    lecture.refresh_from_db()
    assert lecture.generation == 1
    with django_capture_on_commit_callbacks(execute=True):
        call_command("transcode_all", policy="other", stdout=told)
    task = DBTaskResult.objects.order_by("-enqueued_at").first()
    assert (task.args_kwargs["args"], task.priority) == ([lecture.pk], -50)
    lecture.refresh_from_db()
    assert (lecture.generation, lecture.is_ready) == (2, True)
    process(lecture_id=lecture.pk)
    lecture.refresh_from_db()
    assert lecture.plan["policy"] == "other"
    assert list(made_otherwise(policy="other")) == []
    assert list(made_otherwise(policy="standard")) == [lecture]


def test_workers_sweep_stages_and_files():
    assert sweeps()["lecture stages"] is sweep_stages
    assert sweeps()["lecture files"] is sweep_files


def test_file_sweep_spares_young_files_of_unknown_lectures():
    unknown = Path(settings.MEDIA_ROOT) / "lectures/4711/1-1"
    unknown.mkdir(parents=True)
    assert sweep_files() == 0
    assert unknown.is_dir()
