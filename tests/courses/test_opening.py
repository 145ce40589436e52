"""Which lessons are shut, and why: dates, days after the start, lessons to be done before."""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from courses.opening import Lock, Part, Start, locks

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
A, B, C = (uuid.UUID(int=n) for n in (1, 2, 3))


@dataclass
class Opens:
    opens_at: dt.datetime | None = None
    opens_after_days: int | None = None


def part(key, *openings, requires=(), is_optional=False) -> Part:
    return Part(key, openings or (Opens(),), requires=requires, is_optional=is_optional)


def started(days_ago: int, zone: str = "UTC") -> Start:
    return Start(day=NOW.date() - dt.timedelta(days=days_ago), zone=zoneinfo.ZoneInfo(zone))


def find(parts, *, done=(), start=None, in_order=False):
    return locks(parts, in_order=in_order, start=start, done=set(done), now=NOW)


def test_a_lesson_with_no_conditions_is_open_to_everybody():
    assert find([part(A), part(B)]) == {}


def test_a_lesson_opens_at_its_moment_and_not_before_its_modules():
    early, late = NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=2)
    parts = [part(A, Opens(early)), part(B, Opens(late), Opens(early))]
    assert find(parts) == {B: Lock(opens_at=late)}


def test_days_count_from_the_learners_first_midnight():
    parts = [part(A, Opens(opens_after_days=3))]
    assert find(parts, start=started(3)) == {}
    expected = dt.datetime(2026, 3, 11, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert find(parts, start=started(2, "Asia/Tokyo")) == {A: Lock(opens_at=expected)}


def test_days_shut_a_lesson_for_who_is_not_enrolled():
    assert find([part(A, Opens(opens_after_days=3))]) == {A: Lock(after_enrolment=True)}


def test_before_the_cohorts_first_day_everything_is_shut():
    start = started(-5)
    assert set(find([part(A), part(B)], start=start)) == {A, B}


def test_a_lesson_names_what_has_to_be_done_before():
    parts = [part(A), part(B), part(C, requires=(A, B))]
    assert find(parts, done=[A], start=started(0)) == {C: Lock(missing=(B,))}
    assert find(parts, done=[A, B], start=started(0)) == {}


def test_a_required_lesson_that_was_withdrawn_is_not_asked_for():
    assert find([part(C, requires=(A,))], start=started(0)) == {}


def test_in_order_a_lesson_waits_for_the_first_undone_one_and_optional_ones_hold_nobody_up():
    parts = [part(A, is_optional=True), part(B), part(C)]
    assert find(parts, in_order=True, start=started(0)) == {C: Lock(missing=(B,))}
    assert find(parts, in_order=True, start=started(0), done=[B]) == {}


def test_what_is_done_stays_open():
    parts = [part(A), part(B, Opens(NOW + dt.timedelta(days=1)), requires=(A,))]
    assert find(parts, in_order=True, start=started(0), done=[B]) == {}


def test_in_order_nothing_waits_for_what_stands_later():
    parts = [part(A, requires=(B,)), part(B)]
    assert find(parts, in_order=True, start=started(0)) == {B: Lock(missing=(A,))}


def test_course_for_cohorts_opens_nothing_before_enrolment():
    shut = locks([part(A)], in_order=False, only_enrolled=True, start=None, done=(), now=NOW)
    assert shut == {A: Lock(after_enrolment=True)}


keys = st.integers(0, 7).map(lambda n: uuid.UUID(int=n))


@given(
    st.lists(st.tuples(keys, st.booleans()), unique_by=lambda pair: pair[0], max_size=8),
    st.sets(keys),
    st.booleans(),
)
def test_doing_more_never_shuts_a_lesson(lessons, done, in_order):
    parts = [part(key, is_optional=optional) for key, optional in lessons]
    before = set(find(parts, done=done, start=started(1), in_order=in_order))
    for key, _optional in lessons:
        after = set(find(parts, done=done | {key}, start=started(1), in_order=in_order))
        assert after <= before
    # And there is always a way on: the first undone lesson is open.
    undone = [key for key, _optional in lessons if key not in done]
    assert not undone or undone[0] not in before
