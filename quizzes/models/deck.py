"""The review deck: what a learner has answered, and when it is due again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .attempts import Confidence
from .bank import Item, ItemVersion


class ReviewCard(models.Model):
    """An item in a learner's deck; state as FSRS-6 keeps it.

    Known by the item's translation key, so that an item answered in two languages is one card.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_cards")
    item = models.ForeignKey(Item, models.CASCADE, related_name="review_cards")
    item_key = models.UUIDField()
    state = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField(null=True)
    stability = models.FloatField(null=True)
    difficulty = models.FloatField(null=True)
    due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField()
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    is_suspended = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("review card")
        verbose_name_plural = _("review cards")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "item_key"], name="quizzes_card_once_per_item")
        ]
        indexes = [models.Index(fields=["user", "due_at"], name="quizzes_cards_by_due")]

    def __str__(self) -> str:
        return f"{self.user} · {self.item}"


class Review(models.Model):
    """One answer that moved a card: in a quiz or in the deck. Never changed."""

    card = models.ForeignKey(ReviewCard, models.CASCADE, related_name="log")
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="+")
    response = models.JSONField()
    share = models.FloatField(help_text=_("Points given of those possible, 0 to 1."))
    confidence = models.PositiveSmallIntegerField(choices=Confidence.choices, null=True, blank=True)
    rating = models.PositiveSmallIntegerField()
    reviewed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["card", "reviewed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["card", "reviewed_at"], name="quizzes_review_once_per_moment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.card} · {self.rating}"
