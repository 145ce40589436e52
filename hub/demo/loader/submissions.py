"""Drafts under peer review: one round decided, the next one open, so that desks are not empty."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.signal_handlers import disable_reference_index_auto_update

from cases.domain.review import answer_invitation, decide, hand_in, invite, last_round
from cases.models import CRITERIA, CaseAuthor, CasePage, Decision, PeerReview, ReviewRound
from outbox.models import Letter
from pages.models import SiteImage
from people.models import Department, User
from people.roles import Role

from . import content
from .cases import fill_in
from .departments import section
from .identity import find, key_of
from .placing import free_slug
from .prose import to_html
from .quizzes import ensure_item
from .run import Run

NOUN = "submissions"
LANGUAGE = content.SOURCE_LANGUAGE


def load_submissions(*, run: Run, departments: dict[str, Department]) -> None:
    """Submit the drafts that are missing; needs the demo's accounts with their roles.

    A draft that is there is left as it is, whatever has become of its review.
    """
    for key in content.keys(NOUN):
        facts = content.facts(NOUN, key)
        people = _people(facts)
        if people is None or _draft(run, key) is not None:
            continue
        words = content.words(NOUN, key, LANGUAGE)
        department = departments[facts["department"]]
        images = [
            run.gallery.picture(scene=scene, alt=picture["alt"], department=department)
            for scene, picture in zip(facts["pictures"], words["pictures"], strict=True)
        ]
        _submit(run, key, department, images, people)
        run.journal.add("cases under review")


def _draft(run: Run, key: str) -> CasePage | None:
    return find(CasePage, key=key_of("case", key), locale=run.locales[LANGUAGE])


def _people(facts: content.Content) -> dict[str, User] | None:
    """Those who have a part in it by address; None where one is missing or may not review."""
    reviewers = {review["reviewer"] for review in facts["decided"]["reviews"]}
    reviewers |= {*facts["open"]["writing"], *facts["open"]["invited"]}
    wanted = reviewers | {facts["author"], facts["editor"]}
    people = {user.email: user for user in User.objects.filter(email__in=wanted, is_active=True)}
    may_review = all(Role.REVIEWER in people[email].roles for email in reviewers if email in people)
    return people if people.keys() == wanted and may_review else None


@transaction.atomic
def _submit(
    run: Run,
    key: str,
    department: Department,
    images: list[SiteImage],
    people: Mapping[str, User],
) -> None:
    facts, words = content.facts(NOUN, key), content.words(NOUN, key, LANGUAGE)
    author = people[facts["author"]]
    page = _write(run, key, department, images, author)
    workflow = page.get_workflow()
    assert workflow is not None
    workflow.start(page, author)
    _decide_first(page, facts, words, people)
    page = CasePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    kept = words["discussion"].strip().rpartition("\n\n")[0]
    page.discussion = to_html(f"{kept}\n\n{words['changed'].strip()}")
    page.save_revision(user=author)
    CasePage.objects.get(pk=page.pk).current_workflow_state.resume(user=author)
    _open_second(page, facts, people)
    # What is only shown is not written to anybody.
    rounds = list(page.review_rounds.values_list("pk", flat=True))
    Letter.objects.filter(kind__startswith="cases.review_", about__round__in=rounds).delete()


def _write(
    run: Run, key: str, department: Department, images: list[SiteImage], author: User
) -> CasePage:
    facts, words = content.facts(NOUN, key), content.words(NOUN, key, LANGUAGE)
    locale = run.locales[LANGUAGE]
    question = ensure_item(
        key=key_of("case", key, "question"),
        locale=locale,
        title=words["title"],
        department=department,
        words=words["question"],
    )
    parent = section(run=run, key=facts["department"], language=LANGUAGE)
    assert parent is not None
    page = fill_in(key=key, facts=facts, words=words, images=images, question=question)
    page.translation_key, page.locale, page.live = key_of("case", key), locale, False
    page.slug = free_slug(parent=parent, wanted=page.slug)
    page.department, page.owner, page.pictures_checked = department, author, True
    page.authors.add(
        CaseAuthor(family_name=author.last_name, given_name=author.first_name, user=author)
    )
    with disable_reference_index_auto_update():
        parent.add_child(instance=page)
        page.save_revision(user=author)
    return page


def _decide_first(
    page: CasePage, facts: content.Content, words: content.Content, people: Mapping[str, User]
) -> None:
    round_, decided, editor = _round(page), facts["decided"], people[facts["editor"]]
    written = list(zip(decided["reviews"], words["reviews"], strict=True))
    _invite(round_, [review["reviewer"] for review, _words in written], people, editor)
    for judged, said in written:
        review = round_.reviews.get(reviewer=people[judged["reviewer"]])
        answer_invitation(review=review, accept=True)
        scores = dict(zip(CRITERIA, judged["scores"], strict=True))
        hand_in(review=review, values=scores | said | {"recommendation": judged["recommendation"]})
        _date(review, opened=decided["opened_days_ago"], done=judged["submitted_days_ago"])
    decide(round_=round_, decision=Decision(decided["decision"]), letter=words["letter"], by=editor)
    round_.reviews.update(due_at=_ago(decided["due_days_ago"]))
    ReviewRound.objects.filter(pk=round_.pk).update(
        opened_at=_ago(decided["opened_days_ago"]), decided_at=_ago(decided["decided_days_ago"])
    )


def _open_second(page: CasePage, facts: content.Content, people: Mapping[str, User]) -> None:
    round_, open_ = _round(page), facts["open"]
    asked = [*open_["writing"], *open_["invited"]]
    _invite(round_, asked, people, people[facts["editor"]], due_in_days=open_["due_in_days"])
    for email in open_["writing"]:
        review = round_.reviews.get(reviewer=people[email])
        answer_invitation(review=review, accept=True)
        PeerReview.objects.filter(pk=review.pk).update(
            answered_at=_ago(open_["opened_days_ago"] - 2)
        )
    round_.reviews.update(invited_at=_ago(open_["opened_days_ago"] - 1))
    ReviewRound.objects.filter(pk=round_.pk).update(opened_at=_ago(open_["opened_days_ago"]))


def _round(page: CasePage) -> ReviewRound:
    round_ = last_round(case=page)
    assert round_ is not None
    return round_


def _invite(
    round_: ReviewRound,
    emails: list[str],
    people: Mapping[str, User],
    editor: User,
    *,
    due_in_days: int = 1,
) -> None:
    # Nobody is invited for a day that is past; such a day is written in afterwards.
    due_at = timezone.now() + timedelta(days=due_in_days)
    reviewers = [people[email] for email in emails]
    invite(round_=round_, reviewers=reviewers, due_at=due_at, by=editor)


def _date(review: PeerReview, *, opened: int, done: int) -> None:
    PeerReview.objects.filter(pk=review.pk).update(
        invited_at=_ago(opened - 1),
        answered_at=_ago(opened - 2),
        saved_at=_ago(done),
        submitted_at=_ago(done),
    )


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)
