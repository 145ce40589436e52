"""The bank: items, what they are about, and their frozen versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import TranslatableMixin
from wagtail.search import index

from pages.fields import StreamField
from quizzes.blocks import item_body_blocks


class BloomLevel(models.TextChoices):
    """What an item asks of the learner (Anderson & Krathwohl, 2001)."""

    REMEMBER = "remember", _("Remember")
    UNDERSTAND = "understand", _("Understand")
    APPLY = "apply", _("Apply")
    ANALYSE = "analyse", _("Analyse")
    EVALUATE = "evaluate", _("Evaluate")
    CREATE = "create", _("Create")


class Difficulty(models.IntegerChoices):
    """How hard the author thinks an item is; item analysis tells how hard it proved."""

    EASY = 1, _("Easy")
    MEDIUM = 2, _("Medium")
    HARD = 3, _("Hard")


class Topic(TagBase):
    """What items are about; `radlex_id` says it in RadLex, as "RID39224"."""

    free_tagging = True

    radlex_id = models.CharField(_("RadLex ID"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class TaggedItem(ItemBase):
    """An item's topic."""

    tag = models.ForeignKey(Topic, models.CASCADE, related_name="tagged_items")
    content_object = models.ForeignKey("Item", models.CASCADE, related_name="tagged_items")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tag", "content_object"], name="quizzes_topic_once_per_item"
            )
        ]


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
    is_shared = models.BooleanField(
        _("shared"),
        default=False,
        help_text=_("Other departments may use it in their quizzes, but not change it."),
    )
    body = StreamField(
        item_body_blocks(),
        min_num=1,
        max_num=1,
        verbose_name=_("question"),
        help_text=_("Choose the type of question and fill it in."),
    )
    topics = TaggableManager(
        through=TaggedItem,
        blank=True,
        verbose_name=_("topics"),
        help_text=_("What it is about; quizzes can draw by topic."),
    )
    bloom_level = models.CharField(
        _("level"),
        max_length=12,
        choices=BloomLevel.choices,
        blank=True,
        help_text=_("What it asks of the learner, after Bloom."),
    )
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"),
        choices=Difficulty.choices,
        null=True,
        blank=True,
        help_text=_("How hard you think it is; the item analysis tells how hard it proves."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    panels = [
        FieldPanel("title"),
        FieldPanel("department"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("topics"),
                FieldPanel("bloom_level"),
                FieldPanel("difficulty"),
                FieldPanel("is_shared"),
            ],
            heading=_("In the bank"),
        ),
    ]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.FilterField("locale_id"),
        index.FilterField("department_id"),
        index.FilterField("is_shared"),
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
