"""Lectures beside what other platforms make of the same recording: cost, bytes, quality, text.

``python -m bench lectures [FILE …] [--peers MediaCMS,PeerTube] [--only h264]`` measures the clip
of ``bench.clips`` (or ``VIEWBOX_BENCH_CLIP``) or the files named. One line for each platform: CPU
seconds, bytes in all, bytes and VMAF (mean, 5th percentile) at full size; of ours one for each
peer, with the ratios to it: ``h264`` (policy *reach*) and ``av1`` (*thrift*: everything). Then
what thirty minutes would take in each mode, and which text of the slides can be read. Ratios are
what counts: seconds depend on the machine and on what else it does.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.clips import DURATION_S, SLIDE_S, TEXTS, lecture_clip
from bench.peers import PEERS, Peer
from media.pipeline.chunks import joined
from media.pipeline.encode import encode_portion
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.hls import MediaPlaylist
from media.pipeline.jobs import portions
from media.pipeline.plan import Plan
from media.pipeline.policy import POLICIES, Policy
from media.pipeline.probe import probe
from media.pipeline.run import examine

# VMAF looks at every tenth picture: it costs more than encoding.
EVERY = 10
SECTIONS = ("h264", "av1")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    cpu_s: float
    size_bytes: int
    full_size_bytes: int
    vmaf: list[float]

    def text(self, first: "Row | None") -> str:
        """The line, with ratios to the first one."""
        ratio = ""
        if first and first is not self:
            ratio = (
                f"  to {first.name}: CPU ×{self.cpu_s / first.cpu_s:.2f}"
                f"  bytes ×{self.size_bytes / first.size_bytes:.2f}"
                f"  full size ×{self.full_size_bytes / first.full_size_bytes:.2f}"
            )
        mean = sum(self.vmaf) / len(self.vmaf)
        low = sorted(self.vmaf)[len(self.vmaf) // 20]
        return (
            f"{self.name:20} {self.cpu_s:7.1f} CPU-s {self.size_bytes / 1e6:7.2f} MB  full size"
            f" {self.full_size_bytes / 1e6:6.2f} MB  VMAF {mean:5.2f} / {low:5.2f}{ratio}"
        )


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of the children that ``work`` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def vmaf(made: Path, source: Path) -> list[float]:
    """VMAF of every tenth picture at the source's own size and 30 pictures a second."""
    picture = probe(source).video[0]
    same = (
        f"fps=30:start_time=0,scale={picture.display_width}:{picture.display_height}"
        ":flags=bicubic,format=yuv420p,settb=1/30"
    )
    with tempfile.TemporaryDirectory() as scratch:
        graph = (
            f"[0:v]{same}[d];[1:v]{same}[r];[d][r]libvmaf=n_threads=2:n_subsample={EVERY}"
            ":log_fmt=json:log_path=vmaf.json"
        )
        subprocess.run(
            [find_ffmpeg().path, "-v", "error", "-nostdin", "-i", made.resolve(), "-i",
             source.resolve(), "-lavfi", graph, "-f", "null", "-"],
            check=True, cwd=scratch,
        )  # fmt: skip
        frames = json.loads((Path(scratch) / "vmaf.json").read_text())["frames"]
    return [frame["metrics"]["vmaf"] for frame in frames]


def movie(playlist: MediaPlaylist, path: Path) -> Path:
    """One file of a rendition's segments."""
    parts = (playlist.init, *(segment.path for segment in playlist.segments))
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def measure_peer(peer: Peer, source: Path, out: Path) -> Row:
    """Run a platform's command lines."""
    out.mkdir()

    def work() -> None:
        for command in peer.commands(source, out):
            subprocess.run(command, check=True, capture_output=True)

    spent = cpu_s(work)
    full = out / peer.full_size
    total = sum(path.stat().st_size for path in out.iterdir())
    return Row(peer.name, spent, total, full.stat().st_size, vmaf(full, source))


@dataclass(frozen=True)
class Ours:
    """What our pipeline made of a recording, and what each part of it cost in CPU seconds."""

    plan: Plan
    out: Path
    playlists: dict[str, MediaPlaylist]
    spent_s: dict[str, float]

    @property
    def cpu_s(self) -> float:
        """All of it, the examination included."""
        return sum(self.spent_s.values())

    def row(self, label: str, full_size: str, source: Path) -> Row:
        """The line of the table whose quality is that of the rendition ``full_size``."""
        full = self.playlists[full_size]
        judged = vmaf(movie(full, self.out / f"{full_size}.mp4"), source)
        size = sum(playlist.size_bytes for playlist in self.playlists.values())
        return Row(label, self.cpu_s, size, full.size_bytes, judged)


def make(source: Path, out: Path, policy: Policy) -> Ours:
    """Run the pipeline as far as its renditions."""
    binary = find_ffmpeg()
    planned: list[Plan] = []
    spent = {"examine": cpu_s(lambda: planned.append(examine(source, policy, binary=binary)[1]))}
    made = planned[0]
    for portion in portions(made):
        spent[portion.job] = spent.get(portion.job, 0.0) + cpu_s(
            lambda portion=portion: encode_portion(source, made, portion, out, binary=binary)
        )
    return Ours(plan=made, out=out, playlists=joined(out, made), spent_s=spent)


def measure_ours(source: Path, out: Path, sections: list[str]) -> tuple[list[Row], Ours]:
    """Run the pipeline; a line for H.264 with AAC alone, one with AV1 and Opus as well."""
    rows = []
    made = None
    for section, label, policy in (
        ("h264", "Viewbox H.264", "reach"),
        ("av1", "Viewbox H.264 + AV1", "thrift"),
    ):
        if section not in sections:
            continue
        made = make(source, out / policy, POLICIES[policy])
        full = made.plan.video[0].name
        av1 = f"{full}-av1"
        rows.append(made.row(label, av1 if av1 in made.playlists else full, source))
        print("  " + ", ".join(f"{job} {spent:.1f}" for job, spent in made.spent_s.items()))
    if made is None:
        sys.exit(f"Nothing to measure; the sections are: {', '.join(SECTIONS)}.")
    return rows, made


def tell_modes(ours: Ours) -> None:
    """What thirty minutes of this would take in each mode."""
    made, playlists = ours.plan, ours.playlists
    speech = "speech" if "speech" in playlists else "audio"
    scale = 1800 / made.duration_s / 1e6
    modes = {
        "full size H.264": (made.video[0].name, "audio"),
        "saver H.264 + speech": ("saver", speech),
        "full size AV1": (f"{made.video[0].name}-av1", "audio"),
        "saver AV1 + Opus": ("saver-av1", "speech-opus"),
        "voice alone, Opus": ("speech-opus",),
    }
    for mode, names in modes.items():
        if all(name in playlists for name in names):
            size = sum(playlists[name].size_bytes for name in names)
            print(f"  30 min of {mode:22} {size * scale:7.1f} MB")
    exact = all(
        segment.duration_s == made.segment_s
        for rendition in made.video
        for segment in playlists[rendition.name].segments[:-1]
    )
    print(f"  every segment but the last lasts {made.segment_s}.000 s: {exact}")


def tell_text(ours: Ours) -> None:
    """Which lines of the slides OCR reads without an error from the thrifty renditions."""
    tesseract = shutil.which("tesseract")
    if not tesseract:
        print("  reading text: skipped, tesseract is not installed")
        return
    out, playlists = ours.out, ours.playlists
    for name in ("saver", "saver-av1"):
        if name not in playlists:
            continue
        film = movie(playlists[name], out / f"{name}.mp4")
        read: dict[int, int] = {}
        at_s = 0
        for number, seconds in enumerate(SLIDE_S):
            still = out / "still.png"
            subprocess.run(
                [find_ffmpeg().path, "-v", "error", "-y", "-ss", str(at_s + seconds // 2), "-i",
                 film, "-frames:v", "1", "-vf", "crop=iw*0.69:ih:0:0,scale=2*iw:-1", still],
                check=True,
            )  # fmt: skip
            told = subprocess.run(
                [tesseract, still, "-", "--psm", "6"], check=True, capture_output=True, text=True
            ).stdout
            # Letters count, not the width of gaps: of the slide itself it reads "slice 5mm".
            flat = "".join(told.split()).lower()
            for size, line in TEXTS[number]:
                read[size] = read.get(size, 0) + ("".join(line.split()).lower() in flat)
            at_s += seconds
        lines = ", ".join(f"{size} px {count}/{len(TEXTS)}" for size, count in read.items())
        print(f"  text read from {name:10} {lines}")


def main() -> None:
    """Measure the clip, or the files of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--peers", default=",".join(peer.name for peer in PEERS))
    parser.add_argument("--only", default=",".join(SECTIONS), help="h264, av1 or both")
    arguments = parser.parse_args()
    chosen = [peer for peer in PEERS if peer.name in arguments.peers.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        kept = os.environ.get("VIEWBOX_BENCH_CLIP")
        clip = Path(kept) if kept else None if arguments.files else lecture_clip(directory / "clip")
        for number, source in enumerate([*([clip] if clip else []), *arguments.files]):
            if not source.exists():
                print(f"{source}: skipped, there is no such file")
                continue
            work = directory / str(number)
            work.mkdir()
            print(f"{source.name}, {probe(source).duration_s:.1f} s", flush=True)
            rows = []
            for peer in chosen:
                rows.append(measure_peer(peer, source, work / peer.name))
                print(rows[-1].text(rows[0]), flush=True)
            lines, made = measure_ours(source, work / "ours", arguments.only.split(","))
            baselines: list[Row | None] = [*rows] or [None]
            for row in lines:
                for baseline in baselines:
                    print(row.text(baseline), flush=True)
            tell_modes(made)
            if source == clip and abs(made.plan.duration_s - DURATION_S) < 1:
                tell_text(made)
    # A table that is piped must not lose its end.
    sys.stdout.flush()


if __name__ == "__main__":
    main()
