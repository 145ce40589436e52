"""Small real recordings for the journeys, made by ffmpeg."""

import subprocess
from pathlib import Path

from media.pipeline.ffmpeg_binary import find_ffmpeg


def make_clip(path: Path, *, seconds: int = 14) -> Path:
    """A short recording with a moving picture and a tone."""
    subprocess.run(
        [
            *(str(find_ffmpeg().path), "-v", "error", "-y"),
            *("-f", "lavfi", "-i", f"testsrc2=size=1280x720:rate=12:duration={seconds}"),
            *("-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"),
            *("-c:a", "aac", "-shortest", str(path)),
        ],
        check=True,
    )
    return path
