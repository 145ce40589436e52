"""Beginning a case: a draft with the headings that reports of its modality have.

The headings follow the structured reports of the modality: technique, then what is looked at in
order. An author replaces them or deletes what does not apply.
"""

from django.db import transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n
from wagtail.models import Page

from cases.models import CaseAuthor, CasePage
from pages.models import Modality
from people.models import User

_GENERAL = (_n("Technique"), _n("Findings"), _n("Impression"))
HEADINGS: dict[str, tuple[str, ...]] = {
    "CT": (
        _n("Technique: phases, contrast medium, slice thickness"),
        _n("Lesion: site, size, density in HU, enhancement"),
        _n("Surroundings, vessels, lymph nodes"),
        _n("Other findings"),
    ),
    "MR": (
        _n("Technique: field strength, sequences, contrast medium"),
        _n("Lesion: site, size, signal in each sequence, diffusion, enhancement"),
        _n("Surroundings"),
        _n("Other findings"),
    ),
    "DX": (
        _n("Technique: projection, position, quality"),
        _n("Bones and joints, or lungs and mediastinum"),
        _n("Soft tissues, lines and tubes"),
    ),
    "US": (
        _n("Technique: transducer, plane, conditions of view"),
        _n("Lesion: site, size, echogenicity, margins, through transmission"),
        _n("Doppler"),
        _n("Surroundings"),
    ),
    "MG": (
        _n("Technique: projections, tomosynthesis"),
        _n("Breast density"),
        _n("Mass, calcifications, asymmetry, architectural distortion"),
        _n("Axilla and skin"),
        _n("Assessment category"),
    ),
    "XA": (_n("Access and catheter"), _n("Vessels shown"), _n("Intervention"), _n("Result")),
    "RF": (_n("Technique: contrast medium, phases"), _n("Passage and motility"), _n("Findings")),
    "NM": (
        _n("Tracer, activity, time after injection"),
        _n("Uptake: site and intensity"),
        _n("Correlation with other images"),
    ),
    "PT": (
        _n("Tracer, activity, time after injection, glucose level"),
        _n("Uptake: site, SUVmax, comparison with liver and blood pool"),
        _n("CT component"),
    ),
}


@transaction.atomic
def begin_case(*, parent: Page, title: str, modality: str, by: User) -> CasePage:
    """A draft below `parent`, in its language, that nobody sees; its author is `by`."""
    with translation.override(parent.locale.language_code):
        case = CasePage(
            title=title,
            owner=by,
            live=False,
            locale=parent.locale,
            history=_paragraphs(_("Age, sex, complaint, why the examination was made")),
            findings=_paragraphs(*map(_, HEADINGS.get(modality, _GENERAL))),
        )
    if by.last_name:
        case.authors.add(CaseAuthor(family_name=by.last_name, given_name=by.first_name, user=by))
    case.modalities = list(Modality.objects.filter(code=modality))
    parent.add_child(instance=case)
    case.save_revision(user=by, clean=False)
    return case


def _paragraphs(*headings: str) -> str:
    # No bold: what is typed behind a heading would go on in it.
    return "".join(f"<p>{escape(heading)}:</p>" for heading in headings)
