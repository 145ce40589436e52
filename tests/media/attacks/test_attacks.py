"""Attack files end as a refusal with the right sentence, or come to nothing.

The box is left off where the other layers must hold by themselves: allow-lists of demuxers and
protocols, own names, limits. That the box holds alone is shown in `test_box.py`.
"""

import resource
import sys
from pathlib import Path

import pytest

from bench.hostile import QUICK
from media.pipeline.encode import encode
from media.pipeline.plan import plan
from media.pipeline.probe import probe
from media.pipeline.refusals import Refusal, Refused
from media.pipeline.run import transcode
from tests.media.attacks.conftest import SECRET
from tests.media.attacks.vectors import VECTORS, Vector, long_gap

AFFORDABLE_CPU_S = 20.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches files by inotify")


def cpu_s() -> float:
    """What all children together have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def attempt(path: Path, out: Path) -> Refusal | None:
    """What became of an upload: the code of its refusal, or None for a lecture."""
    try:
        transcode(path, out, policy=QUICK)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_attack_file_is_refused_or_harmless(vector: Vector, lure, untouched, tmp_path, monkeypatch):
    monkeypatch.setenv("VIEWBOX_SANDBOX", "none")
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    inbox.mkdir()
    attack = inbox / vector.name
    attack.write_bytes(vector.build(lure))
    began_s = cpu_s()
    code = attempt(attack, out)
    assert cpu_s() - began_s < AFFORDABLE_CPU_S
    if vector.refusal is None:
        assert code is None or not code.is_transient or code is Refusal.OUT_OF_MEMORY
    else:
        assert code is vector.refusal
    untouched()
    # Nothing was written but, perhaps, a lecture, and the secret isn't in it.
    assert [path.name for path in inbox.iterdir()] == [vector.name]
    assert {path.name for path in tmp_path.iterdir()} <= {"elsewhere", "inbox", "out"}
    for file in out.rglob("*"):
        assert file.is_dir() or SECRET not in file.read_bytes()


def test_lure_would_be_noticed(lure, untouched):
    lure.file.read_bytes()
    with pytest.raises(AssertionError, match="the local file was opened"):
        untouched()


@pytest.mark.parametrize(
    "name",
    [
        "concat:a.mp4|b.mp4",
        "data:video;base64,AAAA.mp4",
        "subfile,,start,0,end,99,,:x.mp4",
        "file:x.mp4",
        "http:x.mp4",
        "pipe:0",
        "-i",
        "-f lavfi.mp4",
        "seg-%05d.mp4",
        "$(touch owned).mp4",
        "'quote\".mp4",
        "two\nlines.mp4",
        "снимок рентген.mp4",
        "x" * 200 + ".mp4",
    ],
)
def test_odd_file_name_is_only_a_name(name, lure, untouched, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    upload = tmp_path / "inbox" / name
    upload.write_bytes(lure.recording)
    (tmp_path / "out").mkdir()
    encode(upload, plan(probe(upload), QUICK), tmp_path / "out")
    untouched()
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "inbox", "out"}


def test_long_gap_within_the_limit_does_not_fill_memory_or_disk(tmp_path):
    upload = tmp_path / "gap.mkv"
    upload.write_bytes(long_gap(1)(None))
    assert upload.stat().st_size < 40_000
    code = attempt(upload, tmp_path / "out")
    assert code is None or not code.is_transient
    assert sum(f.stat().st_size for f in tmp_path.rglob("*") if f.is_file()) < 64 << 20
