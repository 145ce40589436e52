"""Marks on the demo's stacks, and the questions asked about them on the way to the diagnosis."""

import json
from typing import Any

from django.db import transaction

from cases.domain.questions import place_json
from cases.item_types.space import components, space_of
from cases.marks import keep_marks, marks_of
from cases.models import CasePage, CaseStep, SeriesMarks
from cases.viewing import Stack, viewing_of
from quizzes.models import Item

from . import content
from .cases import case_page
from .identity import find, key_of, stream
from .placing import publish
from .prose import to_html
from .run import Run


@transaction.atomic
def load_marks(*, run: Run, key: str) -> None:
    """Give a case its marks and steps in every language, where it has none yet."""
    facts = content.facts("cases", key)
    pages = {
        language: case_page(run=run, key=key, language=language) for language in content.LANGUAGES
    }
    found = {language: page for language, page in pages.items() if page is not None}
    if "marks" not in facts or not found:
        return
    case_key = next(iter(found.values())).translation_key
    viewing = viewing_of(case_key=case_key)
    if viewing is None:
        return
    stack = viewing.stacks[0]
    if not SeriesMarks.objects.filter(case_key=case_key).exists():
        marks = [_mark(key, mark, stack, languages=list(found)) for mark in facts["marks"]]
        keep_marks(case_key=case_key, viewing=viewing, text=json.dumps(marks))
        run.journal.add("marks", name=key)
    kept = {mark["id"]: mark for mark in marks_of(case_key=case_key, viewing=viewing)}
    for language, page in found.items():
        if not page.steps.exists():
            _add_steps(run=run, key=key, language=language, page=page, stack=stack, marks=kept)


def _mark(key: str, mark: dict[str, Any], stack: Stack, *, languages: list[str]) -> dict[str, Any]:
    at, points = _pixels(stack, mark["places_mm"])
    high, wide = stack.data["spacing"]
    radii = mark.get("radii_mm")
    words = {
        language: content.words("cases", key, language)["marks"][mark["id"]]
        for language in languages
    }
    return {
        "id": mark["id"],
        "shape": mark["shape"],
        "series": stack.key,
        "at": at,
        "points": points,
        "radii": [radii[0] / wide, radii[1] / high] if radii else None,
        "window": mark.get("window"),
        "label": {language: one["label"] for language, one in words.items()},
        "phrase": {language: one["phrase"] for language, one in words.items()},
    }


def _pixels(stack: Stack, places: list[list[float]]) -> tuple[int, list[list[float]]]:
    """Image and pixels of places in the patient; the image is that of the first."""
    space = space_of(stack.data)
    axes = space.axes()
    heights = [components(position, axes)[2] for position in space.positions or ()]
    wanted = components(places[0], axes)[2]
    at = min(range(len(heights)), key=lambda image: abs(heights[image] - wanted))
    start, (wide, high) = space.place(at, 0, 0), space.pixel
    points = []
    for place in places:
        right, down, _across = components([p - s for p, s in zip(place, start, strict=True)], axes)
        points.append([right / wide, down / high])
    return at, points


def _add_steps(
    *, run: Run, key: str, language: str, page: CasePage, stack: Stack, marks: dict[str, Any]
) -> None:
    for order, step in enumerate(content.facts("cases", key)["steps"]):
        question = (
            _question(
                run=run, key=key, language=language, page=page, step=step, stack=stack, marks=marks
            )
            if "asks" in step
            else None
        )
        page.steps.add(
            CaseStep(
                key=key_of("case", key, "step", step["id"]),
                reveals=step["reveals"],
                question=question,
                sort_order=order,
            )
        )
    publish(page)


def _question(
    *,
    run: Run,
    key: str,
    language: str,
    page: CasePage,
    step: dict[str, Any],
    stack: Stack,
    marks: dict[str, Any],
) -> Item:
    item_key = key_of("case", key, "step", step["id"], "question")
    known = find(Item, key=item_key, locale=run.locales[language])
    if known:
        return known
    words = content.words("cases", key, language)["steps"][step["id"]]
    value = {
        "stem": to_html(words["stem"]),
        "place": place_json(
            case_key=page.translation_key, stack=stack, mark=marks[step["mark"]], kind=step["asks"]
        ),
        "tolerance_mm": step["tolerance_mm"],
        "reach_mm": step["reach_mm"],
        "explanation": to_html(words["explanation"]),
        "references": [],
    }
    return Item.objects.create(
        translation_key=item_key,
        locale=run.locales[language],
        title=f"{page.title}: {words['stem']}"[:200],
        department=page.department,
        body=stream(item_key, "body", [(step["asks"], value)]),
    )
