"""Damaged recordings end as a lecture or as a refusal; `python -m bench hostile` tries 5,000."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.hostile import MUTATORS, SEEDS, Mutation, Tally, make_seeds, mutations, run, try_batch

COUNT = 60


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return make_seeds(tmp_path_factory.mktemp("seeds"))


def test_damaged_recordings_end_as_a_lecture_or_a_refusal():
    tally = run(count=COUNT, seed=7, transcode_every=16)
    assert tally.findings == []
    assert sum(tally.ends.values()) == COUNT
    # The damage is done well: some of it is noticed at each stage, some does no harm.
    for stage in ("sniff: ", "probe: ", "lecture"):
        assert any(end.startswith(stage) for end in tally.ends), tally.ends


def test_undamaged_seeds_all_become_lectures(seeds, tmp_path):
    tally = Tally(ends=Counter(), findings=[])
    whole = [Mutation(name, data) for name, data in seeds.items()]
    try_batch(whole, tmp_path, tally, transcode_every=5)
    assert tally.findings == []
    assert tally.ends == {"lecture": 3, "planned, not transcoded": len(SEEDS) - 3}


def test_mutations_are_the_same_for_the_same_seed_and_differ_from_their_origin(seeds):
    first, again, other = (list(mutations(seeds, count=60, seed=n)) for n in (1, 1, 2))
    assert first == again
    assert first != other
    changed = [m for m in first if m.data != seeds[m.name.split("-")[-1]]]
    assert len(changed) > 50


@pytest.mark.parametrize("mutate", MUTATORS, ids=lambda mutate: mutate.__name__.strip("_"))
def test_every_mutator_does_damage(mutate, seeds):
    origin = seeds["plain.mkv"]
    damaged = bytearray(origin)
    mutate(damaged, random.Random(3), list(seeds.values()))
    assert bytes(damaged) != origin


def test_what_a_batch_leaves_behind_is_a_finding(seeds, tmp_path, monkeypatch):
    def careless(path: Path):
        path.with_suffix(".stray").touch()
        raise RuntimeError("our own mistake")

    monkeypatch.setattr("bench.hostile.sniff", careless)
    tally = Tally(ends=Counter(), findings=[])
    try_batch([Mutation("one.mp4", seeds["plain.mp4"])], tmp_path, tally, transcode_every=1)
    assert len(tally.findings) == 2
    assert "our own mistake" in tally.findings[0]
    assert "beside the uploads" in tally.findings[1]


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits forks as Linux does")
