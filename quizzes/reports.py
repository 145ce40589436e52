"""What the analysis page shows: answers read from the database, analysed, and laid out as plots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from . import item_types
from .analysis import (
    Flag,
    ItemAnalysis,
    QuizAnalysis,
    Response,
    analyse_item,
    analyse_quiz,
    quantile,
)
from .models import Answer, Attempt, Item, ItemVersion, Quiz

FLAG_NAMES = {
    Flag.TOO_EASY: _("Nearly everybody knows it"),
    Flag.TOO_HARD: _("Hardly anybody knows it"),
    Flag.NEGATIVE: _("Weak learners do better on it than strong ones: check the key"),
    Flag.WEAK: _("It hardly tells strong learners from weak ones"),
    Flag.KEY_IN_DOUBT: _("Strong learners prefer a distractor to the key"),
    Flag.UNUSED_OPTION: _("A distractor is hardly ever chosen: replace it"),
    Flag.SLOW: _("It takes much longer than the others"),
    Flag.OVERCONFIDENT: _("Most who were sure were wrong"),
    Flag.FEW_ANSWERS: _("Too few answers yet"),
}


@dataclass(frozen=True)
class ItemReport:
    """An item's analysis beside what it says."""

    item: Item
    version: ItemVersion
    analysis: ItemAnalysis

    @property
    def flags(self) -> list:
        return [FLAG_NAMES[flag] for flag in self.analysis.flags]


@dataclass(frozen=True)
class QuizReport:
    """A quiz's analysis with its items', those to mend first; `to_mark` texts are left out."""

    quiz: Quiz
    analysis: QuizAnalysis | None
    items: list[ItemReport]
    to_mark: int = 0


def report_quiz(*, quiz: Quiz) -> QuizReport:
    """Analyse the finished attempts at a quiz, each person's first one only, in two queries.

    Later attempts would measure what was remembered of the explanations.
    """
    attempts = set(
        Attempt.objects.filter(quiz=quiz, number=1, finished_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    answers = (
        Answer.objects.filter(
            attempt__quiz=quiz, attempt__number=1, attempt__finished_at__isnull=False
        )
        .select_related("version__item")
        .order_by("attempt_id", "position")
    )
    rows: dict[int, list[Answer]] = {pk: [] for pk in attempts}
    for answer in answers:
        rows[answer.attempt_id].append(answer)
    return _report(quiz, [row for row in rows.values() if row])


def _report(quiz: Quiz, rows: Sequence[Sequence[Answer]]) -> QuizReport:
    # An item of which somebody's text waits to be marked is no part of anybody's total: learners
    # are compared by what all of them have points for.
    waiting = [answer for row in rows for answer in row if answer.needs_marking]
    unsettled = {answer.version.item_id for answer in waiting}
    by_item: dict[int, list[tuple[Answer, float]]] = {}
    for row in rows:
        total = sum(_share(answer) for answer in row if answer.version.item_id not in unsettled)
        for answer in row:
            item_id = answer.version.item_id
            if not answer.needs_marking:
                rest = total - (0.0 if item_id in unsettled else _share(answer))
                by_item.setdefault(item_id, []).append((answer, rest))
    times = [time for row in rows for answer in row if (time := _time_s(answer)) is not None]
    usual_s = quantile(times, 0.5) if times else None
    items = [_report_item(found, usual_s) for found in by_item.values()]
    # Rows of one length with the same items: what alpha is defined for.
    settled = [[a for a in row if a.version.item_id not in unsettled] for row in rows]
    layouts = {tuple(sorted(answer.version.item_id for answer in row)) for row in settled}
    complete = len(layouts) == 1 and layouts != {()}
    shares = [[_share(a) for a in sorted(row, key=lambda a: a.version.item_id)] for row in settled]
    return QuizReport(
        quiz=quiz,
        analysis=analyse_quiz(shares) if rows and complete else None,
        items=sorted(items, key=lambda one: (-len(one.analysis.flags), one.item.title)),
        to_mark=len(waiting),
    )


def _share(answer: Answer) -> float:
    return (answer.points or 0.0) / answer.possible if answer.possible else 0.0


def _time_s(answer: Answer) -> float | None:
    """Seconds from the first sight of the item to the last answer."""
    if answer.shown_at is None or answer.answered_at is None:
        return None
    return max(0.0, (answer.answered_at - answer.shown_at).total_seconds())


def _report_item(found: Iterable[tuple[Answer, float]], usual_s: float | None) -> ItemReport:
    pairs = list(found)
    version = max((answer.version for answer, _rest in pairs), key=lambda one: one.number)
    item_type = item_types.get(version.item_type)
    alternatives = [
        (choice.id, choice.text, choice.is_key) for choice in item_type.choices(version.content)
    ]
    responses = [
        Response(
            share=_share(answer),
            chosen=tuple(item_type.chosen(answer.version.content, answer.response or {})),
            time_s=_time_s(answer),
            confidence=answer.confidence,
        )
        for answer, _rest in pairs
    ]
    analysis = analyse_item(
        responses=responses,
        rest=[rest for _answer, rest in pairs],
        alternatives=alternatives,
        usual_time_s=usual_s,
    )
    return ItemReport(item=version.item, version=version, analysis=analysis)


def confident_and_wrong(*, quiz: Quiz, limit: int = 50) -> list[Answer]:
    """The latest answers that were wrong although the learner was sure; two queries."""
    return list(
        Answer.objects.filter(
            attempt__quiz=quiz,
            attempt__finished_at__isnull=False,
            confidence__gte=75,
            points=0,
            needs_marking=False,
        )
        .select_related("version__item")
        .order_by("-answered_at")[:limit]
    )
