"""People and cases that tests of peer review share."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cases.domain.review import answer_invitation, hand_in, invite, last_round
from cases.models import CRITERIA, CasePage, PeerReview, ReviewRound
from pages.models import BodyRegion, Modality
from people.domain.roles import give_role
from people.models import Department, User
from people.roles import Role
from tests.factories import UserFactory, make_case, make_image, section_of

REVIEW = dict.fromkeys(CRITERIA, 4) | {
    "to_author": "Please show the coronal plane.",
    "to_editor": "I think I know this scanner.",
    "recommendation": "minor",
}


def make_reviewer(**fields: Any) -> User:
    reviewer = UserFactory(**fields)
    give_role(user=reviewer, role=Role.REVIEWER)
    return reviewer


def make_draft(department: Department, author: User, **fields: Any) -> CasePage:
    """An author's case as it is before its first submission."""
    case = make_case(
        parent=section_of(department),
        live=False,
        first_published_at=None,
        owner=author,
        pictures_checked=True,
        **fields,
    )
    case.save_revision(user=author)
    return case


def submit(case: CasePage, by: User) -> ReviewRound:
    """Submit or resubmit, as the editor's button does."""
    case = CasePage.objects.get(pk=case.pk)
    state = case.current_workflow_state
    if state:
        state.resume(user=by)
    else:
        case.get_workflow().start(case, by)
    round_ = last_round(case=case)
    assert round_ is not None
    return round_


def review_by(
    reviewer: User, round_: ReviewRound, by: User, *, stop_before: str = "", **values: Any
) -> PeerReview:
    """Invite a reviewer and let them go on to `stop_before` ("accept", "submit") or to the end."""
    due_at = timezone.now() + timedelta(days=14)
    [review] = invite(round_=round_, reviewers=[reviewer], due_at=due_at, by=by)
    if stop_before == "accept":
        return review
    answer_invitation(review=review, accept=True)
    if stop_before == "submit":
        return review
    return hand_in(review=review, values=REVIEW | values)


def case_form(**changed: Any) -> dict[str, Any]:
    """A case's form as a browser posts it, whole but for `changed`."""
    data = {
        "title": "Headache after a fall",
        "slug": "headache-after-a-fall",
        "summary": "",
        "picture": "",
        "level": "core",
        "system": "neuro",
        "age_group": "",
        "age_years": "30",
        "sex": "M",
        "history": rich_text("<p>Fell from a bicycle this morning.</p>"),
        "pictures": streamfield(
            [("picture", {"image": make_image().pk, "alt": "Axial CT", "caption": ""})]
        ),
        "question": "",
        "telling_title": "",
        "findings": rich_text("<p>Biconvex hyperdense collection.</p>"),
        "final_diagnosis": "Epidural haematoma",
        "discussion": rich_text("<p>Arterial bleeding.</p>"),
        "differential": streamfield([]),
        "teaching_points": streamfield([]),
        "references": streamfield([]),
        "radlex": "",
        "icd10": "",
        "pictures_checked": "on",
        "licence": "CC-BY-NC-SA-4.0",
        "authors": inline_formset([]),
        "steps": inline_formset([]),
        "comments": inline_formset([]),
    }
    return nested_form_data(data | changed) | {
        "modalities": [Modality.objects.get(code="CT").pk],
        "body_regions": [BodyRegion.objects.get(code="HEAD").pk],
    }
