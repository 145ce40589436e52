"""What a child leaves in a pipe is read, however quick it was and however slow the reader."""

import select
import threading

from media.pipeline.tap import Tap


def test_all_is_read_that_a_child_left_while_the_reader_was_held_up(tmp_path, monkeypatch):
    records: list[bytes] = []
    tap = Tap(tmp_path / "pipe", record_bytes=4, on_record=lambda data: records.append(bytes(data)))
    look, has_looked = select.select, threading.Event()

    def held_up(*arguments):
        if has_looked.is_set():
            return look(*arguments)
        has_looked.set()
        tap._child_ended.wait()
        return [], [], []

    monkeypatch.setattr("media.pipeline.tap.select.select", held_up)
    with tap:
        has_looked.wait()
        tap.path.write_bytes(b"slide-01")
    assert records == [b"slid", b"e-01"]


def test_child_that_never_wrote_is_not_waited_for(tmp_path):
    records: list[bytes] = []
    with Tap(tmp_path / "pipe", record_bytes=4, on_record=records.append):
        pass
    assert records == []
