"""The review deck: what a learner has answered, and when it is due again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models import LeasedWork

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


class DeckFit(LeasedWork):
    """FSRS-6 fitted to one learner's memory, by a worker: the work and, when done, what it gave.

    `parameters` are in use (None: the defaults are). `reviews` is how many there were when the
    fit was asked for; the losses are the mean log loss on reviews the fit had not seen.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="deck_fit", verbose_name=_("person")
    )
    parameters = models.JSONField(null=True, blank=True)
    reviews = models.PositiveIntegerField(default=0)
    loss_before = models.FloatField(null=True)
    loss_after = models.FloatField(null=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("fit of a review deck")
        verbose_name_plural = _("fits of review decks")

    def __str__(self) -> str:
        return f"{self.user} · {self.reviews}"


class ReviewReminder(models.Model):
    """Somebody's wish to be reminded of due reviews by e-mail, once a day at an hour of theirs.

    `hour` is in the person's time zone; `next_at` is when to look next whether anything is due.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="review_reminder"
    )
    hour = models.PositiveSmallIntegerField(_("hour"))
    next_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reminder of reviews")
        verbose_name_plural = _("reminders of reviews")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hour__lte=23), name="quizzes_reminder_at_an_hour_of_the_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.hour}:00"
