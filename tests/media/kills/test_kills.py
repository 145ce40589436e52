"""A few seeded kills; `python -m bench kills` does a hundred, on SQLite and on PostgreSQL."""

import sys

import pytest

from bench.kills import CLIPS, run

COUNT = 4


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes through /proc")
def test_lectures_end_ready_once_and_whole_whatever_is_killed():
    report = run(count=COUNT, seed=5, database="sqlite", workers=2, lectures=2, minutes=20)
    assert report.findings == []
    assert sum(report.done.values()) == COUNT
    assert report.ends["ready"] >= len(CLIPS)
