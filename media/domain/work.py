"""What each stage does: pure pipeline in the middle, one fenced transaction at the end."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from jobs.domain.leases import Lease, reopen
from jobs.models import WorkState
from media.models import Lecture, SlideDeck, Stage, StageKind
from media.pipeline import run
from media.pipeline.encode import OnProgress, encode_portion
from media.pipeline.ffmpeg_binary import FfmpegBinary, find_ffmpeg
from media.pipeline.jobs import Job, instalments, is_early, portions
from media.pipeline.package import package
from media.pipeline.plan import Plan
from media.pipeline.policy import DEFAULT_POLICY, POLICIES, Policy
from media.pipeline.refusals import Refusal

from .decks import deck_of, join, reel_path
from .files import (
    attempt_directory,
    local_original,
    published_name,
    publishing,
    remove_renditions,
    remove_work,
    renditions_directory,
)
from .opening import publish_opening
from .showing import show
from .speech import write_draft
from .stills import publish_stills

# Of packaging, the renditions are at fault rather than the step itself.
ENCODE_TO_BLAME = frozenset({Refusal.OUTPUT_SHORT.value, Refusal.OUTPUT_INVALID.value})
# The part of packaging that shows a long lecture before all of it is made, whole or, with the
# number of its first portions, in instalments.
EARLY = "early"


class OutputGone(Exception):
    """What an earlier stage made is no longer there, for example after a disk was replaced."""


def policy_of(lecture: Lecture) -> Policy:
    """How the lecture is to be made: its own policy, else the site's."""
    return POLICIES.get(lecture.policy or settings.LECTURE_POLICY) or POLICIES[DEFAULT_POLICY]


def examine(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Measure the upload, plan its renditions and divide the work among the stages to come."""
    lecture = stage.lecture
    work = attempt_directory(stage, token=lease.token)
    deck = deck_of(lecture)
    joined = None
    if deck:
        joined = join(stage, deck, work=work, on_progress=on_progress, binary=_ffmpeg())
        measured, planned = run.examine(joined.path, policy_of(lecture), binary=_ffmpeg())
        measured = joined.with_losses(measured)
    else:
        with local_original(lecture, work=work) as source:
            policy = policy_of(lecture)
            begin = partial(
                publish_opening, stage, lease, source,
                policy=policy, on_progress=on_progress, binary=_ffmpeg(),
            )  # fmt: skip
            measured, planned = run.examine(source, policy, binary=_ffmpeg(), on_probed=begin)
    on_progress(1.0, 0.0)
    with transaction.atomic():
        lease.check()
        if deck and joined:
            SlideDeck.objects.filter(pk=deck.pk, lecture__generation=stage.generation).update(
                pages=joined.headings, starts_s=joined.starts_s
            )
        Lecture.objects.filter(pk=lecture.pk, generation=stage.generation).update(
            probe=measured.to_data(), plan=planned.to_data()
        )
        _divide(lecture, stage, planned)
        lease.finish()


def _divide(lecture: Lecture, stage: Stage, planned: Plan) -> None:
    """Put a stage for each portion in the place of the one that stood for all of them."""
    whole = Stage.objects.filter(
        lecture=lecture, generation=stage.generation, kind=StageKind.ENCODE, part=""
    )
    whole.delete()
    parts = [(StageKind.ENCODE, portion.name) for portion in portions(planned)]
    # What plays already is not replaced by less.
    lecture.refresh_from_db(fields=["manifest", "opening_s"])
    if planned.is_early and (not lecture.is_ready or lecture.is_opening):
        numbers = instalments(planned)
        parts += [(StageKind.PACKAGE, f"{EARLY}.{number:03}") for number in numbers]
        parts.append((StageKind.PACKAGE, EARLY))
    Stage.objects.bulk_create(
        (
            Stage(lecture=lecture, generation=stage.generation, kind=kind, part=part)
            for kind, part in parts
        ),
        ignore_conflicts=True,
    )


def make_renditions(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Encode one portion of the plan; chunks of it that are there already are kept.

    They lie in a directory that all attempts share: each is complete or absent.
    """
    planned = _plan_of(stage.lecture)
    portion = next((p for p in portions(planned) if p.name == stage.part), None)
    if portion is None:
        # Another release divided the work otherwise; what it lacks is opened in its place.
        with transaction.atomic():
            lease.check()
            _divide(stage.lecture, stage, planned)
            lease.finish(result={"is_superseded": True})
        return
    work = attempt_directory(stage, token=lease.token)
    out = renditions_directory(lecture_id=stage.lecture_id, generation=stage.generation)
    with _recording(stage, work=work, on_progress=on_progress) as source:
        damage = encode_portion(
            source, planned, portion, out, on_progress=on_progress, binary=_ffmpeg()
        )
    lease.finish(result={**portion.to_data(), "damage": damage.to_data()})


@contextmanager
def _recording(stage: Stage, *, work: Path, on_progress: OnProgress) -> Iterator[Path]:
    """What is to be encoded: the upload, or the reel of a voice and its slides."""
    deck = deck_of(stage.lecture)
    if deck is None:
        with local_original(stage.lecture, work=work) as source:
            yield source
    elif reel_path(stage).is_file():
        yield reel_path(stage)
    else:
        # It went with the chunks of an earlier attempt.
        yield join(stage, deck, work=work, on_progress=on_progress, binary=_ffmpeg()).path


def publish_renditions(stage: Stage, lease: Lease, on_progress: OnProgress) -> None:
    """Check the renditions, lay them out for delivery, and show them to the world at once."""
    lecture = stage.lecture
    planned = _plan_of(lecture)
    encoded = renditions_directory(lecture_id=lecture.pk, generation=stage.generation)
    if not encoded.is_dir():
        raise OutputGone(f"{encoded} is gone")
    made_in = attempt_directory(stage, token=lease.token)
    made = package(
        encoded,
        planned,
        made_in,
        only_early=_is_early_part(stage.part),
        first_portions=_first_portions(stage.part),
        on_progress=on_progress,
        binary=_ffmpeg(),
    )
    name = published_name(
        lecture_id=lecture.pk, generation=stage.generation, part=stage.part, token=lease.token
    )
    with publishing(made_in, name=name, lease=lease):
        show(
            lecture_id=lecture.pk, generation=stage.generation, name=name, made=made,
            whole_s=planned.duration_s if _first_portions(stage.part) else None,
        )  # fmt: skip
        lease.finish(result=made.to_data())
    if not _is_early_part(stage.part):
        remove_work(lecture_id=lecture.pk, generation=stage.generation)


@dataclass(frozen=True)
class Step:
    """What a kind of stage does, and after which kinds.

    All parts of the kinds in ``after`` must be done before it begins. The failure of an
    ``is_optional`` step fails nothing else: the lecture plays without it.
    """

    do: Callable[[Stage, Lease, OnProgress], None]
    after: tuple[StageKind, ...] = ()
    is_optional: bool = False
    # Begun only when somebody asks for it.
    is_on_request: bool = False


def must_precede(other: Stage, stage: Stage) -> bool:
    """Whether ``stage`` begins only when ``other``, of the same transcoding, is done.

    The early publications of a long lecture wait for their own parts only; each publication also
    waits for those that hold less, so that it is never replaced by less.
    """
    if other.kind == stage.kind == StageKind.PACKAGE:
        return _extent(other.part) < _extent(stage.part) and not has_given_up(other)
    if other.kind == StageKind.ENCODE and _is_early_part(stage.part):
        return is_early(other.part, within=_first_portions(stage.part))
    return other.kind in WORK[StageKind(stage.kind)].after


def is_optional(stage: Stage) -> bool:
    """Whether the lecture is ready without it."""
    return WORK[StageKind(stage.kind)].is_optional or _is_early_part(stage.part)


def _is_early_part(part: str) -> bool:
    return part.partition(".")[0] == EARLY


def _first_portions(part: str) -> int | None:
    """Of how many portions an instalment is; None for what is whole."""
    number = part.partition(".")[2]
    return int(number) if _is_early_part(part) and number else None


def _extent(part: str) -> tuple[bool, float]:
    """Puts the parts of packaging in order of what they hold."""
    return not _is_early_part(part), _first_portions(part) or math.inf


def has_given_up(stage: Stage) -> bool:
    """Whether it failed and nothing waits for it any more."""
    return is_optional(stage) and stage.state == WorkState.FAILED


def urgency(stage: Stage) -> tuple[int, str]:
    """What a worker that may choose takes first: the lowest. What plays early goes before all."""
    if stage.kind == StageKind.PROBE:
        return 0, ""
    if stage.kind == StageKind.ENCODE and is_early(stage.part):
        # The sound is one long piece: begun first, it is no bottleneck.
        return 1 if stage.part.startswith(Job.SOUND) else 2, stage.part
    if _is_early_part(stage.part):
        # An instalment is waited for, and made in a moment.
        return (1 if _first_portions(stage.part) else 3), stage.part
    if stage.kind == StageKind.PACKAGE:
        return 4, ""
    if stage.kind == StageKind.SPEECH:
        return 7, ""
    if stage.kind == StageKind.ENCODE:
        return 6, stage.part
    return 5, stage.part


# In the order in which a worker takes up what is free.
WORK: dict[StageKind, Step] = {
    StageKind.PROBE: Step(examine),
    StageKind.ENCODE: Step(make_renditions, after=(StageKind.PROBE,)),
    StageKind.PACKAGE: Step(publish_renditions, after=(StageKind.ENCODE,)),
    StageKind.STILLS: Step(publish_stills, after=(StageKind.PROBE,), is_optional=True),
    StageKind.SPEECH: Step(
        write_draft, after=(StageKind.PROBE,), is_optional=True, is_on_request=True
    ),
}


def mandatory(stages: Iterable[Stage]) -> list[Stage]:
    """Those of the stages without which their lecture is not ready."""
    return [stage for stage in stages if not is_optional(stage)]


def reopen_encode(stage: Stage, *, anew: bool = False) -> None:
    """Have the encode stages of the same generation done again, in the caller's transaction.

    Chunks that are whole are kept, unless ``anew``.
    """
    encodes = Stage.objects.filter(
        lecture_id=stage.lecture_id, generation=stage.generation, kind=StageKind.ENCODE
    )
    reopen(model=Stage, pks=list(encodes.values_list("pk", flat=True)))
    if anew:
        transaction.on_commit(
            lambda: remove_renditions(lecture_id=stage.lecture_id, generation=stage.generation)
        )


def _ffmpeg() -> FfmpegBinary:
    return find_ffmpeg(settings.FFMPEG_BINARY or None)


def _plan_of(lecture: Lecture) -> Plan:
    if lecture.plan is None:
        raise OutputGone(f"lecture {lecture.pk} has no plan")
    return Plan.from_data(lecture.plan)
