"""Beginning a case: a draft with the headings that reports of its modality have.

The headings follow the structured reports of the modality: technique, then what is looked at in
order. An author replaces them or deletes what does not apply.
"""

from django.db import transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from wagtail.models import Page

from cases.models import CaseAuthor, CasePage
from pages.models import Modality
from people.models import User

_GENERAL = (gettext_noop("Technique"), gettext_noop("Findings"), gettext_noop("Impression"))
HEADINGS: dict[str, tuple[str, ...]] = {
    "CT": (
        gettext_noop("Technique: phases, contrast medium, slice thickness"),
        gettext_noop("Lesion: site, size, density in HU, enhancement"),
        gettext_noop("Surroundings, vessels, lymph nodes"),
        gettext_noop("Other findings"),
    ),
    "MR": (
        gettext_noop("Technique: field strength, sequences, contrast medium"),
        gettext_noop("Lesion: site, size, signal in each sequence, diffusion, enhancement"),
        gettext_noop("Surroundings"),
        gettext_noop("Other findings"),
    ),
    "DX": (
        gettext_noop("Technique: projection, position, quality"),
        gettext_noop("Bones and joints, or lungs and mediastinum"),
        gettext_noop("Soft tissues, lines and tubes"),
    ),
    "US": (
        gettext_noop("Technique: transducer, plane, conditions of view"),
        gettext_noop("Lesion: site, size, echogenicity, margins, through transmission"),
        gettext_noop("Doppler"),
        gettext_noop("Surroundings"),
    ),
    "MG": (
        gettext_noop("Technique: projections, tomosynthesis"),
        gettext_noop("Breast density"),
        gettext_noop("Mass, calcifications, asymmetry, architectural distortion"),
        gettext_noop("Axilla and skin"),
        gettext_noop("Assessment category"),
    ),
    "XA": (
        gettext_noop("Access and catheter"),
        gettext_noop("Vessels shown"),
        gettext_noop("Intervention"),
        gettext_noop("Result"),
    ),
    "RF": (
        gettext_noop("Technique: contrast medium, phases"),
        gettext_noop("Passage and motility"),
        gettext_noop("Findings"),
    ),
    "NM": (
        gettext_noop("Tracer, activity, time after injection"),
        gettext_noop("Uptake: site and intensity"),
        gettext_noop("Correlation with other images"),
    ),
    "PT": (
        gettext_noop("Tracer, activity, time after injection, glucose level"),
        gettext_noop("Uptake: site, SUVmax, comparison with liver and blood pool"),
        gettext_noop("CT component"),
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
