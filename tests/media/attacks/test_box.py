"""What a program can still do inside the box, as if a decoder had been taken over.

Every kind of box that this machine offers is tried; those it doesn't are skipped with a reason.
"""

import ast
import json
import os
import sys
import time
from pathlib import Path

import pytest

import media.pipeline
from media.pipeline import sandbox
from media.pipeline.ffmpeg_binary import find_ffmpeg
from media.pipeline.process import Finished, Limits, run_confined
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.sandbox import Reach, Wall, protection
from tests.media.attacks.conftest import Watched
from tests.media.attacks.vectors import HLS

LIMITS = Limits(wall_s=20, cpu_s=20, memory_bytes=2 << 30, file_bytes=1 << 20)
WALLS = (Wall.BWRAP, Wall.NAMESPACES, Wall.LANDLOCK)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="boxes are Linux's")


@pytest.fixture(params=WALLS)
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """Each kind of box in turn, if it can be had here."""
    monkeypatch.setenv(sandbox.CHOICE_VARIABLE, request.param)
    try:
        return protection()
    except Refused as refused:
        print(refused.detail)  # noqa: T201  the reason must be seen in the log
        pytest.skip(refused.detail)


def inside(program: str, *arguments: str, reach: Reach, cwd: Path | None = None) -> dict:
    """Run a Python program in the box; it prints one JSON object."""
    lines: list[str] = []
    ended = run_confined(
        [sys.executable, "-c", program, *arguments],
        limits=LIMITS,
        on_output=lines.append,
        reach=reach,
        cwd=cwd,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(lines[-1])


TRIES = """
import json, os, signal, socket, sys
lure, port, output, other, parent = sys.argv[1:]
def outcome(action):
    try:
        return action() or "done"
    except OSError as error:
        return "refused"
def connect(kind, address):
    with socket.socket(socket.AF_INET, kind) as opened:
        opened.settimeout(2)
        opened.connect(address)
        opened.send(b"x")
print(json.dumps({
    "read": outcome(lambda: open(lure).read()),
    "environment": outcome(lambda: open(f"/proc/{parent}/environ").read()),
    "passwords": outcome(lambda: open("/etc/passwd").read()),
    "tcp": outcome(lambda: connect(socket.SOCK_STREAM, ("127.0.0.1", int(port)))),
    "abroad": outcome(lambda: connect(socket.SOCK_DGRAM, ("192.0.2.1", 53))),
    "write beside": outcome(lambda: open(other + "/x", "w").close()),
    "write output": outcome(lambda: open(output + "/x", "w").close()),
    "signal": outcome(lambda: os.kill(int(parent), 0)),
    "shell": outcome(lambda: os.execv("/bin/sh", ["/bin/sh", "-c", "true"])),
}))
"""


def test_program_in_the_box_reaches_its_output_and_nothing_else(wall, lure, untouched, tmp_path):
    output, other = tmp_path / "output", tmp_path / "other"
    output.mkdir()
    other.mkdir()
    port = lure.url.split(":")[2].split("/")[0]
    found = inside(
        TRIES, str(lure.file), port, str(output), str(other), str(os.getpid()),
        reach=Reach(writes=(output,)), cwd=output,
    )  # fmt: skip
    assert found == {
        "read": "refused",
        "environment": "refused",
        "passwords": "refused",
        "tcp": "refused",
        "abroad": "refused",
        "write beside": "refused",
        "write output": "done",
        "signal": "refused",
        "shell": "refused",
    }
    assert list(other.iterdir()) == []
    assert (output / "x").exists()
    untouched()


def play_without_allow_lists(attack: Path, output: Path) -> Finished:
    """Open a file as carelessly as can be, behind nothing but the box."""
    return run_confined(
        [
            str(find_ffmpeg().path), "-v", "error", "-nostdin",
            "-protocol_whitelist", "file,http,tcp,concat,subfile,data,crypto",
            "-allowed_extensions", "ALL", "-extension_picky", "0",
            "-f", "hls", "-i", str(attack), "-c", "copy", "copied.mp4",
        ],
        limits=LIMITS,
        cwd=output,
        reach=Reach(reads=(attack,), writes=(output,)),
    )  # fmt: skip


@pytest.mark.parametrize("target", ["file://FILE", "URL", "subfile,,start,0,end,0,,:FILE"])
def test_box_alone_keeps_a_playlist_from_its_targets(wall, target, lure, untouched, tmp_path):
    output, attack = tmp_path / "output", tmp_path / "attack.m3u8"
    output.mkdir()
    attack.write_text(HLS.format(target.replace("FILE", str(lure.file)).replace("URL", lure.url)))
    assert play_without_allow_lists(attack, output).returncode != 0
    assert not (output / "copied.mp4").exists()
    untouched()


def test_without_box_and_allow_lists_the_playlist_would_be_followed(lure, tmp_path, monkeypatch):
    # Else the test above could pass because of a mistake in its playlist.
    monkeypatch.setenv(sandbox.CHOICE_VARIABLE, "none")
    output, attack = tmp_path / "output", tmp_path / "attack.m3u8"
    output.mkdir()
    attack.write_text(HLS.format(f"file://{lure.file}"))
    watched = Watched(lure.file)
    play_without_allow_lists(attack, output)
    assert watched.was_opened()
    watched.close()


def test_signals_and_exit_codes_come_out_of_the_box(wall, tmp_path):
    def ended(program: str) -> int:
        command = [sys.executable, "-c", f"import os, signal, sys; {program}"]
        return run_confined(command, limits=LIMITS, reach=Reach()).returncode

    assert ended("sys.exit(7)") == 7
    assert ended("sys.exit(255)") == 255
    assert ended("os.kill(os.getpid(), signal.SIGKILL)") == -9
    assert ended("os.abort()") == -6


def test_box_ends_with_time_and_leaves_no_process(wall, tmp_path):
    program = "import os, time; os.fork(); os.setsid() if os.fork() else 0; time.sleep(60)"
    limits = Limits(wall_s=3, cpu_s=20, memory_bytes=2 << 30, file_bytes=1 << 20)
    output = tmp_path / "output"
    output.mkdir()
    begun = time.monotonic()
    with pytest.raises(Refused) as refused:
        run_confined(
            [sys.executable, "-c", program],
            limits=limits,
            reach=Reach(writes=(output,)),
            cwd=output,
        )
    assert refused.value.code is Refusal.TIMED_OUT
    assert time.monotonic() - begun < 40, "it waited for the process that got away"
    left = [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and _works_in(entry, output)
    ]
    # Landlock knows no processes: one that leaves its group outlives it, shut in all the same.
    assert left == [] or wall is Wall.LANDLOCK
    for pid in left:
        os.kill(int(pid), 9)


def _works_in(process: Path, directory: Path) -> bool:
    try:
        return (process / "cwd").readlink() == directory
    except OSError:
        return False


def test_nothing_of_our_environment_is_handed_on(monkeypatch):
    for name in ("VIEWBOX_SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a-secret")
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    found = inside(program, reach=Reach())
    assert set(found) <= {"PATH", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PWD"}
    assert "a-secret" not in found.values()


def test_what_is_required_but_missing_opens_no_file(monkeypatch, tmp_path):
    monkeypatch.setenv(sandbox.CHOICE_VARIABLE, "bwrap")
    monkeypatch.setenv(sandbox.BWRAP_VARIABLE, "/nowhere/bwrap")
    with pytest.raises(Refused) as refused:
        inside("print('{}')", reach=Reach())
    assert refused.value.code is Refusal.NO_SANDBOX
    assert refused.value.code.is_transient


def test_unknown_choice_is_refused(monkeypatch):
    monkeypatch.setenv(sandbox.CHOICE_VARIABLE, "yes")
    with pytest.raises(Refused, match="can't be 'yes'"):
        protection()


def test_every_child_of_the_pipeline_is_told_what_it_may_reach():
    without = []
    for path in Path(media.pipeline.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "run_confined" and "reach" not in {k.arg for k in node.keywords}:
                without.append(f"{path.name}:{node.lineno}")
    assert without == []
