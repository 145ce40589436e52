"""The bank in the editing desk: items and quizzes, each department's authors in their own part."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.snippets.views import snippets
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    ChosenView,
    SnippetChooserViewSet,
)

from people.access import require
from people.viewsets import person_chooser

from .domain.deadlines import apply_extra_time
from .forms import BankForm
from .models import ExtraTime, Item, Quiz, Topic
from .queries import in_bank, to_choose


class OwnPart:
    """Opens an object only to who may change it."""

    def get_object(self, *args: Any, **kwargs: Any) -> Item | Quiz:
        found = super().get_object(*args, **kwargs)  # type: ignore[misc]
        require(self.request.user, f"quizzes.change_{found._meta.model_name}", found)  # type: ignore[attr-defined]
        return found


class OwnPartIndexView(snippets.IndexView):
    def get_base_queryset(self) -> QuerySet:
        return in_bank(super().get_base_queryset(), user=self.request.user).select_related(
            "department", "locale"
        )


class OwnPartEditView(OwnPart, snippets.EditView):
    pass


class OwnPartCopyView(OwnPart, snippets.CopyView):
    pass


class OwnPartDeleteView(OwnPart, snippets.DeleteView):
    pass


class OwnPartUsageView(OwnPart, snippets.UsageView):
    pass


class OwnPartHistoryView(OwnPart, snippets.HistoryView):
    pass


class OwnPartToChoose:
    """What the list of a chooser and its search show."""

    def get_object_list(self) -> QuerySet:
        return to_choose(super().get_object_list(), user=self.request.user)  # type: ignore[misc,attr-defined]


class OwnPartChooseView(OwnPartToChoose, ChooseView):
    pass


class OwnPartChooseResultsView(OwnPartToChoose, ChooseResultsView):
    pass


class OwnPartChosenView(ChosenView):
    def get_object(self, pk: Any) -> Item | Quiz:
        found = super().get_object(pk)
        require(self.request.user, f"quizzes.choose_{found._meta.model_name}", found)
        return found


class BankChooserViewSet(SnippetChooserViewSet):
    choose_view_class = OwnPartChooseView
    choose_results_view_class = OwnPartChooseResultsView
    chosen_view_class = OwnPartChosenView


class BankViewSet(snippets.SnippetViewSet):
    """What items and quizzes have in common."""

    index_view_class = OwnPartIndexView
    edit_view_class = OwnPartEditView
    copy_view_class = OwnPartCopyView
    delete_view_class = OwnPartDeleteView
    usage_view_class = OwnPartUsageView
    history_view_class = OwnPartHistoryView
    chooser_viewset_class = BankChooserViewSet
    list_filter = ["department"]
    list_per_page = 30


class ItemViewSet(BankViewSet):
    model = Item
    icon = "help"
    menu_label = _("Questions")
    list_display = ["title", "department", DateColumn("changed_at", label=_("Changed"))]
    edit_handler = ObjectList(Item.panels, base_form_class=BankForm)


class QuizIndexView(OwnPartIndexView):
    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().annotate(size=Count("quiz_items"))


class QuizViewSet(BankViewSet):
    model = Quiz
    icon = "list-ol"
    menu_label = _("Quizzes")
    index_view_class = QuizIndexView
    list_display = [
        "title",
        "department",
        Column("size", label=_("Questions")),
        "pass_mark_percent",
    ]
    edit_handler = ObjectList(Quiz.panels, base_form_class=BankForm)


class TopicViewSet(snippets.SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ["name", "radlex_id"]
    search_fields = ["name", "radlex_id"]
    list_per_page = 50
    panels = [FieldPanel("name"), FieldPanel("radlex_id")]


class GivesExtraTime:
    """Extra time given while the person sits in a quiz counts at once."""

    def save_instance(self) -> ExtraTime:
        grant = super().save_instance()  # type: ignore[misc]  a mixin of Wagtail's views
        prolonged = apply_extra_time(grant=grant)
        for attempt in prolonged:
            messages.info(
                self.request,  # type: ignore[attr-defined]
                _("%(person)s is taking “%(quiz)s” now and has until %(time)s.")
                % {
                    "person": grant.user,
                    "quiz": attempt.quiz,
                    "time": date_format(timezone.localtime(attempt.deadline_at), "TIME_FORMAT"),
                },
            )
        return grant


class ExtraTimeCreateView(GivesExtraTime, snippets.CreateView):
    """Give a person extra time."""


class ExtraTimeEditView(GivesExtraTime, snippets.EditView):
    """Change a person's extra time; what an attempt has got is not taken from it."""


class ExtraTimeViewSet(snippets.SnippetViewSet):
    model = ExtraTime
    icon = "time"
    menu_label = _("Extra time")
    add_view_class = ExtraTimeCreateView
    edit_view_class = ExtraTimeEditView
    list_display = ["user", "quiz", "percent"]
    panels = [
        FieldPanel("user", widget=person_chooser.widget_class),
        FieldPanel("quiz"),
        FieldPanel("percent"),
        FieldPanel("note"),
    ]

    def get_queryset(self, request: Any) -> QuerySet:  # noqa: ARG002  Wagtail's signature
        return ExtraTime.objects.select_related("user", "quiz").order_by("-pk")


class BankViewSetGroup(snippets.SnippetViewSetGroup):
    menu_label = _("Question bank")
    menu_icon = "help"
    menu_order = 220
    items = (ItemViewSet, QuizViewSet, TopicViewSet, ExtraTimeViewSet)
