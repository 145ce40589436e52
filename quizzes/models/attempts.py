"""Attempts at quizzes, the answers given in them, and what re-scoring changed."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .bank import ItemVersion
from .quizzes import Mode, Quiz, ReviewPolicy


class Confidence(models.IntegerChoices):
    """How sure a learner is, as the probability, in per cent, that the answer is right."""

    GUESS = 25, _("Guessing")
    UNSURE = 50, _("Unsure")
    LIKELY = 75, _("Fairly sure")
    CERTAIN = 95, _("Certain")


class Attempt(models.Model):
    """One person's run through a quiz; items and conditions are frozen when it starts.

    `seed` gives its order (0: as written). `deadline_at` is when time is up, for this person.
    `passed` is None while it runs and while answers wait to be marked by a person.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    pass_mark_percent = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.PRACTICE)
    review_policy = models.CharField(
        max_length=12, choices=ReviewPolicy.choices, default=ReviewPolicy.NOW
    )
    seed = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(_("started"))
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    grace_s = models.PositiveSmallIntegerField(default=0)
    limit_min = models.PositiveSmallIntegerField(
        default=0, help_text=_("The time limit it began with, in minutes; 0: none.")
    )
    extra_percent = models.PositiveSmallIntegerField(
        default=0, help_text=_("The person's extra time in it, in per cent of the limit.")
    )
    paused_s = models.PositiveIntegerField(
        default=0, help_text=_("Time given back because the hub was away, in seconds.")
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    points = models.FloatField(default=0.0)
    possible = models.FloatField(default=0.0)
    passed = models.BooleanField(null=True)
    in_deck = models.BooleanField(
        default=False, help_text=_("Its answers have entered the learner's review deck.")
    )

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
        indexes = [
            models.Index(
                fields=["deadline_at"],
                condition=models.Q(finished_at=None),
                name="quizzes_open_by_deadline",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.quiz} · {self.number}"

    @property
    def percent(self) -> int:
        """Points as a whole percentage, rounded down so that 59.9 never shows as a pass at 60."""
        # Rounded first: 0.1 + 0.2 of 0.3 points are all of them.
        return int(round(100 * self.points / self.possible, 6)) if self.possible else 0

    @property
    def is_exam(self) -> bool:
        return self.mode == Mode.EXAM

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether not even an answer that was on its way counts any more."""
        grace = dt.timedelta(seconds=self.grace_s)
        return self.deadline_at is not None and now > self.deadline_at + grace

    def seconds_left(self, now: dt.datetime) -> int | None:
        """Whole seconds until time is up, never below 0; None without a limit."""
        if self.deadline_at is None:
            return None
        return max(0, int((self.deadline_at - now).total_seconds()))

    @property
    def extra_s(self) -> int:
        """Seconds that extra time adds to its limit, as far as the quiz's close leaves them."""
        if self.deadline_at is None or not self.limit_min:
            return 0
        plain = self.started_at + dt.timedelta(minutes=self.limit_min, seconds=self.paused_s)
        return max(0, round((self.deadline_at - plain).total_seconds()))

    def may_review(self, now: dt.datetime) -> bool:
        """Whether answers given in it are explained to the learner."""
        if not self.is_exam:
            return True
        if self.finished_at is None or self.review_policy == ReviewPolicy.NEVER:
            return False
        known_from = self.quiz.answers_known_from
        return self.review_policy == ReviewPolicy.NOW or (
            known_from is not None and now >= known_from
        )


class Answer(models.Model):
    """An item's place in an attempt and, once given, the learner's answer.

    `sequence` is the client's count of its savings: an older one never replaces a newer one.
    `draft` is an answer not complete yet. `scored_by` is the version whose corrected key gave
    the points, where that is not the one answered. `marks` are what a person gave.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="answers")
    response = models.JSONField(null=True, blank=True)
    draft = models.JSONField(null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    confidence = models.PositiveSmallIntegerField(choices=Confidence.choices, null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    points = models.FloatField(null=True, blank=True)
    possible = models.FloatField(null=True, blank=True)
    scored_by = models.ForeignKey(
        ItemVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    needs_marking = models.BooleanField(default=False)
    marks = models.JSONField(null=True, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    marked_at = models.DateTimeField(null=True, blank=True)

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
        indexes = [
            models.Index(
                fields=["answered_at"],
                condition=models.Q(needs_marking=True),
                name="quizzes_answers_to_mark",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.position}"

    @property
    def marked_response(self) -> dict | None:
        """The response as its type scores it, with what a person gave for it."""
        if self.response is None or self.marks is None:
            return self.response
        return self.response | {"marks": self.marks}


class Rescoring(models.Model):
    """One act of scoring given answers anew by a corrected key."""

    version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="rescorings", verbose_name=_("corrected version")
    )
    reason = models.TextField(_("reason"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("re-scoring")
        verbose_name_plural = _("re-scorings")
        ordering = ["-done_at"]

    def __str__(self) -> str:
        return f"{self.version} · {self.done_at:%Y-%m-%d}"


class RescoredAnswer(models.Model):
    """What a re-scoring changed in an answer: both results are kept."""

    rescoring = models.ForeignKey(Rescoring, models.CASCADE, related_name="answers")
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="rescorings")
    points_before = models.FloatField()
    points_after = models.FloatField()
    percent_before = models.PositiveSmallIntegerField()
    percent_after = models.PositiveSmallIntegerField()
    passed_before = models.BooleanField(null=True)
    passed_after = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("re-scored answer")
        verbose_name_plural = _("re-scored answers")
        ordering = ["rescoring", "answer"]
        constraints = [
            models.UniqueConstraint(
                fields=["rescoring", "answer"], name="quizzes_answer_once_per_rescoring"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer}: {self.points_before} → {self.points_after}"
