"""The beginning of a long recording, made before the recording has been looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from media.pipeline.content import listen
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.opening import make_opening
from media.pipeline.policy import Policy
from media.pipeline.probe import probe


def test_beginning_is_as_loud_as_the_whole_will_be(clip: Callable[[str], Path], tmp_path: Path):
    binary = find_ffmpeg()
    source = clip("lecture.mp4")
    policy = Policy(preset="ultrafast", early_from_s=3.0, opening_s=2.0)
    recorded = listen(source, probe(source), 1, binary=binary)
    assert recorded.loudness_lufs < policy.loudness_lufs - 2
    made, published = make_opening(source, probe(source), policy, tmp_path, binary=binary)
    film = published / made.fallback_mp4
    heard = listen(film, probe(film), probe(film).audio[0].index, binary=binary)
    assert heard.loudness_lufs == pytest.approx(policy.loudness_lufs, abs=1)
