"""What happens in quizzes that other rooms may want to know (`people.facts`)."""

from dataclasses import dataclass

from .models import Attempt


@dataclass(frozen=True)
class AttemptStarted:
    """Somebody has begun an attempt; going on with an open one is no new start."""

    attempt: Attempt


@dataclass(frozen=True)
class AttemptSettled:
    """A finished attempt has a result, or another one: handed in, marked or re-scored."""

    attempt: Attempt
