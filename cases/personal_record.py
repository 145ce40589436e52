"""What cases know of a person, for their record (`people.personal_record`)."""

from collections.abc import Iterator
from typing import Any

from .models import CaseAnswer, CaseCollection, CasePage, ReadCase, SavedCase, StepAnswer


def answers(user: Any) -> Iterator[dict[str, Any]]:
    """What was committed to cases; whether it was right has been shown with the solution."""
    titles = _titles()
    for one in CaseAnswer.objects.filter(user=user).order_by("answered_at").iterator():
        yield {"case": titles.get(one.case_key), **_committed(one)}


def steps(user: Any) -> Iterator[dict[str, Any]]:
    """What was committed on the way to a diagnosis."""
    titles = _titles()
    for one in StepAnswer.objects.filter(user=user).order_by("answered_at").iterator():
        yield {"case": titles.get(one.case_key), "step": one.step_key, **_committed(one)}


def _committed(one: CaseAnswer | StepAnswer) -> dict[str, Any]:
    return {
        "question_version": one.version_id,
        "response": one.response,
        "is_correct": one.is_correct,
        "share": one.share,
        "confidence_percent": one.confidence,
        "after_reading": one.after_reading,
        "answered_at": one.answered_at,
    }


def kept(user: Any) -> Iterator[dict[str, Any]]:
    """Cases saved, read without solving, and gathered into collections."""
    titles = _titles()
    for saved in SavedCase.objects.filter(user=user):
        yield {"kind": "saved", "case": titles.get(saved.case_key), "at": saved.saved_at}
    for read in ReadCase.objects.filter(user=user):
        yield {"kind": "read", "case": titles.get(read.case_key), "at": read.chosen_at}
    for one in CaseCollection.objects.filter(owner=user).prefetch_related("entries"):
        cases = [titles.get(entry.case_key) for entry in one.entries.all()]
        yield {"kind": "collection", "title": one.title, "cases": cases, "at": one.created_at}


def _titles() -> dict[Any, str]:
    """Titles by translation key; drafts' and withdrawn cases' as they were last."""
    pages = CasePage.objects.order_by("-locale_id").values_list("translation_key", "title")
    return dict(pages)
