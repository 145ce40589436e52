"""The outbox in the editing desk: what was written, what waits, what failed and why."""

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies.base import BasePermissionPolicy

from jobs.models import WorkState
from people.access import may, require
from people.models import User
from people.queries import named_like

from .domain.letters import cancel_letters, retry_letters
from .explanations import explanation
from .models import Letter, Outcome
from .queries import kinds_seen_by, letters_seen_by
from .registry import kind_of

NAMESPACE = "outbox_admin"


class OutboxPolicy(BasePermissionPolicy):
    """Letters are looked at; they come and go by themselves."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return action == "view" and may(user, "outbox.see_letters")

    def user_has_any_permission(self, user: User, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Any) -> Any:
        raise NotImplementedError


def standings() -> list[tuple[str, Any]]:
    """What the list can be narrowed to: outcomes and, before there is one, states."""
    states = (WorkState.WAITING, WorkState.RUNNING, WorkState.FAILED)
    return [*((state.value, state.label) for state in states), *Outcome.choices]


def label_of(letter: Letter) -> str:
    """What kind of letter it is, in words."""
    return str(kind_of(letter.kind).label)


class LetterFilterSet(WagtailFilterSet):
    standing = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=standings,
        method="of_standing",
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=[], empty_label=gettext_lazy("All")
    )

    class Meta:
        model = Letter
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = kinds_seen_by(self.request.user)
        self.filters["kind"].extra["choices"] = [(kind.name, kind.label) for kind in seen]

    def of_standing(self, letters: QuerySet[Letter], _name: str, value: str) -> QuerySet[Letter]:
        field = "outcome" if value in Outcome.values else "state"
        return letters.filter(**{field: value})


class KindColumn(TitleColumn):
    def get_value(self, instance: Letter) -> str:
        return label_of(instance)


class TroubleColumn(Column):
    """Why it failed, or why it waits for another attempt."""

    def get_value(self, instance: Letter) -> str:
        return explanation(instance.failure_code)


class LetterIndexView(generic.IndexView):
    """All letters that one may see, latest first."""

    page_title = gettext_lazy("Outbox")
    template_name = "outbox/admin/index.html"
    default_ordering = "-created_at"
    filterset_class = LetterFilterSet
    is_searchable = True

    def get_base_queryset(self) -> QuerySet[Letter]:
        return letters_seen_by(self.request.user).defer("sealed", "body")

    def search_queryset(self, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        """By the reader's name or address, or the address it went to."""
        words = (self.search_query or "").split()
        if not words:
            return queryset
        people = named_like(User.objects.all(), words=words)
        known = queryset.filter(recipient__in=people.values("pk"))
        return known | queryset.filter(address__icontains=" ".join(words))

    @cached_property
    def columns(self) -> list[Column]:
        return [
            KindColumn(
                "kind",
                label=_("Kind"),
                get_url=self.get_inspect_url,
                sort_key="kind",
                classname="desk-kind",
            ),
            Column("to", label=_("Reader")),
            Column("standing", label=_("State"), sort_key="state"),
            TroubleColumn("failure_code", label=_("Last trouble")),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
            DateColumn("sent_at", label=_("Sent"), sort_key="sent_at"),
        ]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return []

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = letters_seen_by(self.request.user).order_by()
        counts = dict(found.values_list("state").annotate(number=Count("pk")))
        return super().get_context_data(*args, **kwargs) | {
            "waiting": counts.get(WorkState.WAITING, 0) + counts.get(WorkState.RUNNING, 0),
            "failed": counts.get(WorkState.FAILED, 0),
        }


class LetterInspectView(generic.InspectView):
    """One letter: its way, its text as sent, buttons to try again or to cancel."""

    template_name = "outbox/admin/letter.html"
    page_title = gettext_lazy("Letter")

    def get_object(self, queryset: Any = None) -> Letter:  # noqa: ARG002  Wagtail's
        return get_object_or_404(letters_seen_by(self.request.user), pk=self.pk)

    def get_page_subtitle(self) -> str:
        return label_of(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        letter = self.object
        kind = kind_of(letter.kind)
        is_waiting = letter.state == WorkState.WAITING
        stands = letter.state == WorkState.FAILED or letter.outcome == Outcome.CANCELLED
        is_retried = stands and (kind.keeps_text or letter.state == WorkState.FAILED)
        return super().get_context_data(**kwargs) | {
            "letter": letter,
            "kind": kind,
            "trouble": explanation(letter.failure_code),
            "is_waiting": is_waiting,
            "can_cancel": is_waiting and may(self.request.user, "outbox.cancel_letters"),
            "can_retry": is_retried and may(self.request.user, "outbox.retry_letters"),
        }


@require_POST
def retry(request: HttpRequest, letter_id: int | None = None) -> HttpResponse:
    """Have one letter sent after all, or all that failed."""
    require(request.user, "outbox.retry_letters")
    letters = letters_seen_by(request.user).filter(state=WorkState.FAILED)
    if letter_id is not None:
        letters = letters_seen_by(request.user).filter(pk=letter_id)
    number = retry_letters(letters=letters)
    messages.success(
        request,
        ngettext(
            "%(number)d letter is sent again as soon as a worker is free.",
            "%(number)d letters are sent again as soon as a worker is free.",
            number,
        )
        % {"number": number},
    )
    return _back(letter_id)


@require_POST
def cancel(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Keep a letter that waits from being sent."""
    require(request.user, "outbox.cancel_letters")
    if cancel_letters(letters=letters_seen_by(request.user).filter(pk=letter_id)):
        messages.success(request, _("The letter is cancelled."))
    else:
        messages.error(request, _("It is too late: the letter has left, or is leaving."))
    return _back(letter_id)


def _back(letter_id: int | None) -> HttpResponse:
    if letter_id is None:
        return redirect(f"{NAMESPACE}:index")
    return redirect(reverse(f"{NAMESPACE}:inspect", args=[letter_id]))


class OutboxViewSet(ModelViewSet):
    """Letters to look at: no adding, no changing."""

    model = Letter
    name = NAMESPACE
    url_prefix = "outbox"
    icon = "mail"
    menu_label = gettext_lazy("Outbox")
    menu_order = 380
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = ["kind"]
    add_to_reference_index = False
    list_per_page = 50
    form_fields = ["state"]
    index_view_class = LetterIndexView
    inspect_view_class = LetterInspectView
    index_template_name = "outbox/admin/index.html"
    inspect_template_name = "outbox/admin/letter.html"

    @property
    def permission_policy(self) -> OutboxPolicy:
        return OutboxPolicy(self.model)

    def get_urlpatterns(self) -> list:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("letter/<int:pk>/", self.inspect_view, name="inspect"),
            path("retry/", retry, name="retry_failed"),
            path("letter/<int:letter_id>/retry/", retry, name="retry"),
            path("letter/<int:letter_id>/cancel/", cancel, name="cancel"),
        ]
