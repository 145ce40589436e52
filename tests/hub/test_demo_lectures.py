"""The demo lectures: their scripts agree, and what is built is a sound film with captions."""

import io
import re
import tomllib
from itertools import pairwise

import av
import numpy as np
import pytest
from PIL import Image

from hub.demo.lectures import LECTURE_KEYS, LectureScriptError, build_lecture
from hub.demo.lectures.captions import cues_of
from hub.demo.lectures.film import Shot, write_film
from hub.demo.lectures.motion import hounsfield_slice, windowed
from hub.demo.lectures.script import (
    CONTENT_DIR,
    WindowSetting,
    WindowSource,
    WindowSweep,
    load_script,
    split_sentences,
)
from hub.demo.lectures.slides import SLIDE_SIZE_PX, Page, typeset
from hub.demo.lectures.speech import INSTALLED_SPEECH, SAMPLE_RATE_HZ
from hub.demo.lectures.timeline import plan_timeline

LANGUAGES = ("en", "ru")
EVERY_SCRIPT = [(key, language) for key in LECTURE_KEYS for language in LANGUAGES]
SECONDS_PER_CHARACTER = 0.045


class Humming:
    """A speech engine that hums for as long as a sentence is long."""

    def is_available(self) -> bool:
        return True

    def speak(self, *, text: str, language: str) -> np.ndarray:
        del language
        seconds = np.arange(int(len(text) * SECONDS_PER_CHARACTER * SAMPLE_RATE_HZ))
        wave = np.sin(seconds / SAMPLE_RATE_HZ * 2 * np.pi * 220)
        return (wave * 8000).astype(np.int16)


def render_grey(scene: str) -> Image.Image:
    """A gradient, so that every window and every zoom shows something."""
    rows, columns = np.mgrid[0:512, 0:512]
    return Image.fromarray(((rows + columns + len(scene)) / 4.2).astype(np.uint8))


def probe(path):
    with av.open(str(path)) as film:
        durations_s = {
            stream.type: float(stream.duration * stream.time_base) for stream in film.streams
        }
        video = film.streams.video[0]
        return durations_s, (video.width, video.height), video.codec_context.pix_fmt


def caption_times(path):
    pattern = re.compile(r"(\d+):(\d+):(\d+\.\d+) --> (\d+):(\d+):(\d+\.\d+)")
    found = pattern.findall(path.read_text(encoding="utf-8"))
    numbers = [[float(part) for part in times] for times in found]
    return [(h * 3600 + m * 60 + s, H * 3600 + M * 60 + S) for h, m, s, H, M, S in numbers]


@pytest.fixture(scope="module")
def narrated(tmp_path_factory):
    return build_lecture(
        key="hounsfield-and-windows",
        language="ru",
        out=tmp_path_factory.mktemp("narrated"),
        render_scene=render_grey,
        speech=Humming(),
    )


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    return build_lecture(
        key="stroke-ct-first-hour",
        language="en",
        out=tmp_path_factory.mktemp("silent"),
        render_scene=render_grey,
        speech=None,
    )


def test_lecture_keys_name_every_folder_of_content():
    assert sorted(path.name for path in CONTENT_DIR.iterdir()) == sorted(LECTURE_KEYS)


@pytest.mark.parametrize("key", LECTURE_KEYS)
def test_lecture_has_the_same_slides_in_every_language(key):
    def shape(path):
        slides = tomllib.loads(path.read_text(encoding="utf-8"))["slides"]
        return [
            (slide["key"], len(slide.get("points", ())), len(slide.get("rows", ())))
            for slide in slides
        ]

    english, russian = (shape(CONTENT_DIR / key / f"{language}.toml") for language in LANGUAGES)
    assert english == russian


@pytest.mark.parametrize(("key", "language"), EVERY_SCRIPT)
def test_lecture_script_is_complete(key, language):
    script = load_script(key=key, language=language)
    assert 7 <= len(script.slides) <= 9
    assert (script.slides[0].layout, script.slides[-1].layout) == ("title", "references")
    assert all(2 <= len(slide.sentences) <= 5 for slide in script.slides)
    cited = {short for slide in script.slides for short in slide.citations}
    assert cited == {reference.short for reference in script.references}


@pytest.mark.parametrize(("key", "language"), EVERY_SCRIPT)
def test_lecture_lasts_between_one_and_two_minutes_without_a_voice(key, language):
    timeline = plan_timeline(script=load_script(key=key, language=language), speech=None)
    assert 60 <= sum(slide.duration_s for slide in timeline) <= 110


@pytest.mark.parametrize(("key", "language"), EVERY_SCRIPT)
def test_slide_text_stays_inside_its_margins(key, language):
    script = load_script(key=key, language=language)
    black = Image.new("L", (512, 512))
    pages = [
        Page(slide=slide, number=number, pictures=(black,) * len(slide.scenes))
        for number, slide in enumerate(script.slides, start=1)
    ]
    images = [Image.open(io.BytesIO(png)) for png in typeset(script=script, pages=pages)]
    assert {image.size for image in images} == {SLIDE_SIZE_PX}
    brightness = np.stack([np.asarray(image.convert("L")) for image in images])
    above_footer, gutter, right_margin = (
        brightness[1:, 638:650, :600],
        brightness[[slide.layout == "picture" for slide in script.slides], :, 606:636],
        brightness[1:, :650, 1204:],
    )
    assert [int(area.max()) < 60 for area in (above_footer, right_margin)] == [True, True]
    assert gutter.size == 0 or int(gutter.max()) < 60


def test_unknown_lecture_is_refused():
    with pytest.raises(LectureScriptError, match="there is no nowhere/meta"):
        load_script(key="nowhere", language="en")


def test_sentences_end_at_a_stop_before_a_capital_letter():
    text = "Water is 0 by\ndefinition. Air is −1000, e.g. here. Вода? Да!"
    assert split_sentences(text) == (
        "Water is 0 by definition.",
        "Air is −1000, e.g. here.",
        "Вода?",
        "Да!",
    )


def test_narrated_lecture_is_as_long_as_its_slides(narrated):
    durations_s, size, pixel_format = probe(narrated.video)
    assert durations_s == {
        "video": pytest.approx(narrated.duration_s, abs=0.2),
        "audio": pytest.approx(narrated.duration_s, abs=0.2),
    }
    assert (size, pixel_format) == (SLIDE_SIZE_PX, "yuv420p")
    assert narrated.narrated is True
    assert (narrated.title, narrated.speaker) == (
        "Единицы Хаунсфилда и окна",
        "Грейс Ванджиру, Найроби",
    )


def test_silent_lecture_has_no_audio_stream(silent):
    durations_s, size, _ = probe(silent.video)
    assert durations_s == {"video": pytest.approx(silent.duration_s, abs=0.2)}
    assert size == SLIDE_SIZE_PX
    assert silent.narrated is False


def test_lecture_index_stands_before_its_frames(narrated):
    start = narrated.video.read_bytes()
    assert start.index(b"moov") < start.index(b"mdat")


@pytest.mark.parametrize("fixture", ["narrated", "silent"])
def test_captions_follow_one_another_within_the_lecture(fixture, request):
    built = request.getfixturevalue(fixture)
    times = caption_times(built.captions)
    assert times[0][0] >= 0
    assert all(start < end for start, end in times)
    assert all(first[1] <= second[0] for first, second in pairwise(times))
    assert times[-1][1] <= built.duration_s


@pytest.mark.parametrize(("key", "language"), EVERY_SCRIPT)
def test_captions_say_the_whole_narration_in_two_short_lines(key, language):
    script = load_script(key=key, language=language)
    cues = cues_of(plan_timeline(script=script, speech=None))
    narration = " ".join(sentence for slide in script.slides for sentence in slide.sentences)
    assert " ".join(cue.text.replace("\n", " ") for cue in cues) == narration
    lines = [cue.text.split("\n") for cue in cues]
    assert max(len(cue_lines) for cue_lines in lines) <= 2
    assert max(len(line) for cue_lines in lines for line in cue_lines) <= 42


def test_moving_window_shows_lung_and_bone_from_one_slice():
    hounsfield = np.array([[-850.0, 0.0, 60.0, 900.0]], dtype=np.float32)
    windows = {
        "lung": WindowSetting(-600, 1500),
        "soft": WindowSetting(40, 400),
        "bone": WindowSetting(600, 2800),
    }
    sources = tuple(WindowSource(scene, window) for scene, window in windows.items())

    def render(scene: str) -> Image.Image:
        return windowed(slice_hu=hounsfield, window=windows[scene])

    recovered = hounsfield_slice(sources=sources, render_scene=render)
    # Half a grey step of the window that shows the value: 1500, 400, 400 and 2800 HU wide.
    assert np.abs(recovered - hounsfield).tolist()[0] <= [3.0, 0.8, 0.8, 5.6]


def test_hounsfield_lecture_moves_through_three_windows():
    script = load_script(key="hounsfield-and-windows", language="en")
    (motion,) = [slide.motion for slide in script.slides if slide.motion]
    assert isinstance(motion, WindowSweep)
    assert [stop.label for stop in motion.stops] == [
        "W 1500  L −600",
        "W 350  L 40",
        "W 2000  L 500",
    ]


def test_same_slides_give_the_same_film(tmp_path):
    script = load_script(key="stroke-ct-first-hour", language="ru")
    films = []
    for name in ("first", "second"):
        page = Page(slide=script.slides[1], number=2, pictures=())
        (picture,) = typeset(script=script, pages=[page])
        work_dir = tmp_path / name
        work_dir.mkdir()
        sound = Humming().speak(text="x" * 20, language="ru")
        shots = [Shot(pictures=(picture,), frames=9)]
        write_film(shots=shots, sound=sound, out=tmp_path / f"{name}.mp4", work_dir=work_dir)
        films.append((tmp_path / f"{name}.mp4").read_bytes())
    assert films[0] == films[1]


@pytest.mark.skipif(not INSTALLED_SPEECH.is_available(), reason="espeak-ng is not installed")
@pytest.mark.parametrize(("language", "text"), [("en", "Air is black."), ("ru", "Воздух чёрный.")])
def test_installed_speech_speaks_both_languages(language, text):
    samples = INSTALLED_SPEECH.speak(text=text, language=language)
    assert 0.5 < len(samples) / SAMPLE_RATE_HZ < 4
    assert np.array_equal(samples, INSTALLED_SPEECH.speak(text=text, language=language))
