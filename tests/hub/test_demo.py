"""The demo content: complete, in two languages, giving nothing away, and loaded only once."""

import re
from collections import Counter
from datetime import date, timedelta
from html import unescape

import numpy as np
import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from PIL import Image
from wagtail.fields import StreamField
from wagtail.models import GroupPagePermission, Locale, Page, Site

from cases.domain.publication import publish_correction
from cases.domain.review import decide, last_round
from cases.domain.review_conflicts import conflict_of, interests_in
from cases.models import CasePage, Decision, ReviewRound
from cases.review_queries import department_cases, editor_desk, reviewer_desk
from courses.models import CoursePage, LessonPage
from hub.demo.loader import ACCOUNTS, PASSWORD, load_demo
from hub.demo.loader import content as written
from hub.demo.loader.calendar import Calendar, calendar_of
from hub.demo.loader.journal import Journal
from hub.demo.loader.lectures import load_lecture
from hub.demo.loader.pictures import Gallery
from hub.demo.loader.run import Run
from hub.models import EventPage, HomePage, NewsPage, PlainPage, ResourcePage
from media.models import Caption, Lecture, StageKind
from outbox.models import Letter
from pages.models import DepartmentPage, SiteImage
from people.domain.roles import take_role
from people.models import Department, User
from people.roles import Role
from quizzes.models import Item, Quiz, QuizItem

pytestmark = pytest.mark.django_db

WRITTEN_PAGES = (
    CasePage,
    CoursePage,
    LessonPage,
    DepartmentPage,
    NewsPage,
    EventPage,
    ResourcePage,
    PlainPage,
)


# Organs and sides, which a picture's text may share with the diagnosis.
ANATOMY = {"gallbladder", "renal", "pulmonary", "аорты"}


def render_grey(scene):
    """A stand-in for the phantom: a bright square on black."""
    grey = np.zeros((96, 128), np.uint8)
    grey[16:80, 32:112] = 60 + len(scene)
    return Image.fromarray(grey)


def load(**options):
    lines = []
    options = {"with_lectures": False, "with_renditions": False, "with_stacks": False} | options
    journal = load_demo(tell=lines.append, render_scene=render_grey, **options)
    return journal, lines


@pytest.fixture(scope="module")
def first_load(django_db_setup, django_db_blocker):
    """The demo, loaded once for this module and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _demo_is_there(first_load, db):
    """Every test here starts with the demo loaded."""


def row_counts():
    return {
        model: model._base_manager.count() for model in apps.get_models(include_auto_created=True)
    }


def written_pages():
    """All pages but the draft that is under review."""
    return [
        page
        for model in WRITTEN_PAGES
        for page in model.objects.select_related("locale")
        if page.live
    ]


def words_of(text):
    return set(re.findall(r"\w{5,}", text.lower()))


def words_shown(html):
    """The text of a page or passage as a reader meets it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_demo_adds_all_that_is_written(first_load):
    journal, _lines = first_load
    assert journal.added == Counter(
        {
            "departments": 2,
            "accounts": 7,
            "cases": 24,
            "cases under review": 1,
            "courses": 6,
            "news": 10,
            "events": 8,
            "guidelines": 6,
            "plain pages": 9,
            "home pages": 3,
        }
    )
    assert {model: model.objects.count() for model in WRITTEN_PAGES} == {
        CasePage: 25,
        CoursePage: 6,
        LessonPage: 34,
        DepartmentPage: 4,
        NewsPage: 10,
        EventPage: 8,
        ResourcePage: 6,
        PlainPage: 9,
    }


def test_demo_tells_cases_and_courses_by_name_and_the_rest_as_a_sum(first_load):
    _journal, lines = first_load
    assert len(lines) == 24 + 6 + 1
    assert all(len(line) < 100 for line in lines[:-1])
    assert lines[-1].startswith("Added: departments 2, accounts 7, cases 24, ")


def test_demo_loaded_again_adds_and_changes_nothing():
    before = row_counts()
    journal, lines = load()
    assert (journal.added, lines) == (Counter(), ["Nothing of the demo was missing."])
    assert row_counts() == before


def test_demo_loaded_again_writes_to_no_content(django_assert_max_num_queries):
    with django_assert_max_num_queries(1500) as queries:
        load()
    writes = r'(?:INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM) "(\w+)"'
    found = [re.match(writes, query["sql"]) for query in queries.captured_queries]
    # Vocabulary and role permissions are kept complete; they are not content.
    assert {match[1] for match in found if match} <= {
        "pages_modality",
        "pages_bodyregion",
        "auth_group_permissions",
    }


def test_demo_leaves_what_editors_changed():
    case = CasePage.objects.filter(locale__language_code="en").first()
    case.title, case.slug = "Renamed by an editor", "renamed"
    case.save_revision()
    publish_correction(case=case, note="A better title.", by=User.objects.first())
    home = HomePage.objects.get(locale__language_code="ru")
    home.lead, home.case_of_the_week = "Своими словами", None
    home.save_revision().publish()
    department = Department.objects.first()
    Department.objects.filter(pk=department.pk).update(name="Renamed department")
    Site.objects.update(hostname="hub.example.net", site_name="Ours")
    User.objects.filter(email=ACCOUNTS[0].email).update(first_name="Renamed")

    journal, _lines = load()

    assert journal.added == Counter()
    case.refresh_from_db()
    home.refresh_from_db()
    assert (case.title, case.slug) == ("Renamed by an editor", "renamed")
    assert (home.lead, home.case_of_the_week) == ("Своими словами", None)
    assert Department.objects.get(pk=department.pk).name == "Renamed department"
    assert list(Site.objects.values_list("hostname", "site_name")) == [("hub.example.net", "Ours")]
    assert User.objects.get(email=ACCOUNTS[0].email).first_name == "Renamed"


def test_demo_completes_what_a_run_cut_off_left_out():
    # Page.delete needs the newest tree, hence one by one from the database.
    before = {model: model.objects.count() for model in (*WRITTEN_PAGES, Item, Quiz, QuizItem)}
    russian = Locale.objects.get(language_code="ru")
    for model in (NewsPage, CasePage, CoursePage):
        model.objects.filter(locale=russian).first().delete()
    CoursePage.objects.filter(locale__language_code="en").last().get_children().last().delete()
    User.objects.get(email=ACCOUNTS[1].email).delete()

    journal, _lines = load()

    assert journal.added == Counter({"news": 1, "cases": 1, "courses": 1, "accounts": 1})
    after = {model: model.objects.count() for model in (*WRITTEN_PAGES, Item, Quiz, QuizItem)}
    assert after == before


def test_demo_pages_are_live_below_the_home_page_of_their_language():
    homes = {home.locale_id: home for home in HomePage.objects.all()}
    assert len(homes) == 3
    for page in written_pages():
        assert page.live
        assert not page.has_unpublished_changes
        assert page.is_descendant_of(homes[page.locale_id])
        assert page.live_revision_id is not None


def test_demo_russian_pages_are_translations_of_english_ones():
    pages = written_pages()
    keys = {
        code: {(type(p), p.translation_key) for p in pages if p.locale.language_code == code}
        for code in ("en", "ru", "ar")
    }
    assert keys["ru"] == keys["en"]
    assert len(keys["ar"]) == 1
    assert keys["ar"] < keys["en"]
    assert all(page.alias_of_id is None for page in pages)


def test_demo_translations_say_things_in_their_own_words():
    for page in CasePage.objects.filter(locale__language_code="ru"):
        source = page.get_translation(Locale.objects.get(language_code="en"))
        assert page.title != source.title
        assert [block.id for block in page.pictures] == [block.id for block in source.pictures]
        assert re.search("[а-я]", page.history)


def test_demo_pages_belong_to_the_department_they_lie_below():
    for page in (*CasePage.objects.all(), *CoursePage.objects.all(), *LessonPage.objects.all()):
        section = DepartmentPage.objects.ancestor_of(page).get()
        assert page.department == section.of_department
        assert page.locale == section.locale


def test_demo_departments_may_write_in_their_sections_in_both_languages():
    for department in Department.objects.all():
        granted = set(
            GroupPagePermission.objects.filter(group=department.group).values_list(
                "page__locale__language_code", "permission__codename"
            )
        )
        assert granted == {
            (code, verb) for code in ("en", "ru") for verb in ("add_page", "change_page")
        }


def test_demo_streams_pass_the_editors_validation():
    checked = 0
    for instance in (*written_pages(), *HomePage.objects.all(), *Item.objects.all()):
        for field in instance._meta.get_fields():
            if isinstance(field, StreamField):
                stream = getattr(instance, field.name)
                stream.stream_block.clean(stream)
                checked += 1
    assert checked > 200


def test_demo_pages_have_a_summary_and_fit_their_fields():
    for page in written_pages():
        page.full_clean()
        assert page.summary


def test_demo_picture_names_give_nothing_away():
    # What a file may be called: modality, region, and a number that says nothing.
    neutral = r"((ct|mr)-head|(ct|dx)-chest|(ct|us)-abdomen|physics|test-object)-[0-9a-f]{8}\.png"
    for image in SiteImage.objects.all():
        assert re.fullmatch(neutral, image.filename)
        assert image.title == image.filename.removesuffix(".png").replace("-", " ")


def test_demo_picture_texts_name_no_diagnosis():
    for case in CasePage.objects.all():
        diagnosis = words_of(case.final_diagnosis) - ANATOMY
        for block in case.pictures:
            image = block.value["image"]
            shown = f"{block.value['alt']} {block.value['caption']} {image.description}"
            assert words_of(f"{shown} {image.title} {image.file.name}") & diagnosis == set()


def test_demo_picture_names_hold_no_scene_key():
    scenes = {
        scene for key in written.keys("cases") for scene in written.facts("cases", key)["pictures"]
    }
    findings = {scene.split("/")[1] for scene in scenes}
    named = " ".join(f"{i.title} {i.file.name}" for i in SiteImage.objects.all())
    assert [finding for finding in findings if finding in named] == []
    assert [scene for scene in scenes if scene in named or scene.replace("/", "-") in named] == []


def test_demo_question_pictures_are_described_in_the_language_of_the_question():
    described = {"en": "[a-z]", "ru": "[а-я]"}
    values = [(item.locale.language_code, item.body[0].value) for item in Item.objects.all()]
    with_picture = [(code, value) for code, value in values if value["image"]]
    assert len(with_picture) == 10
    for code, value in with_picture:
        assert re.search(described[code], value["image_alt"])


def test_demo_pictures_are_described_credited_and_owned():
    images = SiteImage.objects.all()
    assert len(images) == len({image.file.name for image in images})
    assert {image.credit for image in images} == {"Digital phantom, computed by Viewbox"}
    assert {image.collection for image in images} == {
        d.collection for d in Department.objects.all()
    }
    for image in images:
        assert image.description
        assert (image.focal_point_x, image.focal_point_y) == (72, 48)
        assert (image.file_size, bool(image.file_hash)) == (image.file.size, True)


def test_demo_items_have_one_key_and_the_same_option_ids_in_both_languages():
    in_review = CasePage.objects.get(live=False).question
    english = Item.objects.filter(locale__language_code="en").exclude(pk=in_review.pk)
    assert len(english) == 12 + sum(
        len(lesson["quiz"]["items"])
        for key in written.keys("courses")
        for lesson in written.words("courses", key, "en")["lessons"]
        if "quiz" in lesson
    )
    for item in english:
        options = item.body[0].value["options"]
        russian = item.get_translation(Locale.objects.get(language_code="ru"))
        theirs = russian.body[0].value["options"]
        assert sum(option["is_key"] for option in options) == 1
        assert [(o.id, o.value["is_key"]) for o in options.bound_blocks] == [
            (o.id, o.value["is_key"]) for o in theirs.bound_blocks
        ]


def test_demo_lessons_have_the_case_and_quiz_of_their_language():
    for lesson in LessonPage.objects.all():
        for part in (lesson.case, lesson.quiz):
            assert part is None or part.locale_id == lesson.locale_id
    assert LessonPage.objects.exclude(quiz=None).count() == 6
    assert LessonPage.objects.exclude(case=None).count() == 2 * sum(
        "case" in lesson
        for key in written.keys("courses")
        for lesson in written.facts("courses", key)["lessons"]
    )


def test_demo_dates_are_the_written_ones():
    for key in written.keys("cases"):
        page = CasePage.objects.get(
            locale__language_code="en", slug=written.words("cases", key, "en")["slug"]
        )
        expected = calendar_of(today=date.today())  # noqa: DTZ011  the machine's own day
        moment = expected.published_at(date.fromisoformat(written.facts("cases", key)["published"]))
        assert page.first_published_at == moment


def test_calendar_moves_back_by_whole_weeks_where_dates_lie_ahead():
    written_then = calendar_of(today=date(2027, 6, 1))
    early = calendar_of(today=date(2026, 11, 16))
    assert written_then.back.days == 0
    assert early.back.days == 7
    assert calendar_of(today=date(2026, 11, 17)).back.days == 0
    assert early.published_at(date(2026, 11, 16)).date() == date(2026, 11, 9)


def test_demo_home_pages_feature_a_course_and_a_case_of_their_language():
    for home in HomePage.objects.select_related("locale"):
        featured = (home.featured_course, home.case_of_the_week)
        if home.locale.language_code == "ar":
            assert featured == (None, None)
        else:
            assert [page.locale for page in featured] == [home.locale, home.locale]
        assert home.lead
        assert home.body


def test_demo_accounts_can_sign_in_with_their_role(client):
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.check_password(PASSWORD)
        assert EmailAddress.objects.get(user=user).verified
        assert user.is_superuser == account.is_superuser
        assert client.login(username=account.email, password=PASSWORD)
    roles = {account.email.split("@")[0]: account for account in ACCOUNTS}
    held = {name: User.objects.get(email=roles[name].email).roles for name in roles}
    assert held == {
        "resident": {Role.RESIDENT},
        "author": {Role.AUTHOR},
        "author.nairobi": {Role.AUTHOR, Role.REVIEWER},
        "reviewer": {Role.REVIEWER},
        "editor": {Role.EDITOR},
        "organiser": {Role.ORGANISER},
        "admin": set(),
    }


def test_demo_shows_a_case_under_review_on_everybodys_desk():
    users = {a.email.split("@")[0]: User.objects.get(email=a.email) for a in ACCOUNTS}
    for name in ("reviewer", "author.nairobi"):
        desk = reviewer_desk(user=users[name])
        assert (len(desk.waiting), len(desk.done)) == (1, 1)
        assert timezone.now() < desk.waiting[0].review.due_at
        assert not desk.waiting[0].is_late
    editors = editor_desk()
    assert [entry.round.number for entry in editors.open] == [2]
    assert [entry.round.decision for entry in editors.decided] == ["minor"]
    assert editors.open[0].late_by is None
    [standing] = department_cases(user=users["author"])
    assert (standing.round.number, standing.round.is_open) == (2, True)
    assert not Letter.objects.filter(kind__startswith="cases.review_").exists()


def test_demo_rounds_follow_one_another_in_time_and_reviewers_have_no_conflict():
    draft = CasePage.objects.get(live=False)
    first, second = draft.review_rounds.order_by("number")
    for review in first.reviews.all():
        moments = [
            first.opened_at,
            review.invited_at,
            review.answered_at,
            review.submitted_at,
            first.decided_at,
            second.opened_at,
            timezone.now(),
        ]
        assert moments == sorted(moments)
        assert review.submitted_at < review.due_at
        assert conflict_of(user=review.reviewer, interests=interests_in(case=draft)) is None
    assert "angiography and venography" not in first.revision.content["discussion"]
    assert "angiography and venography" in second.revision.content["discussion"]


def test_demo_leaves_a_case_under_review_to_those_who_review_it():
    draft = CasePage.objects.get(live=False)
    decide(
        round_=last_round(case=draft),
        decision=Decision.REJECT,
        letter="No.",
        by=User.objects.get(email="editor@viewbox.example.org"),
    )
    journal, _lines = load()
    assert journal.added == Counter()
    assert ReviewRound.objects.count() == 2


def test_demo_without_reviewers_has_no_case_under_review():
    CasePage.objects.get(live=False).delete()
    take_role(user=User.objects.get(email="reviewer@viewbox.example.org"), role=Role.REVIEWER)
    journal, _lines = load()
    assert journal.added == Counter()


def test_demo_command_lists_the_accounts(capsys):
    call_command("demo", "--accounts")
    said = capsys.readouterr().out
    assert [account.email for account in ACCOUNTS if account.email not in said] == []
    assert PASSWORD in said


def test_demo_command_lists_no_accounts_in_production(settings, capsys):
    settings.SETTINGS_MODULE = "hub.settings.production"
    with pytest.raises(CommandError):
        call_command("demo", "--accounts")
    assert PASSWORD not in capsys.readouterr().out


def test_demo_makes_no_accounts_in_production(settings, capsys):
    settings.SETTINGS_MODULE = "hub.settings.production"
    User.objects.all().delete()
    call_command("demo", "--no-lectures", "--no-sizes")
    assert capsys.readouterr().out.startswith("Content only. ")
    assert User.objects.count() == 0


def test_demo_lecture_reaches_its_lessons_and_is_taken_in_once():
    lines = []
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    run = Run(
        locales=locales,
        calendar=Calendar(today=date(2027, 1, 1), opening=date(2026, 9, 1), back=timedelta(0)),
        gallery=Gallery(render_scene=render_grey),
        journal=Journal(tell=lines.append),
    )
    department = Department.objects.first()
    for _again in range(2):
        load_lecture(
            run=run,
            key="pulmonary-nodule-fleischner",
            language="ru",
            department=department,
            render_scene=render_grey,
        )

    lecture = Lecture.objects.get()
    assert len(lines) == 1
    assert lecture.language == "ru"
    assert lecture.collection == department.collection
    assert {stage.kind for stage in lecture.stages.all()} == (
        set(StageKind.values) - {StageKind.SPEECH}  # which is for the asking
    )
    assert Caption.objects.get(lecture=lecture).webvtt.startswith("WEBVTT")
    lesson = LessonPage.objects.get(lecture=lecture)
    assert (lesson.locale, lesson.live, lesson.has_unpublished_changes) == (
        locales["ru"],
        True,
        False,
    )
    assert Page.objects.get(pk=lesson.pk).get_latest_revision_as_object().lecture == lecture


def test_demo_pages_answer_and_cases_keep_their_solution_back(client):
    for page in (*written_pages(), *HomePage.objects.all()):
        response = client.get(page.url)
        assert (response.status_code, page.url) == (200, page.url)
        if isinstance(page, CasePage):
            question = page.question.body[0].value
            # The diagnosis itself may stand there as one of the options.
            solution = [
                page.findings,
                page.discussion,
                *(block.value for block in page.teaching_points),
                *(block.value["reasoning"] for block in page.differential),
                *(option["feedback"] for option in question["options"]),
                question["explanation"].source,
            ]
            shown = words_shown(response.content.decode())
            assert words_shown(page.history) in shown
            assert [text for text in solution if words_shown(text) in shown] == []
