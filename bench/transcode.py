"""CPU seconds per minute of lecture, beside the same ladder made by one ffmpeg per rendition.

``python bench/transcode.py [FILE …]`` measures the files named, else a synthetic lecture of
slides and a moving picture made by ffmpeg itself. The baseline, ``one process per rendition``,
uses the very same settings, so the ratio shows what decoding once saves. Ratios are what counts;
absolute figures depend on the machine.
"""

import argparse
import dataclasses
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from media.pipeline.encode import encode  # noqa: E402
from media.pipeline.ffmpeg_binary import find_ffmpeg  # noqa: E402
from media.pipeline.package import package  # noqa: E402
from media.pipeline.plan import Plan, plan  # noqa: E402
from media.pipeline.policy import Policy  # noqa: E402
from media.pipeline.probe import probe  # noqa: E402

DURATION_S = 24


def synthetic_lecture(directory: Path) -> Path:
    """A 1080p30 lecture: a still slide for three quarters, then a picture that moves."""
    path = directory / "synthetic.mp4"
    still_s, moving_s = DURATION_S * 3 // 4, DURATION_S // 4
    slide = f"trim=end_frame=1,loop=-1:1,setpts=N/30/TB,trim=duration={still_s}"
    graph = f"[0]{slide}[s];[s][1]concat=n=2[v]"
    subprocess.run(
        [
            find_ffmpeg().path, "-v", "error", "-nostdin",
            "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=0.04",
            "-f", "lavfi", "-i", f"testsrc2=s=1920x1080:r=30:d={moving_s}",
            "-f", "lavfi", "-i", f"anoisesrc=d={DURATION_S}:c=pink:a=0.1:seed=1",
            "-filter_complex",
            graph,
            "-map", "[v]", "-map", "2", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18",
            "-c:a", "aac", "-t", str(DURATION_S), str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of the children that ``work`` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def one_process_per_rendition(source: Path, planned: Plan, out: Path) -> None:
    """The naive baseline: the source is decoded again for every rendition."""
    for rendition in planned.video:
        alone = dataclasses.replace(planned, video=(rendition,), audio=())
        encode(source, alone, out / f"naive-{rendition.name}")
    for sound in planned.audio:
        alone = dataclasses.replace(planned, video=(), audio=(sound,))
        encode(source, alone, out / f"naive-{sound.name}")


def measure(source: Path, directory: Path) -> None:
    """Print one line of figures about one recording."""
    planned = plan(probe(source), Policy())
    minutes = planned.duration_s / 60
    probe_s = cpu_s(lambda: probe(source))
    encode_s = cpu_s(lambda: encode(source, planned, directory / "once"))
    package_s = cpu_s(lambda: package(directory / "once", planned, directory / "package"))
    naive_s = cpu_s(lambda: one_process_per_rendition(source, planned, directory))
    size = sum(path.stat().st_size for path in (directory / "once").rglob("*.m*"))
    ladder = f"{len(planned.video)} pictures" if planned.video else "sound"
    print(
        f"{source.name:34} {planned.duration_s:7.1f} s  {ladder:16} "
        f"encode {encode_s / minutes:6.1f}  probe {probe_s / minutes:5.1f}  "
        f"package {package_s / minutes:5.1f}  naive {naive_s / minutes:6.1f} CPU-s/min  "
        f"ratio {encode_s / naive_s:.2f}  {size / minutes / 1e6:6.2f} MB/min",
        flush=True,
    )


def main() -> None:
    """Measure the files of the command line, or the synthetic lecture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    files = parser.parse_args().files
    binary = find_ffmpeg()
    print(f"ffmpeg {binary.version}, policy {Policy().name}, preset {Policy().preset}")
    with tempfile.TemporaryDirectory() as scratch:
        for number, source in enumerate(files or [synthetic_lecture(Path(scratch))]):
            directory = Path(scratch) / str(number)
            directory.mkdir()
            measure(source, directory)


if __name__ == "__main__":
    main()
