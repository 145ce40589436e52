"""Mutated recordings through the pipeline: no crash, no hang, no stray file.

``python -m bench hostile [--count 5000] [--seed 1] [--minutes 20]`` makes a small valid file of
each container by code, damages it in ways that parsers meet in the wild (bits, bytes, lengths,
chunks cut, doubled, moved, taken from another file), and feeds each to the pipeline, in the box and
under limits. Only two ends are good: a lecture, or a ``Refused`` with a code. The share of files
that get past the probe says whether the damage reaches the decoders. All are probed; of those that
can be planned, as many are transcoded as the minutes allow, spread over all of them.
"""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from media.pipeline.ffmpeg_binary import find_ffmpeg  # noqa: E402
from media.pipeline.plan import Plan, plan  # noqa: E402
from media.pipeline.policy import POLICIES, Rung  # noqa: E402
from media.pipeline.probe import PROBE_LIMITS, Probe  # noqa: E402
from media.pipeline.process import run_confined  # noqa: E402
from media.pipeline.refusals import Refusal, Refused  # noqa: E402
from media.pipeline.run import transcode  # noqa: E402
from media.pipeline.sandbox import Reach, protection  # noqa: E402
from media.pipeline.sniff import sniff  # noqa: E402

CHILD = Path(__file__).with_name("hostile_child.py")
NOT_THE_FILES_FAULT = frozenset(
    {Refusal.NO_SANDBOX, Refusal.ENCODER_MISSING, Refusal.DISK_FULL, Refusal.ENCODER_STOPPED}
)
QUICK = replace(
    POLICIES["reach"],
    name="quick",
    rungs=(Rung(short_side=90, maxrate_bps=300_000),),
    preset="ultrafast",
    max_fps=10,
    max_duration_s=600.0,
    wall_base_s=20.0,
    wall_factor=1.0,
)
# Of a whole batch; each file in it has limits of its own.
LIMITS = replace(PROBE_LIMITS, wall_s=3600.0, cpu_s=3600)
BATCH = 250

_PICTURE = "-f lavfi -i testsrc2=s=96x72:r=10:d=1"
_SOUND = "-f lavfi -i sine=d=1"
_BOTH = f"{_PICTURE} {_SOUND}"
_X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
SEEDS = {
    "plain.mp4": f"{_BOTH} {_X264} -c:a aac",
    "fragmented.mp4": f"{_BOTH} {_X264} -c:a aac -movflags +frag_keyframe+empty_moov",
    "plain.mov": f"{_BOTH} -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le",
    "plain.mkv": f"{_BOTH} {_X264} -c:a libopus",
    "plain.webm": f"{_BOTH} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis",
    "plain.ts": f"{_BOTH} {_X264} -c:a aac",
    "plain.mpg": f"{_PICTURE} -r 25 -c:v mpeg2video",
    "plain.avi": f"{_BOTH} -c:v mpeg4 -c:a libmp3lame",
    "plain.wmv": f"{_BOTH} -c:v wmv2 -c:a wmav2",
    "plain.flv": f"{_BOTH} -c:v flv -c:a libmp3lame -ar 44100",
    "plain.ogg": f"{_SOUND} -c:a libvorbis",
    "plain.mp3": f"{_SOUND} -c:a libmp3lame",
    "plain.m4a": f"{_SOUND} -c:a aac",
    "plain.flac": f"{_SOUND} -c:a flac",
    "plain.wav": f"{_SOUND} -c:a pcm_s16le",
}


def make_seeds(directory: Path) -> dict[str, bytes]:
    """A small valid file of each container."""
    ffmpeg = find_ffmpeg().path
    made = {}
    for name, arguments in SEEDS.items():
        path = directory / name
        command = [ffmpeg, "-v", "error", "-nostdin", "-y", *arguments.split()]
        subprocess.run([*command, "-threads", "1", "-fflags", "+bitexact", path], check=True)
        made[name] = path.read_bytes()
    return made


Mutator = Callable[[bytearray, random.Random, list[bytes]], None]


def _place(data: bytearray, chance: random.Random) -> int:
    """Headers are short and matter most: half of all damage is done to the first kilobyte."""
    reach = min(len(data), 1024) if chance.random() < 0.5 else len(data)
    return chance.randrange(max(1, reach))


def _bits(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _bytes(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    for _ in range(chance.choice((1, 4, 32))):
        data[_place(data, chance)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))


def _numbers(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    """Overwrite what may be a length or a count with values on which arithmetic breaks."""
    for _ in range(chance.choice((1, 1, 3))):
        width = chance.choice((2, 4, 4, 8))
        value = chance.choice((0, 1, (1 << 8 * width) - 1, 1 << 8 * width - 1, 1 << 4 * width))
        at = _place(data, chance)
        data[at : at + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _cut(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    at = _place(data, chance)
    del data[at : at + chance.choice((1, 7, 188, 4096))]


def _truncate(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    del data[chance.randrange(len(data)) :]


def _double(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    at, size = _place(data, chance), chance.choice((4, 64, 512, 8192))
    data[at:at] = data[at : at + size] * chance.choice((1, 2, 50))


def _move(data: bytearray, chance: random.Random, _others: list[bytes]) -> None:
    at, size = _place(data, chance), chance.choice((8, 188, 1024))
    piece = data[at : at + size]
    del data[at : at + size]
    to = _place(data, chance) if data else 0
    data[to:to] = piece


def _splice(data: bytearray, chance: random.Random, others: list[bytes]) -> None:
    """Go on with another recording, or put a piece of one into the middle."""
    other = chance.choice(others)
    start = chance.randrange(len(other))
    at = _place(data, chance)
    if chance.random() < 0.5:
        data[at:] = other[start:]
    else:
        data[at:at] = other[start : start + 2048]


MUTATORS: tuple[Mutator, ...] = (_bits, _bytes, _numbers, _cut, _truncate, _double, _move, _splice)


@dataclass(frozen=True)
class Mutation:
    """One damaged file; ``name`` tells its seed file, its number and what was done to it."""

    name: str
    data: bytes


def mutations(seeds: dict[str, bytes], *, count: int, seed: int) -> Iterator[Mutation]:
    """``count`` damaged files, the same for the same seed, all containers in turn."""
    names, everything = list(seeds), list(seeds.values())
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        origin = names[number % len(names)]
        data = bytearray(seeds[origin])
        chosen = chance.choices(MUTATORS, k=chance.choice((1, 1, 1, 2, 3)))
        for mutate in chosen:
            if data:
                mutate(data, chance, everything)
        done = "+".join(mutate.__name__.strip("_") for mutate in chosen)
        yield Mutation(f"{number:05}-{done}-{origin}", bytes(data))


@dataclass
class Tally:
    """How mutations ended, and what must not happen: findings."""

    ends: Counter[str]
    findings: list[str]

    def find(self, mutation: Mutation, what: str) -> None:
        """Note something that must not happen."""
        self.ends["FINDING"] += 1
        self.findings.append(f"{mutation.name}: {what}")


class Pace:
    """Spreads what takes long evenly over everything that is to be tried."""

    def __init__(self, *, count: int, minutes: float) -> None:
        self.count, self.budget_s = count, 60 * minutes
        self.began = time.monotonic()
        self.done = 0

    def has_time(self) -> bool:
        """Whether less time is gone than belongs to what has been tried so far."""
        return time.monotonic() - self.began < self.budget_s * self.done / self.count


def try_batch(
    batch: list[Mutation],
    directory: Path,
    tally: Tally,
    *,
    transcode_every: int,
    pace: Pace | None = None,
) -> None:
    """Take some mutations through sniff, probe and plan, and every so many-th on to the end."""
    inbox = directory / "in"
    inbox.mkdir()
    by_path = {}
    for mutation in batch:
        path = inbox / mutation.name
        path.write_bytes(mutation.data)
        by_path[str(path)] = mutation
    recognised = _sniff_all(by_path, tally)
    planned: list[tuple[Mutation, Path, Plan]] = []
    for answer in _probe_all(recognised, inbox):
        mutation = by_path[answer["path"]]
        plan_made = _plan_of(mutation, answer, tally)
        if plan_made:
            planned.append((mutation, Path(answer["path"]), plan_made))
    for number, (mutation, path, plan_made) in enumerate(planned):
        if number % transcode_every or not (pace is None or pace.has_time()):
            tally.ends["planned, not transcoded"] += 1
            continue
        _transcode(mutation, path, plan_made, directory / f"out-{number}", tally)
    if {path.name: path.read_bytes() for path in inbox.iterdir()} != {
        mutation.name: mutation.data for mutation in batch
    }:
        tally.findings.append("something was written beside the uploads, or they were changed")


def _sniff_all(by_path: dict[str, Mutation], tally: Tally) -> list[tuple[str, str, str]]:
    """What the probe has to be told about each file that looks like a recording."""
    recognised = []
    for path, mutation in by_path.items():
        try:
            sniffed = sniff(Path(path))
        except Refused as refused:
            tally.ends[f"sniff: {refused.code}"] += 1
        except Exception as error:  # noqa: BLE001  that is what we look for
            tally.find(mutation, f"sniff: {error!r}")
        else:
            recognised.append((path, sniffed.container, ",".join(sniffed.demuxers)))
    return recognised


def _probe_all(recognised: list[tuple[str, str, str]], inbox: Path) -> list[dict[str, Any]]:
    """Probe in the box, under limits; a file whose answer is missing stopped the whole batch."""
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch, "list")
        listed.write_text("".join(json.dumps(entry) + "\n" for entry in recognised))
        lines: list[str] = []
        run_confined(
            [sys.executable, str(CHILD), str(listed)],
            limits=LIMITS,
            on_output=lines.append,
            reach=Reach(reads=(inbox, listed, CHILD)),
            env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
    answers = [json.loads(line) for line in lines]
    told = {answer["path"] for answer in answers}
    lost = [entry[0] for entry in recognised if entry[0] not in told]
    return answers + [{"path": path, "printed": "", "status": -1} for path in lost]


def _plan_of(mutation: Mutation, answer: dict[str, Any], tally: Tally) -> Plan | None:
    status = answer["status"]
    if status == -1:
        tally.find(mutation, "the probe never answered")
    elif os.WIFSIGNALED(status):
        # A decoder that crashes is the box's business: the editor is told UNREADABLE.
        tally.ends[f"probe: ended by {signal.Signals(os.WTERMSIG(status)).name}"] += 1
        if os.WTERMSIG(status) == signal.SIGALRM:
            tally.find(mutation, "the probe hangs")
    elif status != 0:
        # The editor is told UNREADABLE; but it was not foreseen.
        tally.ends[f"probe: {answer['printed'].splitlines()[-1][:60]}"] += 1
    else:
        return _read_answer(mutation, json.loads(answer["printed"]), tally)
    return None


def _read_answer(mutation: Mutation, data: dict[str, Any], tally: Tally) -> Plan | None:
    try:
        if "refusal" in data:
            raise Refused(Refusal(data["refusal"]))
        return plan(Probe.from_data(data), QUICK)
    except Refused as refused:
        tally.ends[f"probe: {refused.code}"] += 1
    except Exception as error:  # noqa: BLE001  that is what we look for
        tally.find(mutation, f"plan: {error!r}")
    return None


def _transcode(mutation: Mutation, path: Path, planned: Plan, out: Path, tally: Tally) -> None:
    began = time.monotonic()
    try:
        transcode(path, out, policy=QUICK)
        tally.ends["lecture"] += 1
    except Refused as refused:
        tally.ends[f"transcode: {refused.code}"] += 1
        if refused.code in NOT_THE_FILES_FAULT:
            tally.find(mutation, f"transcode: {refused}")
    except Exception as error:  # noqa: BLE001  that is what we look for
        tally.find(mutation, f"transcode: {error!r}")
    if time.monotonic() - began > planned.wall_limit_s * 2 + 60:
        tally.find(mutation, f"transcode took {time.monotonic() - began:.0f} s")
    shutil.rmtree(out, ignore_errors=True)


def run(
    *,
    count: int,
    seed: int,
    transcode_every: int,
    minutes: float = 60.0,
    keep: Path | None = None,
) -> Tally:
    """Try mutations and tell how they ended; store those with findings below ``keep``."""
    tally = Tally(ends=Counter(), findings=[])
    with tempfile.TemporaryDirectory() as scratch:
        seeds = make_seeds(Path(scratch))
        source = mutations(seeds, count=count, seed=seed)
        pace = Pace(count=count, minutes=minutes)
        for number in range(0, count, BATCH):
            batch = list(islice(source, BATCH))
            pace.done += len(batch)
            with tempfile.TemporaryDirectory(dir=scratch) as directory:
                found = len(tally.findings)
                try_batch(batch, Path(directory), tally, transcode_every=transcode_every, pace=pace)
            for finding in tally.findings[found:]:
                print(f"FINDING {finding}", flush=True)
            if keep:
                _keep(batch, tally.findings[found:], keep)
            if count > BATCH:
                print(f"{number + len(batch):7} of {count}", flush=True)
    return tally


def _keep(batch: list[Mutation], findings: list[str], keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    for mutation in batch:
        if any(finding.startswith(mutation.name) for finding in findings):
            (keep / mutation.name).write_bytes(mutation.data)


def main() -> None:
    """Read the command line, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--transcode-every", type=int, default=4, help="go on with each so many-th")
    parser.add_argument("--minutes", type=float, default=20.0, help="about, for all of it")
    parser.add_argument("--keep", type=Path, help="store files with findings here")
    chosen = parser.parse_args()
    began = time.monotonic()
    tally = run(
        count=chosen.count,
        seed=chosen.seed,
        transcode_every=chosen.transcode_every,
        minutes=chosen.minutes,
        keep=chosen.keep,
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"\n{chosen.count} mutations of {len(SEEDS)} files, seed {chosen.seed}, {protection()}")
    for end, times in tally.ends.most_common():
        print(f"{times:7}  {end}")
    print(
        f"{time.monotonic() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of CPU; "
        f"findings: {len(tally.findings)}"
    )
    sys.exit(1 if tally.findings else 0)


if __name__ == "__main__":
    main()
