"""What length does: cost, memory, and whether sound stays on picture to the end of an hour.

``python -m bench long_lectures [--minutes 1,10,60]`` makes small recordings whose pictures come at
a variable rate, with a white flash and a tone at the same instant in every minute, and runs the
pipeline as far as its renditions. One line for each: CPU seconds for a minute of lecture, the
largest child's memory so far, and how far picture and sound are apart in the first and the last
minute (milliseconds; positive: the sound is late).
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import av
import numpy as np

from bench.lectures import Ours, make
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.hls import MediaPlaylist
from media.pipeline.policy import POLICIES

# When in each minute it flashes, and for how long (seconds).
FLASH_AT_S, FLASH_S = 5, 0.2


def flashing_clip(path: Path, minutes: int) -> Path:
    """A recording of that length: on average half of its thirty pictures a second are missing."""
    is_flash = f"lt(mod(t+{60 - FLASH_AT_S}\\,60)\\,{FLASH_S})"
    half = f"select='{is_flash}+gt(random(1)\\,0.5)'"
    flash = f"drawbox=color=white:t=fill:enable='{is_flash}'"
    tone = f"0.5*sin(6283*t)*lt(mod(t+{60 - FLASH_AT_S}\\,60)\\,{FLASH_S})"
    subprocess.run(
        [
            find_ffmpeg().path, "-v", "error", "-nostdin", "-y",
            "-f", "lavfi", "-i", f"testsrc2=s=192x108:r=30:d={60 * minutes}",
            "-f", "lavfi", "-i", f"aevalsrc='{tone}':s=48000:d={60 * minutes}",
            "-vf", f"{half},{flash}",
            "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
            "-c:a", "aac", path,
        ],
        check=True,
    )  # fmt: skip
    return path


def part(playlist: MediaPlaylist, around_s: float) -> BytesIO:
    """The segments that hold a moment and what follows, as a movie that knows its time."""
    first = int(around_s // 6)
    segments = playlist.segments[first : first + 2]
    return BytesIO(b"".join(p.read_bytes() for p in (playlist.init, *(s.path for s in segments))))


def flash_s(playlist: MediaPlaylist, around_s: float) -> float:
    """When the picture turns white, in the lecture's time."""
    with av.open(part(playlist, around_s)) as opened:
        for frame in opened.decode(video=0):
            at_s = float((frame.pts or 0) * (frame.time_base or 0))
            if at_s >= around_s - 1 and frame.to_ndarray(format="gray").mean() > 200:
                return at_s
    raise RuntimeError(f"no flash near {around_s} s")


def tone_s(playlist: MediaPlaylist, around_s: float) -> float:
    """When the tone begins, in the lecture's time."""
    with av.open(part(playlist, around_s)) as opened:
        for frame in opened.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1)
            at_s = float((frame.pts or 0) * (frame.time_base or 0))
            if len(loud) and at_s >= around_s - 1:
                return at_s + float(loud[0]) / frame.sample_rate
    raise RuntimeError(f"no tone near {around_s} s")


def offset_ms(made: Ours, around_s: float) -> float:
    """How late the sound is at a flash, in the full size."""
    picture, sound = made.playlists[made.plan.video[0].name], made.playlists["audio"]
    return 1000 * (tone_s(sound, around_s) - flash_s(picture, around_s))


def main() -> None:
    """Measure each length, the shortest first."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", default="1,10,60")
    for minutes in sorted(int(number) for number in parser.parse_args().minutes.split(",")):
        with tempfile.TemporaryDirectory() as scratch:
            source = flashing_clip(Path(scratch) / "flashing.mp4", minutes)
            made = make(source, Path(scratch) / "made", POLICIES["reach"])
            late_s = 60 * (minutes - 1) + FLASH_AT_S
            memory_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(
                f"{minutes:4} min  {made.cpu_s / minutes:6.2f} CPU-s a minute "
                f"({', '.join(f'{job} {s / minutes:.2f}' for job, s in made.spent_s.items())})  "
                f"{memory_mb:5.0f} MB  sound late by {offset_ms(made, FLASH_AT_S):+.1f} ms "
                f"at {FLASH_AT_S} s, {offset_ms(made, late_s):+.1f} ms at {late_s} s",
                flush=True,
            )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
