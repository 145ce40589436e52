"""The door of the package: a key and a language become a film with captions."""

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hub.demo.lectures.captions import cues_of, webvtt
from hub.demo.lectures.film import Shot, write_film
from hub.demo.lectures.motion import RenderScene, moving_frames
from hub.demo.lectures.script import LectureScriptError, Script, load_script
from hub.demo.lectures.slides import Page, typeset
from hub.demo.lectures.speech import INSTALLED_SPEECH, Speech
from hub.demo.lectures.timeline import FRAMES_PER_S, SlideTime, plan_timeline, sound_track


@dataclass(frozen=True)
class BuiltLecture:
    """A lecture on disk: the film and its captions lie side by side."""

    video: Path
    captions: Path
    duration_s: float
    title: str
    speaker: str
    narrated: bool


def build_lecture(
    *,
    key: str,
    language: str,
    out: Path,
    render_scene: RenderScene,
    speech: Speech | None = INSTALLED_SPEECH,
) -> BuiltLecture:
    """Build one demo lecture into the folder `out` as `<key>.<language>.mp4` and `.vtt`.

    `render_scene` gives the picture of a scene key. Without a usable speech engine (or with
    `speech=None`) the film has no sound and slides stay as long as their words take to read.
    The same script, pictures and engine give the same bytes.
    Raises LectureScriptError, SpeechError or FilmError.
    """
    script = load_script(key=key, language=language)
    engine = speech if speech is not None and speech.is_available() else None
    timeline = plan_timeline(script=script, speech=engine)
    sound = sound_track(timeline)
    # Slides share pictures, and a picture of the phantom takes seconds.
    render_once = functools.cache(render_scene)
    shots = _shots(script=script, timeline=timeline, render_scene=render_once)
    out.mkdir(parents=True, exist_ok=True)
    video = out / f"{key}.{language}.mp4"
    captions = out / f"{key}.{language}.vtt"
    with tempfile.TemporaryDirectory() as folder:
        write_film(shots=shots, sound=sound, out=video, work_dir=Path(folder))
    captions.write_text(webvtt(cues_of(timeline)), encoding="utf-8")
    return BuiltLecture(
        video=video,
        captions=captions,
        duration_s=sum(slide.duration_s for slide in timeline),
        title=script.title,
        speaker=script.speaker,
        narrated=sound is not None,
    )


def _shots(
    *, script: Script, timeline: tuple[SlideTime, ...], render_scene: RenderScene
) -> list[Shot]:
    """Typeset all slides at once and deal the pictures out to the slides they belong to."""
    pages: list[Page] = []
    stays: list[list[int]] = []
    for number, slide in enumerate(script.slides, start=1):
        if slide.motion is None:
            scenes = tuple(render_scene(scene) for scene in slide.scenes)
            pages.append(Page(slide=slide, number=number, pictures=scenes))
            stays.append([1])
            continue
        frames = moving_frames(
            motion=slide.motion,
            scene=slide.scenes[0],
            render_scene=render_scene,
            frames_per_s=FRAMES_PER_S,
        )
        pages += [Page(slide, number, (frame.picture,), frame.label) for frame in frames]
        stays.append([frame.frames for frame in frames])
    images = iter(typeset(script=script, pages=pages))
    shots = []
    for slide, stay, slide_time in zip(script.slides, stays, timeline, strict=True):
        pictures = tuple(image for frames in stay for image in [next(images)] * frames)
        if len(pictures) > slide_time.frames:
            raise LectureScriptError(f"slide {slide.key}: the motion outlasts the narration")
        shots.append(Shot(pictures=pictures, frames=slide_time.frames))
    return shots
