"""Navigation: the sections of the site, the footer, and the same page in other languages."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation
from wagtail.models import Page

from cases.models import CaseIndexPage, CasePage
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from hub.models import HomePage, PlainPage

# Which section's list shows a page of that type.
LISTED_BY: dict[type, type[Page]] = {
    CoursePage: CourseIndexPage,
    LessonPage: CourseIndexPage,
    ModulePage: CourseIndexPage,
    CasePage: CaseIndexPage,
}
# Parts of an address that belong to one visit or one language.
NOT_CARRIED_OVER = ("page", "next")


@dataclass(frozen=True)
class Link:
    """A link in navigation; `active` when it leads to where the reader is."""

    title: str
    url: str
    active: bool = False
    code: str = ""

    @property
    def name(self) -> str:
        return self.title


def home_page(request: HttpRequest) -> HomePage | None:
    """The home page in the active language; remembered on the request."""
    if not hasattr(request, "_home_page"):
        request._home_page = (  # type: ignore[attr-defined]
            HomePage.objects.live()
            .filter(locale__language_code=translation.get_language())
            .defer("body")
            .order_by("depth", "path")
            .first()
        )
    return request._home_page  # type: ignore[attr-defined]


def primary_navigation(request: HttpRequest) -> list[Link]:
    """The sections below the home page that are shown in menus."""
    home = home_page(request)
    if home is None:
        return []
    sections = list(
        home.get_children()
        .live()
        .in_menu()
        .only("title", "url_path", "path", "depth", "content_type_id")
    )
    own = _own_section(request, sections)
    links = []
    for page in sections:
        url = page.get_url(request)
        active = page == own if own else _is_below(request, url)
        links.append(Link(title=page.title, url=url, active=active))
    return links


def _own_section(request: HttpRequest, sections: list[Page]) -> Page | None:
    """The section that lists the shown page, wherever in the tree that page stands.

    A department's courses and cases are below the department's section, but readers know them
    from the list of courses or cases.
    """
    shown = getattr(request, "viewbox_page", None)
    index = LISTED_BY.get(type(shown))
    if index is None:
        return None
    wanted = ContentType.objects.get_for_model(index).pk
    return next((page for page in sections if page.content_type_id == wanted), None)


@dataclass(frozen=True)
class SectionNavigation:
    """The neighbourhood of a page of text: the page it belongs to, and that page's own pages."""

    top: Link
    pages: list[Link]


def section_navigation(request: HttpRequest, *, page: PlainPage) -> SectionNavigation | None:
    """The pages around `page`: those below it, or where there are none, those beside it.

    None for a page that stands alone.
    """
    if page.depth is None or not page.path:
        return None
    below = PlainPage.objects.live().child_of(page).defer("body")
    top = page
    if not below and (parent := page.get_parent()) and parent.specific_class is PlainPage:
        top = parent
        below = PlainPage.objects.live().child_of(parent).defer("body")
    links = [_section_link(request, each, page) for each in below]
    return SectionNavigation(top=_section_link(request, top, page), pages=links) if links else None


def _section_link(request: HttpRequest, page: Page, current: Page) -> Link:
    return Link(title=page.title, url=page.get_url(request) or "", active=page.pk == current.pk)


def footer_links(request: HttpRequest) -> list[Link]:
    """Plain pages that the editor put into the footer."""
    home = home_page(request)
    if home is None:
        return []
    pages = PlainPage.objects.live().descendant_of(home).filter(in_footer=True).defer("body")
    return [Link(title=page.title, url=page.get_url(request)) for page in pages]


def _is_below(request: HttpRequest, url: str | None) -> bool:
    return bool(url and request.path.startswith(url))


def language_links(request: HttpRequest) -> list[Link]:
    """This very page in every language; where it isn't translated, that language's home."""
    active = translation.get_language()
    page = getattr(request, "viewbox_page", None)
    urls = _translations(request, page) if page else {}
    filters = _filters(request)
    links = []
    for code, _name in settings.LANGUAGES:
        if page is None:
            url = translate_url(request.get_full_path(), code)
        else:
            url = urls[code] + filters if code in urls else None
        links.append(
            Link(
                title=translation.get_language_info(code)["name_local"],
                url=url or f"/{code}/",
                active=code == active,
                code=code,
            )
        )
    return links


def _filters(request: HttpRequest) -> str:
    """The filters of a list, which are codes and mean the same in every language."""
    query = request.GET.copy()
    for name in NOT_CARRIED_OVER:
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


def here_url(request: HttpRequest) -> str:
    """Where a form on this page may send the reader back to: an address that can be got."""
    page = getattr(request, "viewbox_page", None)
    if request.method not in ("GET", "HEAD") and page is not None:
        return page.get_url(request) or "/"
    return request.get_full_path()


def alternate_links(request: HttpRequest) -> list[Link]:
    """hreflang links: absolute addresses of this page's translations, x-default being English.

    An alias, which shows the original's words at another language's address, is no translation.
    """
    page = getattr(request, "viewbox_page", None)
    urls = _translations(request, page, with_aliases=False) if page else {}
    if len(urls) < 2:
        return []
    links = [
        Link(title="", url=request.build_absolute_uri(url), code=code) for code, url in urls.items()
    ]
    default = urls.get(settings.LANGUAGE_CODE)
    if default:
        links.append(Link(title="", url=request.build_absolute_uri(default), code="x-default"))
    return links


def _translations(request: HttpRequest, page: Page, *, with_aliases: bool = True) -> dict[str, str]:
    """language → URL of the live translations of `page`, itself included; asked once a request."""
    if not hasattr(request, "_page_translations"):
        translations = page.get_translations(inclusive=True).live().select_related("locale")
        request._page_translations = list(translations)  # type: ignore[attr-defined]
    return {
        translated.locale.language_code: url
        for translated in request._page_translations  # type: ignore[attr-defined]
        if (with_aliases or not translated.alias_of_id) and (url := translated.get_url(request))
    }
