import subprocess
import sys

from bootstrap.places import ROOT
from bootstrap.stamps import files_below, fingerprint, one_at_a_time, read_stamp, write_stamp


def test_fingerprint_changes_with_a_name_a_content_and_a_fact(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    before = fingerprint([first], base=tmp_path)
    second.write_text("1")

    digests = {
        before,
        fingerprint([second], base=tmp_path),
        fingerprint([first], base=tmp_path, also=["sqlite"]),
        fingerprint([first, second], base=tmp_path),
    }
    first.write_text("2")
    digests.add(fingerprint([first], base=tmp_path))

    assert len(digests) == 5


def test_fingerprint_does_not_depend_on_order_or_place(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        for name in ("a", "b"):
            (tmp_path / folder / name).write_text(name)
    here, there = tmp_path / "here", tmp_path / "there"

    assert fingerprint([here / "a", here / "b"], base=here) == fingerprint(
        [there / "b", there / "a"], base=there
    )


def test_files_below_leaves_out_named_folders_at_the_top_only(tmp_path):
    for name in ("dist/bundle.js", "src/dist/kept.ts", "package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    found = {
        path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path, without=["dist"])
    }

    assert found == {"src/dist/kept.ts", "package.json"}


def test_stamp_reads_back_as_written(tmp_path):
    write_stamp(tmp_path / "new" / "stamp.json", {"sources": "abc", "node": 22})

    assert read_stamp(tmp_path / "new" / "stamp.json") == {"sources": "abc", "node": 22}


def test_stamp_that_is_missing_or_damaged_reads_as_empty(tmp_path):
    (tmp_path / "cut.json").write_text('{"sources": "ab')
    (tmp_path / "list.json").write_text("[1]")

    assert [read_stamp(tmp_path / name) for name in ("none", "cut.json", "list.json")] == [{}] * 3


def test_set_up_waits_for_another_process_and_not_for_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("VIEWBOX_VAR", str(tmp_path))
    script = "from bootstrap.stamps import one_at_a_time\nwith one_at_a_time(): print('in')"

    with one_at_a_time(), one_at_a_time():
        other = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
        waiting = other.stdout.readline()
    output, _ = other.communicate(timeout=20)

    assert waiting.decode().strip().startswith("waiting for another set-up")
    assert output.decode().strip() == "in"
