"""Unions of what was watched, and the record that is kept of them."""

import json
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from media.models import WatchRecord
from media.playing import player_context, watched_share, watched_shares
from media.watching import (
    GAP_S,
    MAX_INTERVALS,
    InvalidWatchReport,
    merge_intervals,
    parse_report,
    share_watched,
)
from tests.factories import make_ready_lecture

DURATION_S = 600.0
seconds = st.floats(min_value=-50, max_value=700, allow_nan=False)
intervals = st.lists(st.tuples(seconds, seconds), max_size=40)


def merged(pieces):
    return merge_intervals(pieces, duration_s=DURATION_S)


@given(intervals)
def test_union_is_sorted_apart_and_within_the_lecture(pieces):
    union = merged(pieces)
    assert all(0 <= start < end <= DURATION_S for start, end in union)
    assert all(b[0] - a[1] > GAP_S for a, b in pairwise(union))


@given(intervals, intervals)
def test_union_may_be_made_of_parts_in_any_order(first, second):
    whole = merged([*first, *second])
    assert merged([*merged(first), *merged(second)]) == whole
    assert merged([*merged(second), *first]) == whole
    assert merged(whole) == whole


@given(intervals)
def test_union_holds_every_moment_that_was_watched(pieces):
    union = merged(pieces)
    for from_s, to_s in pieces:
        start, end = max(0.0, from_s), min(DURATION_S, to_s)
        if start < end:
            assert any(a <= start and end <= b for a, b in union)


def test_ticks_of_a_players_clock_do_not_rob_a_lecture_of_its_edges():
    assert merged([(0.07, 300.0), (300.3, DURATION_S - 0.2)]) == [(0.0, DURATION_S)]
    assert merged([(GAP_S + 0.1, 2.0)]) == [(GAP_S + 0.1, 2.0)]
    assert merged([(0.3, 0.2)]) == []


@given(intervals)
def test_share_lies_between_nothing_and_all(pieces):
    assert 0.0 <= share_watched(merged(pieces), duration_s=DURATION_S) <= 1.0


def test_endlessly_many_stretches_are_coarsened():
    union = merge_intervals(
        [(float(n), n + 0.4) for n in range(4 * MAX_INTERVALS)], duration_s=10_000
    )
    assert len(union) <= MAX_INTERVALS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 50_000,
        b'{"position_s": null}',
        b'{"position_s": true}',
        b'{"position_s": NaN}',
        b'{"position_s": 1e999}',
        b'{"position_s": ' + b"9" * 400 + b"}",
        b'{"position_s": 1, "age_s": "long"}',
        b'{"position_s": 1, "intervals": 5}',
        b'{"position_s": 1, "intervals": [[1]]}',
        b'{"position_s": 1, "intervals": [["a", 2]]}',
        b'{"position_s": 1, "intervals": [[0, Infinity]]}',
        json.dumps({"position_s": 1, "intervals": [[0, 1]] * (MAX_INTERVALS + 1)}).encode(),
        b" " * 70_000,
    ],
)
def test_malformed_report_is_refused(body):
    with pytest.raises(InvalidWatchReport):
        parse_report(body)


@pytest.fixture
def lecture(db):
    return make_ready_lecture(duration_s=100.0)


def report(client, lecture, position_s, *pieces):
    return client.post(
        reverse("lectures:watch", args=[lecture.pk]),
        json.dumps({"position_s": position_s, "intervals": pieces}),
        content_type="application/json",
    )


def test_report_is_added_to_the_record_and_repeating_it_changes_nothing(client, resident, lecture):
    client.force_login(resident)
    expected = {"watched_share": 0.3, "position_s": 30.0, "done": False}
    assert report(client, lecture, 30, [0, 30]).json() == expected
    assert report(client, lecture, 30, [0, 30]).json() == expected
    assert report(client, lecture, 95, [20, 95]).json() == {
        "watched_share": 0.95,
        "position_s": 95.0,
        "done": True,
    }
    record = WatchRecord.objects.get()
    assert (record.user, record.intervals) == (resident, [[0.0, 95.0]])
    assert watched_share(resident, lecture) == 0.95
    assert watched_shares(resident, [lecture.pk]) == {lecture.pk: 0.95}


def test_report_is_clamped_to_the_lecture(client, resident, lecture):
    client.force_login(resident)
    assert report(client, lecture, 5000, [-20, 5000]).json() == {
        "watched_share": 1.0,
        "position_s": 100.0,
        "done": True,
    }


def test_report_held_up_adds_what_was_watched_but_does_not_move_the_reader_back(
    client, resident, lecture
):
    client.force_login(resident)
    report(client, lecture, 80, [70, 80])
    held_up = {"position_s": 20, "intervals": [[0, 20]], "age_s": 3600}
    url = reverse("lectures:watch", args=[lecture.pk])
    answer = client.post(url, json.dumps(held_up), content_type="application/json")
    assert answer.json() == {"watched_share": 0.3, "position_s": 80.0, "done": False}
    assert report(client, lecture, 25, [20, 25]).json()["position_s"] == 25.0


def test_report_may_come_as_the_form_of_a_beacon(resident, lecture):
    client = Client(enforce_csrf_checks=True)
    client.force_login(resident)
    token = "a" * 32
    client.cookies["csrftoken"] = token
    told = json.dumps({"position_s": 30, "intervals": [[0, 30]]})
    url = reverse("lectures:watch", args=[lecture.pk])
    assert client.post(url, {"report": told}).status_code == 403
    assert client.post(url, {"report": told, "csrfmiddlewaretoken": token}).status_code == 200
    assert WatchRecord.objects.get().intervals == [[0.0, 30.0]]


def test_visitors_report_is_refused_and_leaves_no_record(client, lecture):
    answer = report(client, lecture, 10, [0, 10])
    assert (answer.status_code, list(answer.json())) == (403, ["error"])
    assert not WatchRecord.objects.exists()


def test_malformed_report_gets_400(client, resident, lecture):
    client.force_login(resident)
    assert report(client, lecture, "soon").status_code == 400


def test_report_needs_the_token_against_forgery(resident, lecture):
    client = Client(enforce_csrf_checks=True)
    client.force_login(resident)
    assert report(client, lecture, 10, [0, 10]).status_code == 403
    assert not WatchRecord.objects.exists()


def test_report_of_an_unknown_lecture_gets_404(client, resident):
    client.force_login(resident)
    assert client.post("/lectures/4711/watch/", follow=True).status_code == 404


def test_player_resumes_for_members_and_keeps_no_record_of_visitors(client, resident, lecture, rf):
    client.force_login(resident)
    report(client, lecture, 42, [0, 42])
    member = player_context(lecture, resident)
    assert (member["resume_at_s"], member["watched_share"]) == (42.0, 0.42)
    assert member["watch_url"] == f"/lectures/{lecture.pk}/watch/"
    visitor = player_context(lecture, AnonymousUser())
    assert (visitor["resume_at_s"], visitor["watch_url"]) == (0.0, "")
    assert visitor["manifest_url"] == "/uploads/lectures/1/abc/master.m3u8"
    own = player_context(lecture, resident, watch_url="/lesson/1/")
    assert own["watch_url"] == "/lesson/1/"
