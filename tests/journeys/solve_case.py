"""Adds a stack, marks and steps to a case for the journey of solving; prints what it needs as JSON.

Run as a script in the hub's own environment (`python -m tests.journeys.solve_case SLUG`), first
without a study and, when that is imported, again.
"""

import json
import os
import sys
from typing import Any

STEM = "Mark the vertebra."
PHRASE = "dense vertebra"


def prepare(slug: str) -> dict[str, Any]:
    from allauth.account.models import EmailAddress

    from cases.domain.questions import ask_about
    from cases.marks import keep_marks, marks_of
    from cases.models import CasePage, CaseStep
    from cases.viewing import viewing_of
    from people.models import Department
    from tests.factories import UserFactory, make_author, make_case, section_of

    case = CasePage.objects.filter(slug=slug).first()
    if case is None:
        department = Department.objects.first()
        case = make_case(
            parent=section_of(department),
            slug=slug,
            title="A stack to solve",
            telling_title="Osteopetrosis at last",
            findings=f"<p>There is a {PHRASE} in the middle.</p>",
            question=None,
        )
        people = (
            make_author(department, email="marks@example.com"),
            UserFactory(email="round@example.com"),
        )
        for user in people:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return {"url": case.url, "id": case.pk}
    viewing = viewing_of(case_key=case.translation_key)
    stack = viewing.stacks[0]
    mark = {
        "id": "vertebra",
        "shape": "ellipse",
        "series": stack.key,
        "at": 4,
        "points": [[stack.data["columns"] / 2 - 0.5, stack.data["rows"] / 2 - 0.5]],
        "radii": [6, 6],
        "window": [400, 1800],
        "label": {"en": "vertebra"},
        "phrase": {"en": PHRASE},
    }
    keep_marks(case_key=case.translation_key, viewing=viewing, text=json.dumps([mark]))
    (kept,) = marks_of(case_key=case.translation_key, viewing=viewing)
    item = ask_about(case=case, stack=stack, mark=kept, kind="mark_lesion", stem=STEM)
    case.steps.add(CaseStep(reveals="findings", question=item, sort_order=0))
    case.save()
    return {"url": case.url, "id": case.pk}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()
    print(json.dumps(prepare(sys.argv[1])))  # noqa: T201  the script's result
