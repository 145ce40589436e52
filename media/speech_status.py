"""What the admin tells of captions written by machine."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from jobs.models import OPEN_STATES, WorkState

from .domain.speech import engine_for
from .models import Lecture, StageKind
from .speech import ENGINES


@dataclass(frozen=True)
class SpeechStatus:
    """How drafting stands for one lecture; `install` names what is missing here, by engine."""

    engine: str
    install: tuple[str, ...]
    folder: Path
    is_wanted: bool
    is_running: bool
    has_failed: bool


def speech_context(lecture: Lecture) -> SpeechStatus:
    """Whether captions in the lecture's language can be, or are being, written by machine."""
    engine = engine_for(lecture.language)
    state = next(
        (
            stage.state
            for stage in lecture.stages.all()
            if stage.kind == StageKind.SPEECH and stage.generation == lecture.generation
        ),
        "",
    )
    languages = {caption.language for caption in lecture.captions.all() if not caption.drafted_by}
    return SpeechStatus(
        engine=engine.name if engine else "",
        install=() if engine else tuple(kind.install for kind in ENGINES),
        folder=Path(settings.SPEECH_MODELS),
        is_wanted=bool(lecture.plan) and lecture.language not in languages,
        is_running=state in OPEN_STATES,
        has_failed=state == WorkState.FAILED,
    )
