"""The page all others derive from: summary, picture for sharing, listing and navigation."""

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page


class BasePage(Page):
    """Abstract: a page with a summary, a picture and an owning department.

    `summary` is what lists, search engines and shared links show. `department` is filled from
    the section a page is made in, so that lists need not climb the tree.
    """

    summary = models.CharField(
        _("summary"),
        max_length=220,
        blank=True,
        help_text=_("One sentence for lists and shared links. For a case: no diagnosis here."),
    )
    picture = models.ForeignKey(
        "pages.SiteImage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("Shown in lists and when the page is shared."),
    )
    department = models.ForeignKey(
        "people.Department",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("department"),
    )

    # schema.org type of the page; a page type that has a better one says so.
    schema_type = "WebPage"
    # Open Graph type.
    share_type = "website"

    introduction_panels = [
        MultiFieldPanel([FieldPanel("summary"), FieldPanel("picture")], heading=_("In lists")),
    ]
    content_panels = [*Page.content_panels, *introduction_panels]

    class Meta:
        abstract = True

    @classmethod
    def those_listed(cls, pages: list["BasePage"]) -> list["BasePage"]:
        """Of live `pages` of this type, those that lists of a section show; all, as a rule."""
        return pages

    def save(self, *args, **kwargs) -> None:
        if self._state.adding and self.department_id is None:
            self.department_id = self._department_of_section()
        super().save(*args, **kwargs)

    def with_content_json(self, content: dict) -> "BasePage":
        """Restore a revision, all but the department: that is the place's, not the draft's."""
        page = super().with_content_json(content)
        page.department_id = self.department_id
        return page

    def _department_of_section(self) -> int | None:
        """The department whose section this page is being made in, if any."""
        from .departments import DepartmentPage  # noqa: PLC0415  it derives from this class

        if not self.path:
            return None
        steplen = self.steplen
        paths = [self.path[:end] for end in range(steplen, len(self.path), steplen)]
        section = DepartmentPage.objects.filter(path__in=paths).only("of_department_id").first()
        return section.of_department_id if section else None

    @cached_property
    def department_title(self) -> str:
        """What the owning department is called in this page's language.

        Lists set it for all their pages at once (`pages.queries.name_departments`).
        """
        from pages.queries import section_titles  # noqa: PLC0415

        if self.department_id is None:
            return ""
        return section_titles(locale_id=self.locale_id).get(self.department_id, "")

    def get_context(self, request: HttpRequest, *args, **kwargs) -> dict:
        # The language switcher and the navigation ask the request where the reader is.
        request.viewbox_page = self  # type: ignore[attr-defined]
        return super().get_context(request, *args, **kwargs) | {
            "structured_data": {"@context": "https://schema.org"} | self.structured_data(request),
            "breadcrumbs": self.breadcrumbs(request),
        }

    def breadcrumbs(self, request: HttpRequest) -> list[dict]:
        """From the home page down to this one: title and URL; empty on the home page itself."""
        above = self.get_ancestors().filter(depth__gt=1).live().only("title", "url_path", "depth")
        crumbs = [{"title": page.title, "url": page.get_url(request)} for page in above]
        return [*crumbs, {"title": self.title, "url": ""}] if crumbs else []

    def meta_description(self) -> str:
        """What search engines and shared links say of this page."""
        return self.search_description or self.summary

    @property
    def canonical_url(self) -> str:
        """Absolute address of the page; of its original, where it is an untranslated alias."""
        return (self.alias_of or self).full_url or ""

    @property
    def share_picture_alt(self) -> str:
        """What the picture of a shared link shows."""
        return self.picture.default_alt_text if self.picture else ""

    def structured_data(self, request: HttpRequest) -> dict:
        """schema.org description of the page (JSON-LD), without the "@context" key."""
        data: dict = {
            "@type": self.schema_type,
            "name": self.title,
            "description": self.meta_description(),
            "url": self.get_full_url(request),
            "inLanguage": self.locale.language_code,
        }
        if self.first_published_at:
            data["datePublished"] = self.first_published_at.isoformat()
        if self.last_published_at:
            data["dateModified"] = self.last_published_at.isoformat()
        return data
