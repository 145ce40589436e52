"""Captions that an engine on this machine drafts: found, asked, kept from learners until read.

A small program plays the engine, so that the protocol is tried with a real child in its box. The
test with a real engine runs where one is installed.
"""

import os
import re
import shutil
import stat
import subprocess
from http import HTTPStatus
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.domain.leases import claim
from jobs.models import WorkState
from media.captions import parse
from media.domain.captions import save_captions
from media.domain.speech import NoEngine, NotDraftable, draft_captions
from media.domain.stages import next_stages, run_stage
from media.domain.work import examine
from media.models import Caption, Lecture, Stage, StageKind
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.playing import player_context
from media.speech import Sound, find_engine, write_captions
from media.speech.listen import lines_of
from tests.factories import UserFactory, make_ready_lecture

pytestmark = pytest.mark.django_db

# Answers as whisper-cli does: of --file FILE it writes --output-file OUT with ".vtt" behind it. In
# the box there are no programs beside it, so that it brings its shell and uses nothing else.
FAKE = """#!{shell}
while [ $# -gt 0 ]; do
  case "$1" in
    --file) sound="$2" ;;
    --output-file) out="$2" ;;
    --language) language="$2" ;;
    --model) model="$2" ;;
  esac
  shift
done
read -r begins < "$sound"
case "$begins" in RIFF*) ;; *) exit 3 ;; esac
read -r words < "$model"
printf 'WEBVTT\\n\\n00:00.000 --> 00:01.500\\n%s in %s\\n' "$words" "$language" > "$out.vtt"
"""


@pytest.fixture(autouse=True)
def _own_models(own_folders, settings, tmp_path):
    settings.SPEECH_MODELS = tmp_path / "models"


@pytest.fixture
def no_engine(monkeypatch):
    monkeypatch.setattr("media.speech.engines.shutil.which", lambda _name: None)
    monkeypatch.setattr("media.speech.engines.importlib.util.find_spec", lambda _name: None)


@pytest.fixture
def engine(tmp_path, settings, monkeypatch, no_engine) -> Path:
    """A fake whisper-cli with its model; gives the program."""
    program = tmp_path / "bin" / "whisper-cli"
    program.parent.mkdir()
    shell = program.with_name("sh")
    shutil.copy(Path("/bin/sh").resolve(), shell)
    program.write_text(FAKE.replace("{shell}", str(shell)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    models = Path(settings.SPEECH_MODELS)
    models.mkdir()
    (models / "ggml-base.bin").write_text("Look at the apices\n")
    monkeypatch.setattr(
        "media.speech.engines.shutil.which",
        lambda name: str(program) if name == "whisper-cli" else None,
    )
    return program


@pytest.fixture
def examined(import_recording) -> Lecture:
    """A lecture with sound whose probe is done."""
    lecture = import_recording()
    stage = lecture.stages.get(kind=StageKind.PROBE)
    examine(stage, claim(model=Stage, pk=stage.pk, holder="test"), lambda *_: True)
    lecture.refresh_from_db()
    return lecture


def write(lecture: Lecture) -> Stage:
    stage = lecture.stages.get(kind=StageKind.SPEECH)
    run_stage(lease=claim(model=Stage, pk=stage.pk, holder="test"))
    stage.refresh_from_db()
    return stage


def test_nothing_is_drafted_unasked(examined, engine):
    assert not examined.stages.filter(kind=StageKind.SPEECH).exists()


def test_draft_is_written_in_the_lectures_language_and_marked(examined, engine):
    draft_captions(lecture=examined)
    draft_captions(lecture=examined)  # asked twice, written once
    assert StageKind.SPEECH in {
        s.kind for s in next_stages(examined.stages.all(), now=timezone.now())
    }
    stage = write(examined)
    assert (stage.state, stage.failure_detail) == (WorkState.DONE, "")
    caption = examined.captions.get()
    assert (caption.language, caption.drafted_by) == ("en", "whisper.cpp")
    assert [cue.text for cue in parse(caption.webvtt)] == ["Look at the apices in en"]


def test_learners_see_a_draft_only_after_an_author_has_accepted_it(client):
    lecture = make_ready_lecture()
    text = "WEBVTT\n\n00:00.000 --> 00:01.000\nA slip of the tongue\n"
    Caption.objects.create(lecture=lecture, language="en", webvtt=text, drafted_by="whisper.cpp")
    addresses = [
        reverse("lectures:captions", args=[lecture.pk, "en"]),
        reverse("lectures:captions_srt", args=[lecture.pk, "en"]),
        reverse("lectures:transcript_in", args=[lecture.pk, "en"]),
    ]

    def answers() -> set[int]:
        return {client.get(address, follow=True).status_code for address in addresses}

    assert answers() == {HTTPStatus.NOT_FOUND}
    assert player_context(lecture, UserFactory())["tracks"] == []

    save_captions(lecture=lecture, language="en", webvtt=text, is_read=False)
    assert answers() == {HTTPStatus.NOT_FOUND}

    save_captions(lecture=lecture, language="en", webvtt=text)
    assert answers() == {HTTPStatus.OK}


def test_what_an_author_wrote_is_never_replaced_by_a_machine(examined, engine):
    draft_captions(lecture=examined)
    own = "WEBVTT\n\n00:00.000 --> 00:01.000\nMy own words\n"
    save_captions(lecture=examined, language="en", webvtt=own)
    write(examined)
    assert [cue.text for cue in parse(examined.captions.get().webvtt)] == ["My own words"]
    with pytest.raises(NotDraftable):
        draft_captions(lecture=examined)


def test_engine_that_fails_leaves_the_lecture_alone_and_can_be_asked_again(examined, engine):
    engine.write_text(f"#!{engine.with_name('sh')}\necho 'no such model' >&2\nexit 1\n")
    draft_captions(lecture=examined)
    stage = write(examined)
    assert stage.failure_code == "OUTPUT_INVALID"
    assert "no such model" in stage.failure_detail
    examined.refresh_from_db()
    assert (examined.state != "failed", examined.captions.count()) == (True, 0)


def test_without_an_engine_the_admin_says_what_to_install(admin_client, no_engine, examined):
    with pytest.raises(NoEngine):
        draft_captions(lecture=examined)
    page = admin_client.get(reverse("lectures_admin:edit", args=[examined.pk])).content.decode()
    assert "no speech recognition for English is installed" in page
    for name in ("whisper-cli", "faster-whisper", "vosk"):
        assert name in page


def test_author_asks_reads_and_accepts_in_the_admin(admin_client, engine, examined):
    edit = reverse("lectures_admin:edit", args=[examined.pk])
    assert "Have a draft in English written by machine" in admin_client.get(edit).content.decode()
    admin_client.post(reverse("lectures_admin:draft_captions", args=[examined.pk]))
    assert "are being written by machine" in admin_client.get(edit).content.decode()
    write(examined)
    assert "Draft, made by a machine, not yet read" in admin_client.get(edit).content.decode()
    editor = reverse("lectures_admin:edit_captions", args=[examined.pk, "en"])
    assert "whisper.cpp" in admin_client.get(editor).content.decode()
    text = examined.captions.get().webvtt
    admin_client.post(editor, {"webvtt": text, "draft": "1"})
    assert examined.captions.get().drafted_by == "whisper.cpp"
    admin_client.post(editor, {"webvtt": text})
    assert examined.captions.get().drafted_by == ""


@pytest.mark.parametrize(
    ("names", "language", "found"),
    [
        (["ggml-tiny.en.bin"], "ru", None),
        (["ggml-tiny.en.bin"], "en", "ggml-tiny.en.bin"),
        (["ggml-silero-v5.bin"], "en", None),
        (["ggml-base.bin", "notes.txt"], "ar", "ggml-base.bin"),
    ],
)
def test_model_is_taken_only_for_a_language_it_knows(engine, settings, names, language, found):
    folder = Path(settings.SPEECH_MODELS)
    for old in folder.iterdir():
        old.unlink()
    for name in names:
        (folder / name).write_text("x")
    chosen = find_engine(language, folder)
    assert (chosen.model.name if chosen else None) == found


def test_vosk_model_is_known_by_the_language_in_its_name(settings, monkeypatch, no_engine):
    folder = Path(settings.SPEECH_MODELS)
    for name in ("vosk-model-small-en-us-0.15", "vosk-model-ru-0.42"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setattr(
        "media.speech.engines.importlib.util.find_spec", lambda name: name == "vosk" or None
    )
    chosen = {code: find_engine(code, folder) for code in ("en", "ru", "fr")}
    assert {code: e.model.name if e else "" for code, e in chosen.items()} == {
        "en": "vosk-model-small-en-us-0.15",
        "ru": "vosk-model-ru-0.42",
        "fr": "",
    }


def test_words_become_captions_that_can_be_read_in_a_breath():
    words = [(n * 0.5, n * 0.5 + 0.4, f" word{n}") for n in range(40)]
    words[10] = (5.0, 5.4, " stop.")
    lines = list(lines_of(words))
    assert all(len(text) <= 86 and end_s - start_s <= 6.5 for start_s, end_s, text in lines)
    assert " ".join(text for _s, _e, text in lines).split() == [w.strip() for _s, _e, w in words]
    assert any(text.endswith("stop.") for _s, _e, text in lines)
    assert list(lines_of([(0, 1, " axial"), (1, 2, "-based")])) == [(0, 2, "axial-based")]


def test_engine_that_is_installed_here_hears_something(tmp_path):
    """Whatever engine this machine has; its models lie where VIEWBOX_TEST_SPEECH_MODELS says."""
    chosen = find_engine("en", Path(os.environ.get("VIEWBOX_TEST_SPEECH_MODELS", "none")))
    voice = shutil.which("espeak-ng")
    if chosen is None or voice is None:
        pytest.skip("no speech recognition with an English model, or no espeak-ng, is installed")
    spoken = tmp_path / "spoken.wav"
    sentence = "Look at both lungs, then at the heart."
    subprocess.run([voice, "-v", "en", "-s", "140", "-w", spoken, sentence], check=True)
    sound = Sound(spoken, ("wav",), 0, 10.0)
    heard = write_captions(
        sound, tmp_path / "attempt", engine=chosen, language="en", binary=find_ffmpeg(),
        on_progress=lambda *_: True,
    )  # fmt: skip
    assert {"look", "heart"} & set(re.findall(r"[a-z]+", heard.lower()))
