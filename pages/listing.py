"""Lists with facets: filter by terms, count what each further choice would leave, page through.

Counts follow the usual rule of faceted search: within a facet choices are joined by OR,
between facets by AND, and a facet's own choices do not narrow its own counts. The number of
queries depends on the number of facets, never on the number of results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

PER_PAGE = 12


@dataclass(frozen=True)
class FacetSpec:
    """A facet: its query parameter, label, ORM lookup and the choices in order.

    The lookup may name an annotation of the listed queryset.
    """

    name: str
    label: str | Promise
    lookup: str
    choices: Sequence[tuple[str, str | Promise]]


@dataclass(frozen=True)
class Option:
    """One choice of a facet with the number of results it would give."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class ActiveFilter:
    """A choice in force, and the query string that takes it back."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class Listing:
    """A page of results with everything needed to narrow and to leaf through it."""

    results: PaginatorPage
    total: int
    facets: list[Facet]
    active: list[ActiveFilter]


def chosen_values(data: QueryDict, spec: FacetSpec) -> list[str]:
    """The facet's valid values in the query; unknown ones are ignored, not refused."""
    known = {value for value, _label in spec.choices}
    return [value for value in dict.fromkeys(data.getlist(spec.name)) if value in known]


def _narrow(queryset: QuerySet, specs: Iterable[FacetSpec], chosen: dict[str, list[str]]):
    whole = queryset.order_by()
    for spec in specs:
        if chosen[spec.name]:
            queryset = queryset.filter(
                pk__in=whole.filter(**{f"{spec.lookup}__in": chosen[spec.name]}).values("pk")
            )
    return queryset


def _facet(queryset: QuerySet, spec: FacetSpec, chosen: dict[str, list[str]]) -> Facet:
    counts = dict(
        queryset.order_by()
        .values_list(spec.lookup)
        .annotate(number=Count("pk", distinct=True))
        .values_list(spec.lookup, "number")
    )
    options = [
        Option(
            value=value,
            label=str(label),
            count=counts.get(value, 0),
            selected=value in chosen[spec.name],
        )
        for value, label in spec.choices
    ]
    return Facet(
        name=spec.name,
        label=str(spec.label),
        options=[option for option in options if option.count or option.selected],
    )


def _active_filters(
    data: QueryDict, specs: Sequence[FacetSpec], chosen: dict[str, list[str]]
) -> list[ActiveFilter]:
    filters = []
    for spec in specs:
        labels = dict(spec.choices)
        for value in chosen[spec.name]:
            rest = data.copy()
            rest.pop("page", None)
            rest.setlist(spec.name, [other for other in chosen[spec.name] if other != value])
            filters.append(
                ActiveFilter(label=str(labels[value]), remove_url=f"?{rest.urlencode()}")
            )
    return filters


def build_listing(
    queryset: QuerySet, *, data: QueryDict, specs: Sequence[FacetSpec], per_page: int = PER_PAGE
) -> Listing:
    """Narrow `queryset` by the choices in `data`, count the facets, and take one page of it."""
    chosen = {spec.name: chosen_values(data, spec) for spec in specs}
    narrowed = _narrow(queryset, specs, chosen)
    results = Paginator(narrowed, per_page).get_page(data.get("page"))
    facets = []
    for spec in specs:
        others = [other for other in specs if other is not spec]
        facets.append(_facet(_narrow(queryset, others, chosen), spec, chosen))
    return Listing(
        results=results,
        total=results.paginator.count,
        facets=[facet for facet in facets if facet.options],
        active=_active_filters(data, specs, chosen),
    )
