"""What the pipeline makes is played by a real browser, without any script of ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from media.pipeline.package import Package
from media.pipeline.policy import Policy
from media.pipeline.run import transcode

pytestmark = pytest.mark.journey

PAGE = '<!doctype html><title>t</title><{tag} id="player" muted playsinline src="{source}"></{tag}>'

PLAY = """
async ({seek_s, play_s}) => {
  const player = document.getElementById('player');
  const until = (event) => new Promise((done, fail) => {
    player.addEventListener(event, done, {once: true});
    player.addEventListener('error', () => fail(new Error(player.error.message)), {once: true});
    setTimeout(() => fail(new Error('no ' + event + ' within 15 s')), 15000);
  });
  if (player.readyState < 1) await until('loadedmetadata');
  player.playbackRate = 1;
  await player.play();
  await new Promise((done) => setTimeout(done, play_s * 1000));
  const after_start_s = player.currentTime;
  const sought = until('seeked');
  player.currentTime = seek_s;
  await sought;
  const ended = until('ended');
  if (player.paused) await player.play();
  await ended;
  return {
    duration_s: player.duration, after_start_s, end_s: player.currentTime,
    error: player.error, width: player.videoWidth || 0, height: player.videoHeight || 0,
  };
}
"""


def play(browser: Any, address: str, directory: Path, source: str, *, tag: str) -> dict[str, Any]:
    """Play the first second and the last of a file; give what the browser says of it."""
    (directory / "page.html").write_text(PAGE.format(tag=tag, source=source))
    page = browser.new_page()
    try:
        page.goto(f"{address}/page.html")
        player_s = page.evaluate(
            "async () => { const p = document.getElementById('player');"
            "for (let n = 0; n < 100 && !(p.readyState >= 1); n++)"
            "  await new Promise(done => setTimeout(done, 100));"
            "return p.error ? 0 : p.duration; }"
        )
        return page.evaluate(PLAY, {"seek_s": max(0, player_s - 0.5), "play_s": 0.7})
    finally:
        page.close()


@pytest.mark.parametrize("name", ["lecture.mp4", "audio-only.mp3"])
def test_package_plays_to_its_end_in_chromium(
    name: str,
    clip: Callable[[str], Path],
    browser: Any,
    serve: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    made = transcode(clip(name), out, policy=Policy(preset="superfast"))
    _assert_plays(made, out, browser, serve(out))


@pytest.mark.parametrize("name", ["slides-1fps-4x3.mp4"])
def test_package_of_a_real_recording_plays_in_chromium(
    name: str,
    shared_clip: Callable[[str], Path],
    browser: Any,
    serve: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    made = transcode(shared_clip(name), out)
    _assert_plays(made, out, browser, serve(out))


def _assert_plays(made: Package, out: Path, browser: Any, address: str) -> None:
    tag = "video" if made.poster else "audio"
    largest = made.renditions[0]
    for source in (made.master, made.fallback_mp4):
        played = play(browser, address, out, str(source), tag=tag)
        assert played["error"] is None
        assert played["duration_s"] == pytest.approx(made.duration_s, abs=0.1)
        assert played["end_s"] == pytest.approx(made.duration_s, abs=0.1)
        assert played["after_start_s"] > 0.1
        if largest.width and largest.height:
            assert played["width"] / played["height"] == pytest.approx(
                largest.width / largest.height, rel=0.02
            )
