"""The bare site that every hub starts from: languages, roles, terms, a home page with sections.

Idempotent: run after every migration, it adds what is missing and changes nothing that is there.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from cases.domain.review_workflow import ensure_review_workflow
from cases.models import CaseIndexPage
from courses.models import CourseIndexPage
from hub.models import EventIndexPage, HomePage, NewsIndexPage, ResourceIndexPage
from pages.domain.moderation import ensure_workflow
from pages.models import BodyRegion, DepartmentIndexPage, Modality
from pages.vocabulary import BodyRegionCode, ModalityCode
from people.domain.roles import ensure_roles
from people.roles import Role

EDITOR_PAGE_PERMISSIONS = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
EDITOR_FILE_PERMISSIONS = (
    ("wagtailimages", ("add_image", "change_image", "delete_image", "choose_image")),
    ("wagtaildocs", ("add_document", "change_document", "delete_document", "choose_document")),
    ("media", ("add_lecture", "change_lecture", "delete_lecture", "choose_lecture")),
)
EDITOR_MODEL_PERMISSIONS = (
    ("quizzes", ("item", "quiz")),
    ("people", ("department",)),
    ("wagtailredirects", ("redirect",)),
)


@dataclass(frozen=True)
class Section:
    """A section below the home page: its type, address and name."""

    model: type[Page]
    slug: str
    title: str
    summary: str


SECTIONS = (
    Section(CourseIndexPage, "courses", _("Courses"), _("Refresher courses, lesson by lesson.")),
    Section(CaseIndexPage, "cases", _("Cases"), _("Teaching cases: look, commit, then read on.")),
    Section(
        ResourceIndexPage,
        "guidelines",
        _("Guidelines"),
        _("Guidelines, algorithms and protocols to consult at the workstation."),
    ),
    Section(EventIndexPage, "events", _("Events"), _("Webinars, congresses and deadlines.")),
    Section(NewsIndexPage, "news", _("News"), _("What is new.")),
    Section(
        DepartmentIndexPage,
        "departments",
        _("Departments"),
        _("The radiology departments that teach here."),
    ),
)


def ensure_terms() -> None:
    """Make a row for every term of the shipped vocabularies."""
    for model, codes in ((Modality, ModalityCode), (BodyRegion, BodyRegionCode)):
        for position, code in enumerate(codes.values):
            model.objects.update_or_create(code=code, defaults={"position": position})


def ensure_locales() -> dict[str, Locale]:
    """Make a locale for every content language."""
    return {
        code: Locale.objects.get_or_create(language_code=code)[0]
        for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES
    }


def ensure_home(*, locale: Locale) -> HomePage:
    """The home page of a language with its sections, in that language's words."""
    code = locale.language_code
    home = HomePage.objects.filter(locale=locale).first()
    source = HomePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    with translation.override(code):
        if home is None and source is None:
            home = Page.get_first_root_node().add_child(
                instance=HomePage(
                    title=settings.SOCIETY_SHORT_NAME,
                    slug="home",
                    lead=gettext("Radiology training for everyone, everywhere."),
                    locale=locale,
                )
            )
        elif home is None:
            home = source.copy_for_translation(locale, copy_parents=False)
            home.lead = gettext("Radiology training for everyone, everywhere.")
            home.slug = f"home-{code}"
            _publish(home)
        for section in SECTIONS:
            _ensure_section(home=home, section=section, locale=locale)
    return home


def _publish(page: Page) -> None:
    page.save_revision().publish()
    page.refresh_from_db()


def _ensure_section(*, home: HomePage, section: Section, locale: Locale) -> None:
    model = section.model
    if model.objects.filter(locale=locale).exists():
        return
    source = model.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    words = {"title": gettext(section.title), "summary": gettext(section.summary)}
    if source is None:
        home.add_child(
            instance=model(slug=section.slug, show_in_menus=True, locale=locale, **words)
        )
        return
    page = source.copy_for_translation(locale)
    for name, value in words.items():
        setattr(page, name, value)
    page.draft_title = page.title
    _publish(page)


def ensure_editors_rights() -> None:
    """Editors curate everything: all pages, all collections, the item bank, departments."""
    editors = Group.objects.get(name=Role.EDITOR)
    root, files = Page.get_first_root_node(), Collection.get_first_root_node()
    for codename in EDITOR_PAGE_PERMISSIONS:
        GroupPagePermission.objects.get_or_create(
            group=editors, page=root, permission=_permission("wagtailcore", codename)
        )
    for app_label, codenames in EDITOR_FILE_PERMISSIONS:
        for codename in codenames:
            GroupCollectionPermission.objects.get_or_create(
                group=editors, collection=files, permission=_permission(app_label, codename)
            )
    for app_label, models in EDITOR_MODEL_PERMISSIONS:
        for model in models:
            editors.permissions.add(
                *Permission.objects.filter(
                    content_type__app_label=app_label, content_type__model=model
                )
            )


def _permission(app_label: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


@transaction.atomic
def prepare_site() -> HomePage:
    """Make the bare site and return the home page of the default language."""
    ensure_roles()
    ensure_terms()
    locales = ensure_locales()
    _remove_wagtails_welcome()
    home = ensure_home(locale=locales[settings.LANGUAGE_CODE])
    Site.objects.get_or_create(
        is_default_site=True,
        defaults={"hostname": "localhost", "root_page": home, "site_name": settings.SOCIETY_NAME},
    )
    for code, locale in locales.items():
        if code != settings.LANGUAGE_CODE:
            ensure_home(locale=locale)
    ensure_editors_rights()
    ensure_workflow()
    ensure_review_workflow()
    return home


def _remove_wagtails_welcome() -> None:
    """Wagtail's first migration leaves a welcome page where our home page belongs."""
    if not HomePage.objects.exists():
        Page.objects.filter(depth=2, content_type__model="page").delete()
        Page.fix_tree()
