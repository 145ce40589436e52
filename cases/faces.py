"""What an author reads about the face in a stack, in the list of a case's studies."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from jobs.models import OPEN_STATES, WorkState
from pages.vocabulary import BodyRegionCode

from .deidentification.faces import TROUBLE_SENTENCES, Trouble
from .deidentification.refusals import SENTENCES, Refusal
from .models import CasePage, Defacing, Series, Study

# Slices of these may go up to the face; a spine's to its neck.
_NEAR_A_FACE = {BodyRegionCode.HEAD, BodyRegionCode.NECK, BodyRegionCode.SPINE}


def trouble_of(row: Defacing | None) -> str:
    """Why no face was worked out or overwritten; empty where nothing is wrong."""
    if row is None or row.state != WorkState.FAILED:
        return ""
    if row.failure_code in Trouble.__members__:
        return _(TROUBLE_SENTENCES[Trouble(row.failure_code)])
    known = row.failure_code in Refusal.__members__
    return _(SENTENCES[Refusal(row.failure_code) if known else Refusal.UNEXPECTED])


def remark_on_faces(studies: Iterable[Study], *, case: CasePage) -> None:
    """Give each series `face`, the sentence that leads to its page; empty where there is none.

    A series that names no part of the body counts as a head unless its case is about others. Two
    queries, however many series.
    """
    regions = {region.code for region in case.body_regions.all()}
    series = [one for study in studies for one in study.series.all()]
    rows = {
        row.stack: row for row in Defacing.objects.filter(stack__in=[s.directory for s in series])
    }
    for one in series:
        one.face = _remark(one, rows.get(one.directory), regions)  # type: ignore[attr-defined]


def _remark(series: Series, row: Defacing | None, regions: Collection[str]) -> str:
    if not series.may_show_face:
        return ""
    if row is None:
        is_told = bool(series.body_part or series.description)
        if not is_told and regions and _NEAR_A_FACE.isdisjoint(regions):
            return ""
        return _("A face could be computed from these slices.")
    if row.state in OPEN_STATES:
        is_last = row.step == Defacing.Step.APPLY
        return (
            _("The face is being overwritten.") if is_last else _("The face is being worked out.")
        )
    return trouble_of(row) or _("The face is worked out: compare before and after.")
