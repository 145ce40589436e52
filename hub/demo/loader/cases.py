"""The teaching cases: one page per language below the department that wrote it."""

from datetime import date

from django.db import transaction

from cases.models import CasePage
from pages.models import BodyRegion, Modality, SiteImage
from pages.vocabulary import Level
from people.models import Department
from quizzes.models import Item

from . import content
from .departments import section
from .identity import find, key_of, stream
from .placing import publish_below
from .prose import to_html, to_text
from .quizzes import ensure_item
from .run import Run

LEVELS = {"core": Level.FOUNDATION, "intermediate": Level.CORE, "advanced": Level.ADVANCED}


def load_cases(*, run: Run, departments: dict[str, Department]) -> None:
    """Publish the cases that are missing, oldest first."""
    for key in sorted(content.keys("cases"), key=lambda k: content.facts("cases", k)["published"]):
        facts = content.facts("cases", key)
        missing = [
            language
            for language in content.LANGUAGES
            if case_page(run=run, key=key, language=language) is None
        ]
        if missing:
            department = departments[facts["department"]]
            images = _images(run=run, key=key, facts=facts, department=department)
            _publish(run=run, key=key, languages=missing, department=department, images=images)


def case_page(*, run: Run, key: str, language: str) -> CasePage | None:
    """The page of a demo case in a language."""
    return find(CasePage, key=key_of("case", key), locale=run.locales[language])


def _images(
    *, run: Run, key: str, facts: content.Content, department: Department
) -> list[SiteImage]:
    words = content.words("cases", key, content.SOURCE_LANGUAGE)
    return [
        run.gallery.picture(scene=scene, alt=picture["alt"], department=department)
        for scene, picture in zip(facts["pictures"], words["pictures"], strict=True)
    ]


@transaction.atomic
def _publish(
    *, run: Run, key: str, languages: list[str], department: Department, images: list[SiteImage]
) -> None:
    facts = content.facts("cases", key)
    for language in languages:
        words = content.words("cases", key, language)
        question = ensure_item(
            key=key_of("case", key, "question"),
            locale=run.locales[language],
            title=words["title"],
            department=department,
            words=words["question"],
        )
        page = fill_in(key=key, facts=facts, words=words, images=images, question=question)
        page.department = department
        publish_below(
            section(run=run, key=facts["department"], language=language),
            page,
            key=key_of("case", key),
            locale=run.locales[language],
            published_at=run.calendar.published_at(date.fromisoformat(facts["published"])),
        )
        run.journal.add("cases", name=words["title"])


def fill_in(
    *,
    key: str,
    facts: content.Content,
    words: content.Content,
    images: list[SiteImage],
    question: Item,
) -> CasePage:
    """A case of these facts and words, without a place yet."""
    place = key_of("case", key)
    page = CasePage(
        title=words["title"],
        slug=words["slug"],
        summary=words["summary"],
        picture=images[0],
        level=LEVELS[facts["difficulty"]],
        age_years=facts["age_years"],
        sex=facts["sex"],
        history=to_html(words["history"]),
        pictures=stream(
            place,
            "pictures",
            (
                (
                    "picture",
                    {
                        "image": image.pk,
                        "alt": picture["alt"],
                        # The demo's descriptions say plane, window and level, and no finding.
                        "early_alt": picture["alt"],
                        "caption": picture["caption"],
                    },
                )
                for image, picture in zip(images, words["pictures"], strict=True)
            ),
        ),
        question=question,
        telling_title=words.get("telling_title", ""),
        findings=to_html(words["findings"]),
        final_diagnosis=words["final_diagnosis"],
        discussion=to_html(words["discussion"]),
        differential=stream(place, "differential", _differential(words)),
        teaching_points=stream(place, "teaching_points", _texts("point", words["teaching_points"])),
        references=stream(place, "references", _texts("reference", facts["references"])),
    )
    page.modalities = list(Modality.objects.filter(code__in=facts["modalities"]))
    page.body_regions = list(BodyRegion.objects.filter(code__in=facts["body_regions"]))
    return page


def _differential(words: content.Content) -> list[tuple[str, dict[str, str]]]:
    return [
        (
            "entry",
            {"diagnosis": to_text(entry["diagnosis"]), "reasoning": to_text(entry["reasoning"])},
        )
        for entry in words["differential"]
    ]


def _texts(kind: str, texts: list[str]) -> list[tuple[str, str]]:
    return [(kind, to_text(text)) for text in texts]
