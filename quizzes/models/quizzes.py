"""Quizzes: which items, drawn how, under which conditions."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from .bank import Item, Topic

GRACE_S = 30


class Mode(models.TextChoices):
    PRACTICE = "practice", _("Practice: the key and reasons come after each answer")
    EXAM = "exam", _("Exam: answers can be changed until the end, and are explained after it")


class ReviewPolicy(models.TextChoices):
    """When the answers of an exam are explained."""

    NOW = "now", _("As soon as it is handed in")
    AFTER_CLOSE = "after_close", _("When the quiz has closed")
    NEVER = "never", _("Never: only the result is shown")


class Quiz(index.Indexed, TranslatableMixin, ClusterableModel):
    """An ordered set of items with a pass mark."""

    title = models.CharField(_("title"), max_length=200)
    introduction = RichTextField(_("introduction"), blank=True)
    department = models.ForeignKey(
        "people.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quizzes",
        verbose_name=_("department"),
    )
    pass_mark_percent = models.PositiveSmallIntegerField(
        _("pass mark, %"), default=60, help_text=_("Share of points needed to pass.")
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.PRACTICE)
    review_policy = models.CharField(
        _("explanations after an exam"),
        max_length=12,
        choices=ReviewPolicy.choices,
        default=ReviewPolicy.NOW,
    )
    attempts_limit = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How often one person may take it; 0: any number.")
    )
    time_limit_min = models.PositiveSmallIntegerField(
        _("time limit, minutes"), default=0, help_text=_("0: none.")
    )
    grace_s = models.PositiveSmallIntegerField(
        _("grace, seconds"),
        default=GRACE_S,
        help_text=_("Answers on their way when time is up still count for so long."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(
        _("closes"), null=True, blank=True, help_text=_("No attempt runs longer than this.")
    )
    # Attempts that the hub itself interrupted may run longer than the quiz is open.
    prolonged_until = models.DateTimeField(null=True, blank=True, editable=False)
    shuffle_items = models.BooleanField(
        _("mix questions"), default=False, help_text=_("Another order in every attempt.")
    )
    shuffle_options = models.BooleanField(
        _("mix options"), default=False, help_text=_("Another order in every attempt.")
    )
    ask_confidence = models.BooleanField(
        _("ask how sure learners are"),
        default=False,
        help_text=_("For the item analysis and to space their reviews."),
    )

    panels = [
        FieldPanel("title"),
        FieldPanel("department"),
        FieldPanel("introduction"),
        InlinePanel("quiz_items", heading=_("Questions"), label=_("Question")),
        InlinePanel(
            "draws",
            heading=_("Questions drawn by topic"),
            label=_("Draw"),
            help_text=_("Each attempt gets other questions of the topic from the bank."),
        ),
        MultiFieldPanel(
            [
                FieldPanel("mode"),
                FieldPanel("review_policy"),
                FieldPanel("pass_mark_percent"),
                FieldPanel("attempts_limit"),
                FieldPanel("shuffle_items"),
                FieldPanel("shuffle_options"),
                FieldPanel("ask_confidence"),
            ],
            heading=_("Conditions"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("time_limit_min"),
                FieldPanel("grace_s"),
                FieldPanel("opens_at"),
                FieldPanel("closes_at"),
            ],
            heading=_("Time"),
        ),
    ]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("locale_id"),
        index.FilterField("department_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pass_mark_percent__lte=100),
                name="quizzes_pass_mark_is_a_percentage",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def answers_known_from(self) -> dt.datetime | None:
        """When nobody answers it any more, so that its answers may be known; None: never."""
        if self.closes_at is None or self.prolonged_until is None:
            return self.closes_at
        return max(self.closes_at, self.prolonged_until)

    def clean(self) -> None:
        super().clean()
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": _("A quiz closes after it opens.")})
        if self.review_policy == ReviewPolicy.AFTER_CLOSE and not self.closes_at:
            raise ValidationError({"closes_at": _("Say when it closes: explanations wait for it.")})


class QuizItem(Orderable):
    """An item's place in a quiz."""

    quiz = ParentalKey(Quiz, related_name="quiz_items")
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="quiz_places", verbose_name=_("question")
    )

    panels = [FieldPanel("item")]

    class Meta(Orderable.Meta):
        verbose_name = _("question of a quiz")
        verbose_name_plural = _("questions of a quiz")


class QuizDraw(Orderable):
    """So many items of a topic, other ones in every attempt."""

    quiz = ParentalKey(Quiz, related_name="draws")
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("topic"))
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    panels = [FieldPanel("topic"), FieldPanel("count")]

    class Meta(Orderable.Meta):
        verbose_name = _("draw by topic")
        verbose_name_plural = _("draws by topic")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(count__gte=1), name="quizzes_draw_of_one_or_more"
            )
        ]


class ExtraTime(models.Model):
    """More time for a person who needs it, in one quiz or in all."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="extra_times",
        verbose_name=_("person"),
    )
    quiz = models.ForeignKey(
        Quiz,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="extra_times",
        verbose_name=_("quiz"),
        help_text=_("Leave empty for all quizzes."),
    )
    percent = models.PositiveSmallIntegerField(
        _("extra time, %"), help_text=_("25 makes 75 minutes of an hour.")
    )
    note = models.CharField(
        _("note"), max_length=200, blank=True, help_text=_("Never about the person's health.")
    )

    class Meta:
        verbose_name = _("extra time")
        verbose_name_plural = _("extra time")
        constraints = [
            models.UniqueConstraint(fields=["user", "quiz"], name="quizzes_extra_time_once"),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(quiz=None),
                name="quizzes_extra_time_in_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · +{self.percent} %"
