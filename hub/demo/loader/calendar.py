"""When the demo's pages were published, and when its events take place."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from . import content

PUBLISHED_AT = time(8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Calendar:
    """Dates of the demo as seen from `today`.

    Dates stand as written; on a machine whose clock is behind the latest of them, all move back
    by the same number of weeks, so that nothing has been published in the future.
    """

    today: date
    opening: date
    back: timedelta

    def published_at(self, written: date | None = None) -> datetime:
        """The moment of publication for a written date; without one, the day the hub opened."""
        return datetime.combine((written or self.opening) - self.back, PUBLISHED_AT)

    def starts_at(self, *, in_days: int, hour_utc: int) -> datetime:
        """The start of an event so many days from today (negative: past)."""
        day = self.today + timedelta(days=in_days)
        return datetime.combine(day, time(hour_utc, tzinfo=UTC))


def calendar_of(*, today: date) -> Calendar:
    """The calendar as seen from `today`."""
    cases = [
        date.fromisoformat(content.facts("cases", key)["published"])
        for key in content.keys("cases")
    ]
    news = content.page_words("news", content.SOURCE_LANGUAGE)["news"]
    written = [*cases, *(entry["published"] for entry in news)]
    days_ahead = (max(written) - today).days + 1
    weeks = max(0, -(-days_ahead // 7))
    return Calendar(today=today, opening=min(written), back=timedelta(weeks=weeks))
