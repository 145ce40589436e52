"""Prerequisites that lead back to themselves: nobody could ever begin. Refused when saved.

Pages are compared by translation key, because that is how learners' progress is kept: a course
required in another language is the same course. Drafts count as well as what is published, so that
two of them cannot close a circle when both are published later.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from django.core.exceptions import ValidationError
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page, Revision

Key = uuid.UUID


def path_to(
    goal: Key, *, begin: Collection[Key], edges: Mapping[Key, Collection[Key]]
) -> list[Key]:
    """The shortest way from one of `begin` to `goal` along `edges`; empty where there is none."""
    ways = [[key] for key in begin]
    seen = set(begin)
    for way in ways:  # grows while it is walked: breadth first
        if way[-1] == goal:
            return way
        for following in edges.get(way[-1], ()):
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def refuse_circle(*, page: Page, required: Collection[Page]) -> None:
    """Raise a `ValidationError` naming the circle if `page` requires itself through others."""
    if not required:
        return
    begin = [one.translation_key for one in required]
    way = path_to(page.translation_key, begin=begin, edges=_edges_beside(page))
    if way:
        titles = _titles(page, way)
        circle = " → ".join(f"“{titles[key]}”" for key in (page.translation_key, *way))
        raise ValidationError(
            _("These wait for each other, so that nobody could ever begin: %(circle)s.")
            % {"circle": circle}
        )


def _edges_beside(page: Page) -> dict[Key, set[Key]]:
    """Who requires whom among all other pages of the kind, published or drafted."""
    kind = type(page)
    place = kind._meta.get_field("prerequisites")
    owner = place.field.name
    edges: dict[Key, set[Key]] = defaultdict(set)
    published = place.related_model.objects.exclude(**{owner: page.pk})
    for key, needed in published.values_list(
        f"{owner}__translation_key", "required__translation_key"
    ):
        edges[key].add(needed)
    drafted = list(_drafted(kind, page))
    wanted = {pk for _key, required in drafted for pk in required}
    keys = dict(kind.objects.filter(pk__in=wanted).values_list("pk", "translation_key"))
    for key, required in drafted:
        edges[key] |= {keys[pk] for pk in required if pk in keys}
    return edges


def _drafted(kind: type[Page], page: Page) -> Iterator[tuple[Key, list[int]]]:
    """Of each other page with unpublished changes, what its draft requires."""
    drafts = dict(
        kind.objects.filter(has_unpublished_changes=True)
        .exclude(pk=page.pk)
        .values_list("latest_revision_id", "translation_key")
    )
    # Only that part of the draft: texts may be long.
    contents = Revision.objects.filter(pk__in=drafts).values_list(
        "pk", KT("content__prerequisites")
    )
    for pk, written in contents:
        places = json.loads(written or "[]")
        yield drafts[pk], [place["required"] for place in places if place.get("required")]


def _titles(page: Page, keys: Collection[Key]) -> dict[Key, str]:
    """Titles by key, in the page's language where there is one."""
    found = type(page).objects.filter(translation_key__in=keys).order_by("locale_id")
    titles: dict[Key, str] = {}
    for one in found.only("translation_key", "title", "locale_id"):
        if one.translation_key not in titles or one.locale_id == page.locale_id:
            titles[one.translation_key] = one.title
    return titles | {page.translation_key: page.title}


class PrerequisitesForm(WagtailAdminPageForm):
    """The editor's form of a page with prerequisites: says beside them what leads in a circle.

    The page's own `clean` comes too early for it: inline rows are put on the page after that.
    """

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        rows = self.formsets["prerequisites"].cleaned_data
        required = [row["required"] for row in rows if row and not row.get("DELETE")]
        try:
            refuse_circle(page=self.instance, required=required)
        except ValidationError as problem:
            self.add_error(None, problem)
            return False
        return True
