"""Kills at random moments: every lecture ends ready, once and whole, or failed with a reason.

``python -m bench kills [--count 100] [--database sqlite|postgres] [--workers 4] [--seed 1]
[--minutes 25]`` takes in small recordings, lets workers transcode them, and meanwhile kills
workers, what they started, and the database server (all with SIGKILL), pauses workers past their
lease, and fills the disk. Waits before another attempt are cut short, nothing else is changed. In
the end it compares every published lecture, byte by byte, with one that was made in peace, and
looks for files and processes that nobody owns. How far it is, it tells on standard error; after
three fifths of its time it strikes no more, and reports how many strikes there were.
"""

import argparse
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.kills_arena import Arena, Postgres, Sqlite  # noqa: E402
from media.pipeline.ffmpeg_binary import find_ffmpeg  # noqa: E402

_PICTURE = "-f lavfi -i testsrc2=s=160x120:r=10:d={}"
_SOUND = "-f lavfi -i sine=d={}"
_X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
CLIPS = {
    "talk.mp4": f"{_PICTURE.format(3)} {_SOUND.format(3)} {_X264} -c:a aac",
    "silent.mkv": f"{_PICTURE.format(2)} {_X264}",
    "voice.mp3": f"{_SOUND.format(2)} -c:a libmp3lame",
    # Long enough to be published three times: its beginning, its saver, everything.
    "long.mp4": (
        f"-f lavfi -i testsrc2=s=96x72:r=5:d=121 {_SOUND.format(121)} {_X264} -g 25 -c:a aac"
    ),
}
# How often each is taken in.
WEIGHTS = {"talk.mp4": 4, "silent.mkv": 4, "voice.mp3": 3, "long.mp4": 1}
# Of the time allowed, so much is for striking; the rest is for the lectures to end.
STRIKING = 0.6
FILL_S = 3.0


@dataclass
class Report:
    """What was done, what became of the lectures, and what must not happen: findings."""

    done: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


_BEGAN = time.monotonic()


def say(what: str) -> None:
    """Tell on standard error how far it is."""
    print(f"{time.monotonic() - _BEGAN:7.1f} s  {what}", file=sys.stderr, flush=True)


class Killer:
    """Does one harm at a time to an arena, chosen by a seeded generator."""

    def __init__(self, arena: Arena, chance: random.Random, report: Report) -> None:
        self.arena, self.chance, self.report = arena, chance, report
        self.asleep: list[tuple[float, subprocess.Popen[bytes]]] = []
        # Who has had something in hand: a worker that is still starting is no aim.
        self.seasoned: set[int] = set()
        self.harms: dict[str, Callable[[], bool]] = {
            "worker killed": self.kill_worker,
            "child killed": self.kill_child,
            "worker paused": self.pause_worker,
        }
        weights = {"worker killed": 4, "child killed": 4, "worker paused": 1}
        if isinstance(arena.database, Postgres):
            self.harms["database killed"] = arena.database.kill_and_restart
            weights["database killed"] = 2
        if arena.has_small_disk:
            self.harms["disk filled"] = self.fill_disk
            weights["disk filled"] = 1
        self.weights = weights

    def strike(self) -> bool:
        """Do some harm; False where there was nothing to harm at this moment."""
        at_work = [w.pid for w in self.arena.workers if self.arena.children_of(w)]
        self.seasoned.update(at_work)
        if not at_work:
            return False
        (name,) = self.chance.choices(list(self.weights), list(self.weights.values()))
        if not self.harms[name]():
            return False
        self.report.done[name] += 1
        say(f"{self.report.done.total():4}  {name}")
        return True

    def kill_worker(self) -> bool:
        """SIGKILL to a worker; another takes its place, as a supervisor would see to."""
        workers = self._awake()
        if not workers:
            return False
        self.arena.replace_worker(self.chance.choice(workers))
        return True

    def kill_child(self) -> bool:
        """SIGKILL to ffmpeg, the probe, or what stands around them."""
        children = self.arena.children()
        if not children:
            return False
        try:
            os.kill(self.chance.choice(children), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def pause_worker(self) -> bool:
        """Stop a worker's clock for longer than its lease; its work goes to another."""
        workers = self._awake()
        if len(workers) < 2:
            return False
        worker = self.chance.choice(workers)
        worker.send_signal(signal.SIGSTOP)
        self.asleep.append((time.monotonic() + 1.7 * self.arena.lease_s, worker))
        return True

    def wake(self, *, everybody: bool = False) -> None:
        """Let those go on whose pause is over."""
        now = time.monotonic()
        for entry in list(self.asleep):
            if everybody or entry[0] <= now:
                entry[1].send_signal(signal.SIGCONT)
                self.asleep.remove(entry)

    def fill_disk(self) -> bool:
        """Leave no byte free below the hub's folder for a few seconds."""
        filler = self.arena.var / "filler"
        with filler.open("wb") as opened:
            try:
                while True:
                    opened.write(bytes(1 << 20))
                    opened.flush()
            except OSError:
                pass
        time.sleep(FILL_S)
        filler.unlink()
        return True

    def _awake(self) -> list[subprocess.Popen[bytes]]:
        resting = [worker for _until, worker in self.asleep]
        return [
            worker
            for worker in self.arena.workers
            if worker not in resting and worker.pid in self.seasoned
        ]


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[bool]:
    """Mount a small file system of memory at `folder`; False where that isn't permitted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    can_mount = sys.platform == "linux" and os.geteuid() == 0
    mounted = can_mount and subprocess.run(command, check=False).returncode == 0
    if not mounted:
        print("The disk is not filled: only root can mount a small one.")
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def make_clips(folder: Path) -> list[Path]:
    """The recordings that are taken in."""
    folder.mkdir()
    for name, arguments in CLIPS.items():
        command = [find_ffmpeg().path, "-v", "error", "-nostdin", *arguments.split()]
        subprocess.run([*command, folder / name], check=True)
    return [folder / name for name in CLIPS]


def fingerprint(directory: Path) -> dict[str, str]:
    """Each published file with a hash of its bytes."""
    return {
        str(path.relative_to(directory)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def run(
    *, count: int, seed: int, database: str, workers: int, lectures: int, minutes: float
) -> Report:
    """Strike `count` times while lectures are transcoded; look at what became of them."""
    report = Report()
    deadline = time.monotonic() + 60 * minutes
    strike_until = time.monotonic() + 60 * minutes * STRIKING
    scratch = Path(tempfile.mkdtemp(prefix="viewbox-kills-", dir="/tmp"))
    try:
        clips = make_clips(scratch / "clips")
        with small_disk(scratch / "var", megabytes=400) as has_small_disk:
            server = Postgres(scratch) if database == "postgres" else Sqlite(scratch)
            arena = Arena(
                root=ROOT,
                scratch=scratch,
                var=scratch / "var",
                database=server,
                has_small_disk=has_small_disk,
            )
            killer = Killer(arena, random.Random(seed), report)
            try:
                arena.set_up()
                arena.start_workers(workers)
                models = _peace(killer, clips, deadline=strike_until)
                say("peace is over")
                _battle(killer, clips, count=count, lectures=lectures, deadline=strike_until)
                say("no more harm")
                _judge(arena, _wait_until_all_ended(killer, deadline=deadline), models, report)
            finally:
                arena.close()
            report.findings += [f"process {left} was left behind" for left in arena.left_behind()]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return report


def _peace(killer: Killer, clips: list[Path], *, deadline: float) -> dict[str, dict[str, str]]:
    """What becomes of each recording when nothing happens."""
    killer.arena.take_in(clips)
    ended = _wait_until_all_ended(killer, deadline=deadline)
    models = {
        name: fingerprint(killer.arena.published(directory))
        for name, state, _code, directory in ended
        if state == "ready"
    }
    if len(models) != len(clips):
        raise RuntimeError(f"not even in peace: {ended}\n{killer.arena.log_tail()}")
    return models


def _battle(
    killer: Killer, clips: list[Path], *, count: int, lectures: int, deadline: float
) -> None:
    struck = 0
    weights = [WEIGHTS[clip.name] for clip in clips]
    while struck < count and time.monotonic() < deadline:
        is_short = killer.arena.open_lectures() < 2 * len(killer.arena.workers)
        if is_short and not killer.arena.is_taking_in:
            killer.arena.begin_to_take_in(killer.chance.choices(clips, weights, k=lectures))
            say(f"{lectures} lectures more")
        time.sleep(killer.chance.uniform(0.05, 1.5))
        killer.wake()
        killer.arena.let_time_pass()
        struck += killer.strike()


def _wait_until_all_ended(killer: Killer, *, deadline: float) -> list[tuple[str, str, str, str]]:
    """Wait for the last lecture; how each lecture ended."""
    arena, still_open = killer.arena, 0
    while (waiting := arena.open_lectures()) or killer.asleep or arena.is_taking_in:
        if waiting != still_open:
            say(f"{waiting} lectures are open")
            still_open = waiting
        killer.wake()
        arena.let_time_pass()
        if time.monotonic() > deadline:
            killer.report.findings.append(f"{waiting} lectures not ended in time")
            killer.wake(everybody=True)
            break
        time.sleep(0.5)
    return arena.ended()


def _judge(
    arena: Arena,
    ended: list[tuple[str, str, str, str]],
    models: dict[str, dict[str, str]],
    report: Report,
) -> None:
    shown = set()
    for number, (name, state, code, directory) in enumerate(ended, 1):
        report.ends[state if state == "ready" else f"{state}: {code}"] += 1
        if state == "ready":
            shown.add(arena.published(directory))
            if fingerprint(arena.published(directory)) != models[name]:
                report.findings.append(f"lecture {number} ({name}) differs from one made in peace")
        elif state != "failed" or code not in arena.honest_reasons:
            report.findings.append(f"lecture {number} ({name}) ended {state} with {code!r}")
    over = arena.stages_over_their_attempts()
    report.findings += [f"stage {stage} had too many attempts" for stage in over]
    deadline = time.monotonic() + 60
    while (orphans := arena.orphans(shown)) and time.monotonic() < deadline:
        time.sleep(0.5)
    report.findings += [f"{path} belongs to nobody" for path in orphans]


def main() -> None:
    """Read the command line, strike, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="how many kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--lectures", type=int, default=12, help="taken in at a time")
    parser.add_argument("--minutes", type=float, default=25.0, help="for all of it, at most")
    chosen = parser.parse_args()
    began = time.monotonic()
    report = run(**vars(chosen))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{chosen.database}, {chosen.workers} workers, seed {chosen.seed}")
    for title, counted in (("done", report.done), ("lectures", report.ends)):
        print(f"{title}: {sum(counted.values())}")
        for what, times in counted.most_common():
            print(f"{times:7}  {what}")
    if report.done.total() < chosen.count:
        print(f"time was up after {report.done.total()} of {chosen.count} strikes")
    for finding in report.findings:
        print(f"FINDING {finding}")
    print(
        f"{time.monotonic() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of CPU; "
        f"findings: {len(report.findings)}"
    )
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
