"""Items and their versions, quizzes made of them, attempts at quizzes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from pages.fields import StreamField

from .blocks import item_body_blocks


class Item(index.Indexed, TranslatableMixin, models.Model):
    """A question in a department's bank. Learners never meet it: they meet its versions."""

    title = models.CharField(
        _("title"), max_length=200, help_text=_("For the bank; learners don't see it.")
    )
    department = models.ForeignKey(
        "people.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("department"),
    )
    body = StreamField(
        item_body_blocks(),
        min_num=1,
        max_num=1,
        verbose_name=_("question"),
        help_text=_("Choose the type of question and fill it in."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    panels = [FieldPanel("title"), FieldPanel("department"), FieldPanel("body")]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("locale_id"),
        index.FilterField("department_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return self.title


class ItemVersion(models.Model):
    """What an item said at one time. Never changed: answers point here."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    item_type = models.CharField(max_length=40)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="quizzes_version_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.number}"


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

    panels = [
        FieldPanel("title"),
        FieldPanel("department"),
        FieldPanel("introduction"),
        FieldPanel("pass_mark_percent"),
        InlinePanel("quiz_items", heading=_("Questions"), label=_("Question"), min_num=1),
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


class Attempt(models.Model):
    """One person's run through a quiz; its items are frozen when it starts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    pass_mark_percent = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    points = models.FloatField(default=0.0)
    possible = models.FloatField(default=0.0)
    passed = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "quiz", "number"], name="quizzes_attempt_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["user", "quiz"],
                condition=models.Q(finished_at=None),
                name="quizzes_one_open_attempt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.quiz} · {self.number}"

    @property
    def percent(self) -> int:
        """Points as a whole percentage, rounded down so that 59.9 never shows as a pass at 60."""
        # Rounded first: 0.1 + 0.2 of 0.3 points are all of them.
        return int(round(100 * self.points / self.possible, 6)) if self.possible else 0


class Answer(models.Model):
    """An item's place in an attempt and, once given, the learner's answer. Given once."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="answers")
    response = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    points = models.FloatField(null=True, blank=True)
    possible = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="quizzes_answer_once_per_place"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, response=None, points=None)
                | models.Q(answered_at__isnull=False, points__isnull=False),
                name="quizzes_answer_whole_or_absent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.position}"
